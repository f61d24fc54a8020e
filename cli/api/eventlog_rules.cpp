#include "cli/api/eventlog_rules.hpp"

#include "common/protocol/events.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace harvest::cli::api {
namespace {

namespace json = boost::json;

double per_second(std::int64_t count, Millis between)
{
    return std::round(static_cast<double>(count) * 10'000 / static_cast<double>(between.count())) / 10;
}

protocol::RawJson eta_of(std::int64_t lag, double in, double out)
{
    if (lag <= 0) return {"0"};
    if (out <= in) return {"null"};
    return {std::to_string(static_cast<std::int64_t>(std::ceil(static_cast<double>(lag) / (out - in))))};
}

const json::value* below(const json::value& value, std::string_view path)
{
    const json::value* at = &value;
    while (!path.empty()) {
        const std::string_view step = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(step.size() + 1, path.size()));
        at = at->is_object() ? at->get_object().if_contains(step) : nullptr;
        if (!at) return nullptr;
    }
    return at;
}

bool equals(const json::value& value, const std::string& wanted)
{
    if (value.is_array())
        return std::ranges::any_of(value.get_array(), [&](const json::value& each) { return equals(each, wanted); });
    return value.is_string() ? std::string_view(value.get_string()) == wanted : json::serialize(value) == wanted;
}

} // namespace

bool is_known_topic(std::string_view topic)
{
    if (topic.ends_with(".parked")) topic.remove_suffix(7);
    constexpr std::string_view known[] = {protocol::topic::user, protocol::topic::game, protocol::topic::system,
                                          protocol::topic::chat, protocol::topic::battle};
    return std::ranges::find(known, topic) != std::end(known);
}

std::int64_t offset_in(std::string_view list, std::int32_t partition, std::int64_t otherwise)
{
    for (std::int32_t i = 0; i < partition; ++i) {
        const std::size_t comma = list.find(',');
        if (comma == std::string_view::npos) return otherwise;
        list.remove_prefix(comma + 1);
    }
    std::int64_t value{};
    const auto [end, error] = std::from_chars(list.data(), list.data() + list.size(), value);
    return error == std::errc{} && value >= 0 ? value : otherwise;
}

std::string offset_list(const PartitionOffsets& offsets)
{
    std::string out;
    const std::int32_t last = offsets.empty() ? 0 : offsets.rbegin()->first;
    for (std::int32_t partition = 0; partition <= last; ++partition) {
        const auto found = offsets.find(partition);
        out += (partition ? "," : "") + std::to_string(found == offsets.end() ? 0 : found->second);
    }
    return out;
}

std::string owner_of(std::span<const GroupDetail> groups, std::string_view group, std::string_view topic,
                     std::int32_t partition)
{
    for (const GroupDetail& each : groups)
        for (const GroupMember& member : each.members)
            for (const auto& [owned_topic, owned] : member.partitions)
                if (each.group == group && owned_topic == topic && owned == partition)
                    return member.host.empty() ? member.id : member.id + '@' + member.host;
    return {};
}

std::vector<LagItem> lag_items(std::span<const GroupLag> before, std::span<const GroupLag> after, Millis between,
                               std::span<const GroupDetail> groups)
{
    std::vector<LagItem> items;
    for (const GroupLag& now : after) {
        LagItem item;
        item.group = now.group;
        item.topic = now.topic;
        item.partition = now.partition;
        item.committed = {now.committed_offset};
        item.end = {now.end_offset};
        item.lag_messages = std::max<std::int64_t>(0, now.end_offset - now.committed_offset);
        item.owner = owner_of(groups, now.group, now.topic, now.partition);
        const auto then = std::ranges::find_if(before, [&](const GroupLag& each) {
            return each.group == now.group && each.topic == now.topic && each.partition == now.partition;
        });
        if (then != before.end() && between > Millis{}) {
            item.in_per_second = per_second(now.end_offset - then->end_offset, between);
            item.out_per_second = per_second(now.committed_offset - then->committed_offset, between);
            item.eta_seconds = eta_of(item.lag_messages, *item.in_per_second, *item.out_per_second);
        }
        items.push_back(std::move(item));
    }
    return items;
}

Result<Condition> parse_condition(std::string_view text)
{
    const std::size_t sign = text.find('=');
    if (sign == std::string_view::npos || sign == 0 || text[0] == '!') return Errc::invalid_argument;
    const bool negated = text[sign - 1] == '!';
    return Condition{std::string(text.substr(0, sign - (negated ? 1 : 0))), std::string(text.substr(sign + 1)),
                     negated};
}

bool holds(const Condition& condition, const StoredEvent& stored, const json::value& data)
{
    const std::string& path = condition.path;
    const Event& event = stored.event;
    const std::pair<std::string_view, std::string> attributes[] = {{"id", event.id.value},
                                                                   {"type", event.type},
                                                                   {"key", event.subject},
                                                                   {"source", event.source},
                                                                   {"traceparent", event.traceparent},
                                                                   {"partition", std::to_string(stored.partition)},
                                                                   {"offset", std::to_string(stored.offset)}};
    const auto attribute = std::ranges::find(attributes, path, &std::pair<std::string_view, std::string>::first);
    if (attribute != std::end(attributes)) return (attribute->second == condition.value) != condition.negated;
    const json::value* found = below(data, path.starts_with("data.") ? std::string_view(path).substr(5) : path);
    return (found && equals(*found, condition.value)) != condition.negated;
}

void put_in_order(std::vector<EventItem>& items)
{
    std::ranges::sort(items, {}, [](const EventItem& item) { return std::pair(item.partition, item.offset.units); });
    std::vector<std::pair<std::string, std::size_t>> order;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool goes_on = i > 0 && items[i - 1].partition == items[i].partition;
        order.emplace_back(goes_on ? std::max(order.back().first, items[i].time) : items[i].time, i);
    }
    std::ranges::sort(order);
    std::vector<EventItem> sorted;
    for (const auto& [time, index] : order) sorted.push_back(std::move(items[index]));
    items = std::move(sorted);
}

std::int64_t shifted(const PartitionDetail& partition, std::int64_t offset, std::int64_t by)
{
    const std::int64_t from = std::clamp(offset, partition.first_offset, partition.end_offset);
    return from + std::clamp(by, partition.first_offset - from, partition.end_offset - from);
}

std::string move_text(const std::string& topic, const Move& move)
{
    const std::string from = move.from < 0 ? "none" : std::to_string(move.from);
    const std::int64_t difference = move.to - std::max<std::int64_t>(move.from, 0);
    const std::string effect = difference < 0   ? fmt::format("{} events again", -difference)
                               : difference > 0 ? fmt::format("{} events never", difference)
                                                : "no change";
    return fmt::format("{}:{}  {} -> {}   {}", topic, move.partition, from, move.to, effect);
}

std::int64_t events_moved(std::span<const Move> moves)
{
    std::int64_t total = 0;
    for (const Move& move : moves) total += std::abs(move.to - std::max<std::int64_t>(move.from, 0));
    return total;
}

} // namespace harvest::cli::api
