// drain, reload, seed, keys, audit.
#include "cli/api/change.hpp"
#include "cli/command_audit.hpp"
#include "common/protocol/auth.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <bit>

namespace harvest::cli::api {
namespace {

struct DrainBody {
    std::string audit;
    std::map<std::string, std::int64_t> remaining;
};
BOOST_DESCRIBE_STRUCT(DrainBody, (), (audit, remaining))

struct ReloadBody {
    std::string result, audit;
};
BOOST_DESCRIBE_STRUCT(ReloadBody, (), (result, audit))

struct SeedBody {
    std::int64_t made{}, there_already{};
    std::string audit;
};
BOOST_DESCRIBE_STRUCT(SeedBody, (), (made, there_already, audit))

struct VerdictBody {
    bool intact{};
    Amount records;
    std::optional<Amount> first_bad;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(VerdictBody, (), (intact, records, first_bad, reason))

std::vector<KeyItem> keys_in(const std::string& jwks)
{
    boost::system::error_code error;
    const boost::json::value set = boost::json::parse(jwks, error);
    std::vector<KeyItem> items;
    if (error || !set.is_object() || !set.get_object().if_contains("keys")) return items;
    for (const auto& key : set.at("keys").as_array()) {
        KeyItem item;
        item.kid = std::string(key.at("kid").as_string());
        items.push_back(std::move(item));
    }
    if (!items.empty()) items.back().newest = true;
    return items;
}

std::string key_state(const std::string& jwks)
{
    std::string state;
    for (const KeyItem& key : keys_in(jwks)) state += key.kid + '\n';
    return state;
}

// What a drain would end. Counts by powers of two: exact ones never stand still, and no plan of a busy system would
// hold.
std::string drain_state(const std::vector<SlotStatus>& slots)
{
    std::string state;
    for (const SlotStatus& slot : slots) {
        state += fmt::format("{} {}", slot.id, to_string(slot.state));
        for (const auto& [what, count] : slot.load)
            if (what == "sessions" || what == "matches")
                state += fmt::format(" {}:{}", what, std::bit_width(static_cast<std::uint64_t>(count)));
        state += '\n';
    }
    return state;
}

} // namespace

AsyncResult<std::string> drain(const World& world, Call& call)
{
    const Result<ChangeRequest> asked = protocol::decode<ChangeRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    std::map<std::string, std::int64_t> remaining;
    for (const SlotStatus& slot : world.supervisor->status())
        for (const auto& [what, count] : slot.load) remaining[slot.id + "." + what] = count;
    Plan plan;
    plan.action = "daemon.drain";
    plan.level = "moderate";
    plan.target = "all";
    plan.affects = remaining;
    plan.changes.push_back("every daemon finishes what is at hand, then the process ends");
    plan.undo = "cannot be undone: start it again";
    const Result<void> named =
        name_plan(plan, drain_state(world.supervisor->status()), asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    const auto record = begin_change(world, call, plan.action, plan.target, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    world.supervisor->request_drain();
    end_change(world, *record, {});
    const DrainBody body{record->id, remaining};
    std::string text = object_body("Drain", body);
    co_return text;
}

AsyncResult<std::string> reload(const World& world, Call& call)
{
    const Result<ReloadRequest> asked = reload_asked(call);
    if (!asked) co_return asked.error();
    const auto record =
        begin_change(world, call, "config.reload", "all", asked->reason.value_or(""), asked->ticket, "");
    if (!record) co_return record.error();
    std::function<Result<Reloaded>()> read_again = [reload = world.reload]() -> Result<Reloaded> {
        return reload ? reload() : Reloaded{};
    };
    const Result<Reloaded> done = co_await world.slow->compute(std::move(read_again), call.by);
    Error error = done ? Error{} : done.error();
    if (done && done->rejected) {
        error = make_error_code(Errc::invalid_argument);
        call.why = done->told;
    }
    end_change(world, *record, error);
    if (error) co_return error;
    const ReloadBody body{done->told, record->id};
    std::string text = object_body("Reload", body);
    co_return text;
}

std::string seeded_secret(const crypto::Digest& key, const std::string& set, const std::string& name)
{
    return to_base64url(crypto::hmac_sha256(key, as_bytes(fmt::format("harvest seed {} {}", set, name))));
}

// Idempotent: player N of a seed always has the same secret, so a second run finds what is there.
AsyncResult<std::string> seed(const World& world, Call& call)
{
    const Result<SeedRequest> asked = protocol::decode<SeedRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    if (asked->players < 0 || asked->players > 100'000) {
        call.why = "players: 0 to 100000";
        co_return Errc::invalid_argument;
    }
    const std::string target = fmt::format("{} players of seed {}", asked->players, asked->seed);
    Plan plan;
    plan.action = "data.seed";
    plan.level = "mild";
    plan.target = target;
    plan.changes.push_back("players that are there already stay as they are");
    plan.affects = {{"players", asked->players}};
    plan.undo = "cannot be undone: players that were made stay";
    const std::string about = fmt::format("{} of {}", target, asked->set);
    const Result<void> named = name_plan(plan, about, asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    const auto record =
        begin_change(world, call, plan.action, target, asked->reason.value_or(""), asked->ticket, plan.id);
    if (!record) co_return record.error();
    SeedBody body;
    body.audit = record->id;
    for (std::int64_t number = 1; number <= asked->players; ++number) {
        std::string name = fmt::format("{}_{}_{:04}", asked->set, asked->seed, number);
        const Deadline by = world.clock.after(10s); // each player's own: a large seed takes long
        call.by = by;
        const auto known = co_await world.accounts.find_by_name(name, call.by);
        if (known) {
            ++body.there_already;
            continue;
        }
        protocol::DeviceCall device;
        device.secret = seeded_secret(world.seed_key, asked->set, name);
        device.name = name;
        device.bot = true;
        device.address = "seed";
        RpcRequest request{"auth", "", "device", protocol::encode(device), "", by};
        const Result<std::string> made = co_await world.rpc.call(std::move(request));
        if (!made) {
            end_change(world, *record, made.error());
            call.why = fmt::format("player {} could not be made: {}", name, made.error().message());
            co_return made.error();
        }
        ++body.made;
    }
    end_change(world, *record, {});
    std::string text = object_body("Seed", body);
    co_return text;
}

AsyncResult<std::string> list_keys(const World& world, Call& call)
{
    RpcRequest request{"auth", "", "jwks", "{}", "", call.by};
    const Result<std::string> jwks = co_await world.rpc.call(std::move(request));
    if (!jwks) co_return jwks.error();
    std::string text = list_body("KeyList", keys_in(*jwks));
    co_return text;
}

AsyncResult<std::string> rotate_keys(const World& world, Call& call)
{
    const Result<ChangeRequest> asked = protocol::decode<ChangeRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    RpcRequest look{"auth", "", "jwks", "{}", "", call.by};
    const Result<std::string> published = co_await world.rpc.call(std::move(look));
    if (!published) co_return published.error();
    Plan plan;
    plan.action = "key.rotate";
    plan.level = "moderate";
    plan.target = "token keys";
    plan.changes.push_back("a new key is published and signs after its activation; the old one stays for its overlap");
    plan.undo = "cannot be undone: rotate again";
    const Result<void> named = name_plan(plan, key_state(*published), asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    const auto record = begin_change(world, call, plan.action, plan.target, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    RpcRequest request{"auth", "", "rotate_keys", "{}", "", call.by};
    const Result<std::string> done = co_await world.rpc.call(std::move(request));
    end_change(world, *record, done ? Error{} : done.error());
    if (!done && done.error() == Errc::permission_denied)
        call.why = "auth takes this from its own process: ask that one";
    if (!done) co_return done.error();
    std::string text = list_body("KeyList", keys_in(*done));
    co_return text;
}

AsyncResult<std::string> list_audit(const World& world, Call& call)
{
    const bool of_commands = call.query("log") == "commands";
    if (of_commands && world.command_audit.empty()) {
        call.why = "what commands did is told by the process that auth runs in";
        co_return Errc::not_found;
    }
    telemetry::AuditFilter filter{call.query("actor"), call.query("target"), std::nullopt};
    if (const std::string since = call.query("since"); !since.empty()) {
        const Result<Millis> at = parse_rfc3339(since);
        if (!at) {
            call.why = "since: RFC 3339, like 2026-11-23T01:00:00Z";
            co_return Errc::invalid_argument;
        }
        filter.since = *at;
    }
    const std::string path = of_commands ? world.command_audit : world.audit.path();
    const std::size_t limit = call.limit();
    const std::int64_t before = call.number("cursor", 0, INT64_MAX);
    using Records = std::vector<telemetry::AuditRecord>;
    std::function<Result<Records>()> read = [&]() -> Result<Records> {
        return telemetry::newest_records(path, limit + 1, before, filter); // one more tells whether there is more
    };
    Result<Records> records = co_await world.slow->compute(std::move(read), call.by);
    if (!records) co_return records.error();
    const bool more = records->size() > limit;
    if (more) records->pop_back();
    std::vector<AuditItem> items;
    for (const telemetry::AuditRecord& record : *records)
        items.push_back({{record.seq},
                         record.id,
                         to_rfc3339(record.at),
                         record.action,
                         record.outcome,
                         record.actor,
                         record.target,
                         record.reason,
                         record.hash,
                         record.source,
                         record.count});
    std::string text = list_body("AuditRecordList", items, more ? std::to_string(records->back().seq) : "");
    co_return text;
}

AsyncResult<std::string> verify_audit(const World& world, Call& call)
{
    std::function<Result<telemetry::AuditVerdict>()> verify = [&world]() -> Result<telemetry::AuditVerdict> {
        telemetry::AuditVerdict own = world.audit.verify();
        if (!own.intact || world.command_audit.empty()) return own;
        const auto of_commands = verify_command_audit(world.command_audit);
        if (!of_commands) return own;
        own.intact = of_commands->intact;
        own.records += of_commands->records;
        own.first_bad = of_commands->first_bad;
        if (!own.intact) own.reason = fmt::format("{}: {}", world.command_audit, of_commands->reason);
        return own;
    };
    const Result<telemetry::AuditVerdict> verdict = co_await world.slow->compute(std::move(verify), call.by);
    if (!verdict) co_return verdict.error();
    VerdictBody body;
    body.intact = verdict->intact;
    body.records = {verdict->records};
    if (verdict->first_bad) body.first_bad = Amount{verdict->first_bad};
    body.reason = verdict->reason;
    std::string text = object_body("AuditVerdict", body);
    co_return text;
}

} // namespace harvest::cli::api
