#include "common/protocol/events.hpp"

#include <algorithm>

namespace harvest::protocol {
namespace {

constexpr std::size_t longest_count = 3;

// Where "~12" begins; npos: it has none.
std::size_t mark_of(std::string_view id)
{
    const std::size_t mark = id.rfind('~');
    if (mark == std::string_view::npos || mark == 0) return std::string_view::npos;
    const std::string_view count = id.substr(mark + 1);
    const bool is_count = !count.empty() && count.size() <= longest_count && count.front() != '0' &&
                          std::ranges::all_of(count, [](char c) { return c >= '0' && c <= '9'; });
    return is_count ? mark : std::string_view::npos;
}

} // namespace

int times_redriven(const EventId& id)
{
    const std::size_t mark = mark_of(id.value);
    return mark == std::string_view::npos ? 0 : std::stoi(id.value.substr(mark + 1));
}

EventId first_id(const EventId& id)
{
    return EventId{id.value.substr(0, mark_of(id.value))};
}

EventId next_redriven(const EventId& id)
{
    return EventId{first_id(id).value + '~' + std::to_string(times_redriven(id) + 1)};
}

} // namespace harvest::protocol
