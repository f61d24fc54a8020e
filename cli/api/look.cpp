// status, health, ledger: what is, and whether it is well.
#include "cli/api/admin_api.hpp"
#include "cli/api/peers.hpp"
#include "cli/host_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/statvfs.h>

namespace harvest::cli::api {
namespace {

std::string spoken(SlotState state)
{
    return state == SlotState::unready ? "degraded" : std::string(to_string(state));
}

struct StatusBody {
    std::string version, host, time;
    Amount players_online;
    std::vector<DaemonItem> items;
};
BOOST_DESCRIBE_STRUCT(StatusBody, (), (version, host, time, players_online, items))

struct HealthBody {
    bool healthy{};
    std::int64_t passed{}, failed{};
    std::vector<CheckItem> items;
};
BOOST_DESCRIBE_STRUCT(HealthBody, (), (healthy, passed, failed, items))

CheckItem verdict(std::string name, bool good, std::string message, std::string explain)
{
    return {std::move(name), good ? "ok" : "fail", std::move(message), good ? "" : std::move(explain), 0};
}

CheckItem check_daemons(const World& world)
{
    std::size_t ready = 0, all = 0;
    std::string others;
    for (const SlotStatus& slot : world.supervisor->status()) {
        ++all;
        if (slot.state == SlotState::ready)
            ++ready;
        else
            others += fmt::format(" {} is {}", slot.id, spoken(slot.state));
    }
    return verdict("daemons.ready", ready == all, fmt::format("{}/{} are ready{}", ready, all, others),
                   "HarvestNotReady");
}

CheckItem check_peers(const World& world)
{
    std::set<std::string> ready;
    for (const SlotStatus& slot : world.supervisor->status())
        if (slot.state == SlotState::ready) ready.insert(slot.daemon);
    const std::vector<std::string> troubles = world.peers->troubles(ready, world.clock.monotonic());
    return verdict("peers.ready", troubles.empty(),
                   troubles.empty() ? fmt::format("{} slots in other processes", world.peers->size())
                                    : fmt::format("{}", fmt::join(troubles, "; ")),
                   "HarvestNotReady");
}

CheckItem check_loops(const World& world)
{
    Millis oldest{0};
    for (const SlotStatus& slot : world.supervisor->status()) oldest = std::max(oldest, slot.loop_age);
    return verdict("loops.turning", world.supervisor->alive(), fmt::format("oldest turn {} ms ago", oldest.count()),
                   "HarvestLoopStalled");
}

} // namespace

AsyncResult<std::string> get_status(const World& world, Call& call)
{
    StatusBody body;
    body.version = world.version;
    body.host = host_name();
    body.time = to_rfc3339(world.clock.now());
    const Result<std::int64_t> online = co_await world.presence.count(call.by);
    body.players_online.units = online ? *online : 0;
    for (const SlotStatus& slot : world.supervisor->status()) {
        DaemonItem item;
        item.daemon = slot.daemon;
        item.id = slot.id;
        item.host = body.host;
        item.state = spoken(slot.state);
        item.version = world.version;
        item.uptime_seconds = slot.uptime.count() / 1000;
        item.loop_age_seconds = static_cast<double>(slot.loop_age.count()) / 1000;
        item.load = slot.load;
        if (!slot.last_error.empty()) item.last_error = LastError{"failed", slot.last_error};
        body.items.push_back(std::move(item));
    }
    (void)co_await world.peers->hear(call.by); // what is known of them is told otherwise
    for (DaemonItem& each : world.peers->up()) body.items.push_back(std::move(each));
    std::string text = object_body("DaemonList", body);
    co_return text;
}

AsyncResult<std::string> get_health(const World& world, Call& call)
{
    HealthBody body;
    body.items.push_back(check_daemons(world));
    body.items.push_back(check_loops(world));
    body.items.push_back(check_peers(world));

    const Millis asked = world.clock.monotonic();
    AccountFilter one;
    one.limit = 1;
    const auto accounts = co_await world.accounts.list(std::move(one), call.by);
    CheckItem store = verdict("store.answers", accounts.has_value(),
                              accounts ? "a read came back" : accounts.error().message(), "HarvestDbSlow");
    store.took_seconds = static_cast<double>((world.clock.monotonic() - asked).count()) / 1000;
    body.items.push_back(std::move(store));

    constexpr std::int64_t most_lag = 10'000;
    const auto lags = co_await world.log.lags(call.by);
    std::int64_t worst = 0;
    std::string where = lags ? "no group is behind" : lags.error().message();
    if (lags)
        for (const GroupLag& lag : *lags) {
            const std::int64_t behind = lag.end_offset - lag.committed_offset;
            if (behind <= worst) continue;
            worst = behind;
            where = fmt::format("{} is {} behind on {}", lag.group, behind, lag.topic);
        }
    body.items.push_back(verdict("eventlog.lag", lags.has_value() && worst <= most_lag, where, "HarvestConsumerStuck"));

    for (const Dependencies::Verdict& each : world.dependencies->verdicts())
        if (each.name != "store") // asked above
            body.items.push_back(verdict(
                each.name + ".answers", !each.needed || !each.away,
                each.away ? each.why + (each.needed ? "" : ", goes on without it") : "it answers", "HarvestNotReady"));

    const bool writable = world.audit.healthy();
    body.items.push_back(verdict("audit.chain", writable,
                                 writable ? "the audit log takes records" : world.audit.trouble(),
                                 "HarvestAuditWriteFailing"));
    struct statvfs disk{};
    const bool measured = ::statvfs(world.audit.path().c_str(), &disk) == 0 && disk.f_blocks > 0;
    const double free = measured ? static_cast<double>(disk.f_bavail) / static_cast<double>(disk.f_blocks) : 0;
    body.items.push_back(verdict("disk.free", !measured || free > 0.05,
                                 fmt::format("{:.0f}% of the data disk is free", free * 100), "HarvestDiskFilling"));
    for (const CheckItem& item : body.items) ++(item.status == "ok" ? body.passed : body.failed);
    body.healthy = body.failed == 0;
    std::string text = object_body("Health", body);
    co_return text;
}

AsyncResult<std::string> check_ledger(const World& world, Call& call)
{
    std::function<Result<LedgerCheck>()> check = world.check_ledger;
    const Result<LedgerCheck> report = co_await world.slow->compute(std::move(check), call.by);
    if (!report) co_return report.error();
    std::string text = object_body("LedgerCheck", *report);
    co_return text;
}

AsyncResult<std::string> show_ledger(const World& world, Call& call)
{
    std::string account = call.path[0];
    if (account.starts_with("p_") || account.starts_with('@')) {
        const Result<Account> player = co_await find_player(world, account, call);
        if (!player) co_return player.error();
        account = player_account(player->id);
    }
    const auto history =
        co_await world.ledger.history(account, call.number("after", 0, INT64_MAX), call.limit(), call.by);
    if (!history) co_return history.error();
    std::vector<EntryItem> items;
    for (const LedgerEntry& entry : *history)
        items.push_back({entry.transfer.id.value,
                         {entry.seq},
                         to_rfc3339(entry.at),
                         entry.transfer.asset,
                         entry.transfer.debit,
                         entry.transfer.credit,
                         {entry.transfer.amount},
                         entry.transfer.reason});
    std::string text = list_body("LedgerEntryList", items);
    co_return text;
}

} // namespace harvest::cli::api
