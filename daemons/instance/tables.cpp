#include "daemons/instance/tables.hpp"

#include <algorithm>

namespace harvest::instance {

Table& Tables::add(std::unique_ptr<Table> table)
{
    table->number = next_++;
    Table& added = *table;
    tables_[added.room.match().id.value] = std::move(table);
    changed(added);
    return added;
}

Table* Tables::find(const MatchId& match)
{
    const auto found = tables_.find(match.value);
    return found == tables_.end() ? nullptr : found->second.get();
}

void Tables::remove(const MatchId& match)
{
    const auto found = tables_.find(match.value);
    if (found == tables_.end()) return;
    order_.erase({found->second->due, found->second->number});
    unwritten_ -= found->second->counted_tail;
    unsettled_ -= found->second->counted_open;
    tables_.erase(found);
}

std::vector<Table*> Tables::all() const
{
    std::vector<Table*> out;
    out.reserve(tables_.size());
    for (const auto& [id, table] : tables_) out.push_back(table.get());
    return out;
}

void Tables::changed(Table& table)
{
    const Millis due = table.held.empty() ? std::min(table.room.due(), table.leave_at) : Millis{0};
    if (due != table.due) {
        order_.erase({table.due, table.number});
        table.due = due;
        if (due != Millis::max()) order_[{due, table.number}] = &table;
    }
    const std::size_t tail = table.room.tail_size();
    unwritten_ = unwritten_ - table.counted_tail + tail;
    table.counted_tail = tail;
    unsettled_ += !table.settled;
    unsettled_ -= table.counted_open;
    table.counted_open = !table.settled;
    if (table.room.log_due() && !table.writing) {
        table.writing = true;
        dirty_.push_back(table.room.match().id);
    }
}

std::vector<Table*> Tables::due(Millis now)
{
    std::vector<Table*> out;
    for (auto it = order_.begin(); it != order_.end() && it->first.first <= now; ++it) out.push_back(it->second);
    return out;
}

std::vector<MatchId> Tables::take_unwritten()
{
    return std::exchange(dirty_, {});
}

} // namespace harvest::instance
