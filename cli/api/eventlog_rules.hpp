// What the admin API knows about the event log without asking anybody: rates, conditions, order, the plan of a reset.
#pragma once

#include "cli/api/types.hpp"
#include "common/ports/event_log_admin.hpp"

#include <boost/json/value.hpp>

#include <span>

namespace harvest::cli::api {

bool is_known_topic(std::string_view topic); // of ours, ".parked" included

// "12,0,7": one offset a partition, `otherwise` where there is none.
std::int64_t offset_in(std::string_view list, std::int32_t partition, std::int64_t otherwise);
std::string offset_list(const PartitionOffsets& offsets);

// "match/0", "harvestctl@10.0.0.7"; empty: nobody reads it.
std::string owner_of(std::span<const GroupDetail> groups, std::string_view group, std::string_view topic,
                     std::int32_t partition);

// The lag of each partition of each group as it was last; rates and the time to none from what changed since `before`.
std::vector<LagItem> lag_items(std::span<const GroupLag> before, std::span<const GroupLag> after, Millis between,
                               std::span<const GroupDetail> groups);

// One condition on an event as it is shown: "type=…", "data.winner=1", "winner!=1"; of a list any element.
struct Condition {
    std::string path, value;
    bool negated = false;
};
// Errors: invalid_argument.
Result<Condition> parse_condition(std::string_view text);
bool holds(const Condition& condition, const StoredEvent& stored, const boost::json::value& data);

// By time, but never against the order within a partition.
void put_in_order(std::vector<EventItem>& items);

struct Move {
    std::int32_t partition{};
    std::int64_t from{}, to{}; // from -1: nothing committed yet
};
// `offset` moved by so much, but never out of what the partition has.
std::int64_t shifted(const PartitionDetail& partition, std::int64_t offset, std::int64_t by);
// "harvest.game:0  120 -> 0   120 events again"
std::string move_text(const std::string& topic, const Move& move);
// How many events a group gets again, or never gets.
std::int64_t events_moved(std::span<const Move> moves);

} // namespace harvest::cli::api
