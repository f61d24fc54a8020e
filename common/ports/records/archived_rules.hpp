// A game's rules as they were played, kept under their content hash, so that old matches can be replayed.
#pragma once

#include "common/base/time.hpp"

#include <boost/describe/class.hpp>

#include <string>

namespace harvest {

struct ArchivedRules {
    std::string hash, version;
    std::string battle, cards; // the texts of battle.yaml and cards.yaml
    Millis kept_at{};
};
BOOST_DESCRIBE_STRUCT(ArchivedRules, (), (hash, version, battle, cards, kept_at))

} // namespace harvest
