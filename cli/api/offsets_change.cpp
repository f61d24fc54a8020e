// Moves a consumer group: to a place, by a number of events, or to offsets that were exported.
#include "cli/api/change.hpp"
#include "cli/api/eventlog_rules.hpp"
#include "common/base/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace harvest::cli::api {
namespace {

using Moves = std::map<std::string, std::vector<Move>>; // by topic

// Errors: not_found (no such group), conflict (somebody reads).
Result<void> may_move(const std::vector<GroupDetail>& groups, const std::string& name, std::string& why)
{
    std::vector<std::string> known;
    for (const GroupDetail& group : groups) known.push_back(group.group);
    const auto found = std::ranges::find(groups, name, &GroupDetail::group);
    if (found == groups.end()) {
        const std::optional<std::string> near = suggest(name, known);
        why = fmt::format("no group '{}'{}", name, near ? fmt::format("; did you mean {}", *near) : "");
        return Errc::not_found;
    }
    if (found->members.empty()) return {};
    std::vector<std::string> who;
    for (const GroupMember& member : found->members)
        who.push_back(member.host.empty() ? member.id : member.id + '@' + member.host);
    why = fmt::format("the group '{}' is read by {}; stop its readers first", name, fmt::join(who, ", "));
    return Errc::conflict;
}

// Errors: invalid_argument, with the reason in `why`.
Result<void> check_request(const ResetRequest& asked, std::string& why)
{
    const int ways = int{asked.to.has_value()} + int{asked.shift.has_value()} + int{asked.offsets.has_value()};
    if (ways != 1)
        why = "one of to, shift and offsets tells where the group goes";
    else if (asked.offsets ? asked.topic || asked.partition || asked.offsets->empty() : !asked.topic)
        why = asked.offsets ? "offsets: name topic and partition themselves" : "topic: is missing";
    if (!why.empty()) return Errc::invalid_argument;
    return {};
}

// Where `to` lies in each partition. Errors: invalid_argument, and those of the log.
AsyncResult<PartitionOffsets> places(const World& world, Call& call, std::string to, const TopicDetail& detail)
{
    if (const Result<Millis> time = parse_rfc3339(to); time) {
        Result<PartitionOffsets> found = co_await world.log_admin.offsets_at(detail.topic, *time, call.by);
        co_return found;
    }
    std::int64_t offset = -1;
    (void)std::from_chars(to.data(), to.data() + to.size(), offset);
    if (to != "start" && to != "end" && (offset < 0 || std::to_string(offset) != to)) {
        call.why = fmt::format("to: '{}' is not start, end, an offset or a time", to);
        co_return Errc::invalid_argument;
    }
    PartitionOffsets all;
    for (const PartitionDetail& each : detail.partitions)
        all[each.partition] = to == "start" ? each.first_offset : to == "end" ? each.end_offset : offset;
    co_return all;
}

// The offsets asked for in one topic, of the partitions that it has.
AsyncResult<PartitionOffsets> wanted_in(const World& world, Call& call, const ResetRequest& asked,
                                        const TopicDetail& detail, const PartitionOffsets& committed)
{
    PartitionOffsets to;
    if (asked.to) {
        const Result<PartitionOffsets> found = co_await places(world, call, *asked.to, detail);
        if (!found) co_return found.error();
        to = *found;
    } else if (asked.shift) {
        for (const PartitionDetail& each : detail.partitions)
            if (const auto at = committed.find(each.partition); at != committed.end())
                to[each.partition] = shifted(each, at->second, *asked.shift);
    } else {
        for (const GroupOffset& each : *asked.offsets)
            if (each.topic == detail.topic) to[each.partition] = each.committed.units;
    }
    if (asked.partition) std::erase_if(to, [&](const auto& each) { return each.first != *asked.partition; });
    for (auto& [partition, offset] : to) {
        const auto there = std::ranges::find(detail.partitions, partition, &PartitionDetail::partition);
        if (there == detail.partitions.end()) {
            call.why = fmt::format("partition: {} has no partition {}", detail.topic, partition);
            co_return Errc::not_found;
        }
        offset = shifted(*there, offset, 0);
    }
    if (to.empty()) {
        call.why = asked.shift
                       ? fmt::format("nothing is committed in {} to shift from", detail.topic)
                       : fmt::format("partition: {} has no partition {}", detail.topic, asked.partition.value_or(0));
        co_return Errc::not_found;
    }
    co_return to;
}

// Errors: invalid_argument, not_found, and those of the log.
AsyncResult<Moves> moves_of(const World& world, Call& call, const std::string& group, const ResetRequest& asked)
{
    Moves moves;
    if (asked.topic) moves.try_emplace(*asked.topic);
    if (asked.offsets)
        for (const GroupOffset& each : *asked.offsets) moves.try_emplace(each.topic);
    const auto lags = co_await world.log.lags(call.by);
    if (!lags) co_return lags.error();
    for (auto& [topic, of_topic] : moves) {
        const Result<TopicDetail> detail = co_await world.log_admin.describe(topic, call.by);
        if (!detail) {
            if (detail.error() == Errc::not_found) call.why = fmt::format("no topic '{}'", topic);
            co_return detail.error();
        }
        PartitionOffsets committed;
        for (const GroupLag& lag : *lags)
            if (lag.group == group && lag.topic == topic) committed[lag.partition] = lag.committed_offset;
        const Result<PartitionOffsets> to = co_await wanted_in(world, call, asked, *detail, committed);
        if (!to) co_return to.error();
        for (const auto& [partition, offset] : *to) {
            const auto from = committed.find(partition);
            of_topic.push_back({partition, from == committed.end() ? -1 : from->second, offset});
        }
    }
    co_return moves;
}

Plan reset_plan(const std::string& group, const Moves& moves)
{
    Plan plan;
    plan.action = "offsets.reset";
    plan.level = "moderate";
    plan.target = group;
    std::vector<std::string> topics, old;
    for (const auto& [topic, of_topic] : moves) {
        topics.push_back(topic);
        for (const Move& move : of_topic) {
            plan.changes.push_back(move_text(topic, move));
            if (move.from >= 0)
                old.push_back(fmt::format("harvestctl admin kafka offsets reset {} --topic {} --partition {} --to {}",
                                          group, topic, move.partition, move.from));
        }
        plan.affects["events"] += events_moved(of_topic);
    }
    plan.target_name = fmt::format("{}", fmt::join(topics, ", "));
    plan.affects["partitions"] = static_cast<std::int64_t>(plan.changes.size());
    plan.undo =
        old.empty() ? "cannot be undone: nothing was committed before" : fmt::format("{}", fmt::join(old, " && "));
    return plan;
}

// Puts the group back where it stood, if it still is where this has put it. "" where it had no place.
std::string inverse_of_moves(const std::string& group, const Moves& moves)
{
    ResetRequest back;
    back.offsets.emplace();
    back.from.emplace();
    for (const auto& [topic, of_topic] : moves)
        for (const Move& move : of_topic) {
            if (move.from < 0) return "";
            back.offsets->push_back({topic, move.partition, {move.from}});
            back.from->push_back({topic, move.partition, {move.to}});
        }
    return inverse_of("/admin/v1/groups/" + group + "/offsets", protocol::encode(back));
}

// Whether the group stands where `from` says. Errors: conflict, told in Call::why.
Result<void> stands_at(const std::vector<GroupOffset>& from, const Moves& moves, Call& call)
{
    for (const auto& [topic, of_topic] : moves)
        for (const Move& move : of_topic)
            for (const GroupOffset& each : from)
                if (each.topic == topic && each.partition == move.partition && each.committed.units != move.from) {
                    call.why = fmt::format("the group stands at {} of {}:{} by now", move.from, topic, move.partition);
                    return make_error_code(Errc::conflict);
                }
    return {};
}

// Topic by topic: the coordinator takes no more at once.
AsyncResult<void> move_all(const World& world, Call& call, const std::string& group, const Moves& moves)
{
    std::vector<std::string> done;
    for (const auto& [topic, of_topic] : moves) {
        PartitionOffsets to;
        for (const Move& move : of_topic) to[move.partition] = move.to;
        const Result<void> moved = co_await world.log_admin.reset(group, topic, std::move(to), call.by);
        if (!moved) {
            if (moved.error() == Errc::conflict)
                call.why = fmt::format("the group '{}' is read again by somebody", group);
            if (!done.empty())
                call.why +=
                    fmt::format("{}it was moved already in {}", call.why.empty() ? "" : "; ", fmt::join(done, ", "));
            co_return moved.error();
        }
        done.push_back(topic);
    }
    co_return Result<void>{};
}

} // namespace

