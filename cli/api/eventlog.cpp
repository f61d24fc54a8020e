// The event log for people: topics, groups, lag, offsets. The same on the embedded log and on Kafka.
#include "cli/api/admin_api.hpp"
#include "cli/api/eventlog_rules.hpp"
#include "common/base/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace harvest::cli::api {

AsyncResult<std::string> list_topics(const World& world, Call& call)
{
    const auto topics = co_await world.log.topics(call.by);
    if (!topics) co_return topics.error();
    std::vector<TopicItem> items;
    for (const TopicInfo& topic : *topics)
        items.push_back({topic.topic,
                         topic.partition,
                         {topic.first_offset},
                         {topic.end_offset},
                         {topic.end_offset - topic.first_offset}});
    std::string text = list_body("TopicList", items);
    co_return text;
}

AsyncResult<std::string> describe_topic(const World& world, Call& call)
{
    const std::string name = call.path[0];
    const Result<TopicDetail> detail = co_await world.log_admin.describe(name, call.by);
    const bool unwritten = !detail && detail.error() == Errc::not_found && is_known_topic(name);
    if (!detail && !unwritten) {
        if (detail.error() == Errc::not_found) call.why = fmt::format("no topic '{}'", name);
        co_return detail.error();
    }
    std::vector<PartitionItem> items;
    if (detail)
        for (const PartitionDetail& each : detail->partitions) {
            PartitionItem item;
            item.topic = name;
            item.partition = each.partition;
            item.leader = each.leader.empty() ? "store" : each.leader;
            item.replicas = each.replicas;
            item.in_sync = each.in_sync;
            item.first = {each.first_offset};
            item.end = {each.end_offset};
            item.messages = {each.end_offset - each.first_offset};
            item.retention_seconds = detail->retention.count() / 1'000;
            items.push_back(std::move(item));
        }
    std::string text = list_body("PartitionList", items);
    co_return text;
}

AsyncResult<std::string> list_groups(const World& world, Call& call)
{
    const auto groups = co_await world.log_admin.groups(call.by);
    if (!groups) co_return groups.error();
    const auto lags = co_await world.log.lags(call.by);
    if (!lags) co_return lags.error();
    std::vector<GroupItem> items;
    for (const GroupDetail& group : *groups) {
        GroupItem item;
        item.group = group.group;
        item.state = !group.settled ? "changing" : group.members.empty() ? "empty" : "active";
        item.readers = static_cast<std::int64_t>(group.members.size());
        std::set<std::string> owners;
        for (const GroupMember& member : group.members) {
            item.partitions += static_cast<std::int64_t>(member.partitions.size());
            owners.insert(member.host.empty() ? member.id : member.id + '@' + member.host);
        }
        item.owners.assign(owners.begin(), owners.end());
        for (const GroupLag& lag : *lags)
            if (lag.group == group.group)
                item.lag_messages += std::max<std::int64_t>(0, lag.end_offset - lag.committed_offset);
        items.push_back(std::move(item));
    }
    std::string text = list_body("GroupList", items);
    co_return text;
}

// ?interval_ms=: rates are measured over so long; without it there are none. ?stuck=1: only what does not catch up.
AsyncResult<std::string> list_lags(const World& world, Call& call)
{
    const Millis interval{call.number("interval_ms", 0, 5'000)};
    std::vector<GroupLag> before;
    const Millis began = world.clock.monotonic();
    if (interval > Millis{}) {
        const auto first = co_await world.log.lags(call.by);
        if (!first) co_return first.error();
        before = *first;
        const Result<void> slept = co_await world.clock.sleep_until(world.clock.after(interval));
        if (!slept) co_return slept.error();
    }
    const auto after = co_await world.log.lags(call.by);
    if (!after) co_return after.error();
    const Millis between = world.clock.monotonic() - began;
    const auto groups = co_await world.log_admin.groups(call.by);
    if (!groups) co_return groups.error();
    std::vector<LagItem> items = lag_items(before, *after, between, *groups);
    if (!call.query("stuck").empty())
        std::erase_if(items, [](const LagItem& item) { return !item.eta_seconds || item.eta_seconds->text != "null"; });
    std::string text = list_body("LagList", items);
    co_return text;
}

AsyncResult<std::string> show_offsets(const World& world, Call& call)
{
    const std::string name = call.path[0], topic = call.query("topic");
    const auto groups = co_await world.log_admin.groups(call.by);
    if (!groups) co_return groups.error();
    std::vector<std::string> known;
    for (const GroupDetail& group : *groups) known.push_back(group.group);
    if (std::ranges::find(known, name) == known.end()) {
        const std::optional<std::string> near = suggest(name, known);
        call.why = fmt::format("no group '{}'{}", name, near ? fmt::format("; did you mean {}", *near) : "");
        co_return Errc::not_found;
    }
    const auto lags = co_await world.log.lags(call.by);
    if (!lags) co_return lags.error();
    const auto topics = co_await world.log.topics(call.by);
    if (!topics) co_return topics.error();
    std::vector<OffsetItem> items;
    for (const GroupLag& lag : *lags) {
        if (lag.group != name || (!topic.empty() && lag.topic != topic)) continue;
        OffsetItem item;
        item.group = name;
        item.topic = lag.topic;
        item.partition = lag.partition;
        item.committed = {lag.committed_offset};
        item.end = {lag.end_offset};
        item.lag_messages = std::max<std::int64_t>(0, lag.end_offset - lag.committed_offset);
        for (const TopicInfo& info : *topics)
            if (info.topic == lag.topic && info.partition == lag.partition) item.first = {info.first_offset};
        items.push_back(std::move(item));
    }
    std::string text = list_body("OffsetList", items);
    co_return text;
}

} // namespace harvest::cli::api
