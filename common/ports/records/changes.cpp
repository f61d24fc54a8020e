#include "common/ports/records/changes.hpp"

#include <map>

namespace harvest {

protocol::Changes changes_of(std::span<const Transfer> transfers)
{
    std::map<std::pair<LedgerAccount, std::string>, std::int64_t> sums;
    for (const Transfer& transfer : transfers) {
        sums[{transfer.debit, transfer.asset}] -= transfer.amount;
        sums[{transfer.credit, transfer.asset}] += transfer.amount;
    }
    std::vector<protocol::AccountChange> changes;
    for (const auto& [where, amount] : sums)
        if (amount != 0) changes.push_back({where.first, where.second, {amount}});
    return changes;
}

} // namespace harvest
