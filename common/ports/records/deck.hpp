// A saved deck: content ids of its cards, repeated ones repeated.
#pragma once

#include "common/base/ids.hpp"

#include <string>
#include <vector>

namespace harvest {

struct Deck {
    DeckId id;
    PlayerId player;
    std::string name;
    std::string farmer;
    std::vector<std::string> cards;
    std::int64_t version{}; // one more at each change
};

} // namespace harvest
