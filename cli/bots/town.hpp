// Who the bots of one population are, and what they know of each other without a server, as people who live together.
#pragma once

#include "common/base/ids.hpp"

#include <cstdint>
#include <set>
#include <string>

namespace harvest::bots {

struct Identity {
    std::string secret, name; // of its device login
};

// Of the same seed and number always the same.
Identity identity_of(std::uint64_t seed, std::size_t number);

struct Town {
    std::uint64_t seed{};
    std::size_t first_number{}, bots{};
    std::set<MatchId> playing; // matches at which one of them sits
};

} // namespace harvest::bots
