#include "common/adapters/web/rpc_targets.hpp"

#include "common/adapters/web/connect.hpp"

#include <algorithm>
#include <charconv>

namespace harvest::web {
namespace {

constexpr std::size_t max_seen = 64;

// How well a target fits a call to that slot: 0 not at all, 1 perhaps, 2 surely.
int fit(const RpcTarget& target, const std::string& id)
{
    if (id.empty() || target.id == id || target.seen.contains(id)) return 2;
    return target.id.empty() ? 1 : 0;
}

} // namespace

void RpcTarget::answered(const std::string& slot)
{
    if (slot.empty() || !id.empty()) return;
    if (seen.size() >= max_seen) seen.clear();
    seen.insert(slot);
}

std::shared_ptr<RpcTarget> RpcDaemon::pick(const std::string& id, const std::vector<std::shared_ptr<RpcTarget>>& tried,
                                           Millis now)
{
    std::vector<std::shared_ptr<RpcTarget>> candidates;
    int best = 1;
    for (const RpcEntry& entry : entries)
        for (const auto& target : entry.targets) {
            const int fits = fit(*target, id);
            if (fits < best || std::ranges::find(tried, target) != tried.end() || !target->breaker.would_begin(now))
                continue;
            if (fits > best) candidates.clear();
            best = fits;
            candidates.push_back(target);
        }
    if (candidates.empty()) return nullptr;
    std::shared_ptr<RpcTarget> chosen = candidates[next++ % candidates.size()];
    chosen->breaker.begin(now);
    return chosen;
}

bool RpcDaemon::is_searching() const
{
    return std::ranges::any_of(entries, [](const RpcEntry& entry) { return entry.searching && entry.targets.empty(); });
}

Result<RpcEntry> parse_target(std::string_view text)
{
    RpcEntry entry;
    if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
        if (at == 0) return Errc::invalid_argument;
        entry.id = text.substr(0, at);
        text.remove_prefix(at + 1);
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return Errc::invalid_argument;
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), entry.port);
    if (fault != std::errc() || end != digits.data() + digits.size() || entry.port == 0) return Errc::invalid_argument;
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    entry.host = host;
    entry.literal = is_literal_address(entry.host);
    if ((host.find(':') != std::string_view::npos) != bracketed || (bracketed && !entry.literal))
        return Errc::invalid_argument;
    const auto odd = [](unsigned char c) { return c <= ' ' || c == '/' || c == '@' || c > '~'; };
    if (std::ranges::any_of(entry.host, odd)) return Errc::invalid_argument;
    return entry;
}

} // namespace harvest::web
