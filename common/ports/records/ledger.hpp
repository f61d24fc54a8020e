// Double entry: each transfer moves whole units of one asset from one account to another (harvest-game(7) §1).
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace harvest {

// "player:p_…", "escrow:o_…", "mint", "sink", "reward", "fee", "chain". Only "mint" may go below zero.
using LedgerAccount = std::string;

struct Transfer {
    TransferId id; // made by the caller before the first try: a second one with it does nothing
    std::string asset;
    LedgerAccount debit, credit;
    std::int64_t amount{}; // > 0
    std::string reason;    // "starter", "match.reward", …
};

struct Balance {
    std::string asset;
    std::int64_t amount{};
};

struct LedgerEntry {
    Transfer transfer;
    Millis at{};
    std::int64_t seq{};
};

inline LedgerAccount player_account(const PlayerId& player)
{
    return "player:" + player.value;
}

} // namespace harvest