AsyncResult<std::string> reset_offsets(const World& world, Call& call)
{
    const std::string group = call.path[0];
    const Result<ResetRequest> asked = protocol::decode<ResetRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    if (const Result<void> whole = check_request(*asked, call.why); !whole) co_return whole.error();
    const auto groups = co_await world.log_admin.groups(call.by);
    if (!groups) co_return groups.error();
    if (const Result<void> may = may_move(*groups, group, call.why); !may) co_return may.error();
    const Result<Moves> moves = co_await moves_of(world, call, group, *asked);
    if (!moves) co_return moves.error();
    if (asked->from)
        if (const Result<void> there = stands_at(*asked->from, *moves, call); !there) co_return there.error();
    Plan plan = reset_plan(group, *moves);
    const std::string about = fmt::format("{}\n{}", group, fmt::join(plan.changes, "\n"));
    const Result<void> named = name_plan(plan, about, asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    auto record = begin_change(world, call, plan.action, group, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    record->undo = inverse_of_moves(group, *moves);
    const Result<void> moved = co_await move_all(world, call, group, *moves);
    end_change(world, *record, moved ? Error{} : moved.error());
    if (!moved) co_return moved.error();
    const Done done{plan.action, group, plan.target_name, record->id, undo_line(*record, plan), plan.affects};
    std::string text = object_body("Done", done);
    co_return text;
}

} // namespace harvest::cli::api
