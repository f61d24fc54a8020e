#include "cli/api/peers.hpp"

#include "daemons/registry.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli::api {
namespace {

constexpr Millis told_every = 3s, good_for = 12s, wait = 1s;
constexpr Millis mourned_for = 5min; // by then it was taken away, or another has its place
// Not "instance": what daemons tell of themselves, to be chosen by their load, stands under their own names.
constexpr std::string_view kind = "slot", prefix = "slot/";

bool in_service(std::string_view state)
{
    return state == to_string(SlotState::ready);
}

bool is_leaving(std::string_view state)
{
    return state == to_string(SlotState::draining) || state == to_string(SlotState::stopped);
}

bool is_daemon(std::string_view name)
{
    return std::ranges::any_of(daemon_rows(), [&](const DaemonRow& row) { return row.name == name; });
}

} // namespace

Peers::Peers(const Supervisor* supervisor, Presence& presence, Clock& clock, std::string host, std::string version)
    : presence_(presence),
      supervisor_(supervisor),
      clock_(clock),
      host_(std::move(host)),
      version_(std::move(version))
{
}

Task<void> Peers::run()
{
    for (;;) {
        co_await tell();
        (void)co_await hear(clock_.after(wait)); // dependencies tell of a Presence that is away
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(told_every));
        if (!slept) co_return;
    }
}

Task<void> Peers::tell(bool stopped)
{
    for (const SlotStatus& slot : supervisor_->status()) {
        if (!is_daemon(slot.daemon)) continue; // every process has such parts
        DaemonPresence entry;
        entry.daemon = kind;
        entry.id = std::string(prefix) + slot.id;
        entry.state = to_string(stopped ? SlotState::stopped : slot.state);
        entry.load = slot.load;
        entry.host = host_;
        entry.version = version_;
        entry.kind = slot.daemon;
        entry.started_at = clock_.now() - slot.uptime;
        const Result<void> told = co_await presence_.announce(std::move(entry), good_for, clock_.after(wait));
        if (!told) co_return; // the others would wait as long
    }
}

AsyncResult<void> Peers::hear(Deadline by)
{
    const Result<std::vector<DaemonPresence>> all = co_await presence_.daemons(by);
    if (!all) co_return all.error();
    std::set<std::string> own;
    for (const SlotStatus& slot : supervisor_->status()) own.insert(slot.id);
    heard(*all, own, clock_.monotonic());
    co_return Result<void>{};
}

void Peers::heard(const std::vector<DaemonPresence>& up, const std::set<std::string>& own, Millis now)
{
    for (auto& [id, peer] : peers_) peer.up = false;
    for (const DaemonPresence& each : up) {
        if (each.daemon != kind || !each.id.starts_with(prefix)) continue;
        const std::string id = each.id.substr(prefix.size());
        if (own.contains(id)) continue;
        if (in_service(each.state)) kinds_.insert(each.kind);
        if (each.state == to_string(SlotState::stopped))
            peers_.erase(id);
        else
            peers_[id] = {each, now, true};
    }
    std::erase_if(peers_, [&](const auto& each) {
        const Peer& peer = each.second;
        return !peer.up && (now - peer.last > mourned_for || is_leaving(peer.told.state));
    });
}

std::vector<DaemonItem> Peers::up() const
{
    std::vector<DaemonItem> items;
    for (const auto& [id, peer] : peers_) {
        if (!peer.up) continue;
        DaemonItem& item = items.emplace_back();
        item.daemon = peer.told.kind;
        item.id = id;
        item.host = peer.told.host;
        item.state = peer.told.state == to_string(SlotState::unready) ? "degraded" : peer.told.state;
        item.version = peer.told.version;
        item.uptime_seconds = std::max(Millis{0}, clock_.now() - peer.told.started_at) / 1s;
        item.load = peer.told.load;
    }
    return items;
}

std::vector<std::string> Peers::troubles(const std::set<std::string>& ready, Millis now) const
{
    std::vector<std::string> out;
    std::set<std::string> serving = ready;
    for (const auto& [id, peer] : peers_) {
        if (!peer.up)
            out.push_back(fmt::format("{} was last heard of {} s ago", id, (now - peer.last) / 1s));
        else if (in_service(peer.told.state))
            serving.insert(peer.told.kind);
        else if (!is_leaving(peer.told.state))
            out.push_back(fmt::format("{} is {}", id, peer.told.state));
    }
    for (const std::string& each : kinds_)
        if (!serving.contains(each)) out.push_back(fmt::format("no {} is ready", each));
    return out;
}

std::size_t Peers::size() const
{
    return static_cast<std::size_t>(std::ranges::count_if(peers_, [](const auto& each) { return each.second.up; }));
}

} // namespace harvest::cli::api
