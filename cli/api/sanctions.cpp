// What keeps a player out of something, and its lifting: ban, mute; and kick, which ends sessions alone.
#include "cli/api/change.hpp"
#include "common/protocol/events.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli::api {
namespace {

constexpr Millis permanent = std::chrono::days{365 * 200};

struct Measure {
    std::string_view kind, imposed, lifted, level;
    bool ends_sessions; // where its scope is all or login
};
constexpr Measure ban{"ban", "player.ban", "player.unban", "moderate", true};
constexpr Measure mute{"mute", "player.mute", "player.unmute", "mild", false};

OutboxEvent user_event(const World& world, const PlayerId& player, std::string_view type, std::string data)
{
    OutboxEvent out;
    out.topic = std::string(protocol::topic::user);
    out.event.id = new_id<EventId>(world.clock, world.entropy);
    out.event.type = std::string(type);
    out.event.source = "admin-0";
    out.event.subject = player.value;
    out.event.time = world.clock.now();
    out.event.data = std::move(data);
    return out;
}

std::string path_of(const PlayerId& player, std::string_view act)
{
    return fmt::format("/admin/v1/players/{}/{}", player.value, act);
}

// Of this kind and in force.
AsyncResult<std::vector<Sanction>> in_force_of(const World& world, Call& call, PlayerId player, std::string_view kind)
{
    auto sanctions = co_await world.accounts.sanctions(player, world.clock.now(), call.by);
    if (sanctions) std::erase_if(*sanctions, [kind](const Sanction& each) { return each.kind != kind; });
    co_return sanctions;
}

std::string another_by_now(const Measure& measure)
{
    return fmt::format("there is another {} by now", measure.kind);
}

// Whether what was lifted may come back as it was, for a plan; the store looks again. Errors: conflict, told in
// Call::why.
AsyncResult<void> may_return(const World& world, Call& call, PlayerId player, const Measure& measure, Millis until)
{
    const auto others = co_await in_force_of(world, call, std::move(player), measure.kind);
    if (!others) co_return others.error();
    if (until <= world.clock.now())
        call.why = fmt::format("that {} would have ended by now", measure.kind);
    else if (!others->empty())
        call.why = another_by_now(measure);
    else
        co_return Result<void>{};
    co_return Errc::conflict;
}

// Whether the one that `audit` imposed is what would be lifted. Errors: conflict, told in Call::why.
Result<void> is_alone(const std::vector<Sanction>& in_force, const std::string& audit, const Measure& measure,
                      Call& call)
{
    const bool there = std::ranges::any_of(in_force, [&](const Sanction& each) { return each.audit.value == audit; });
    if (there && in_force.size() == 1) return {};
    call.why = there ? fmt::format("there is another {} besides, and un{} lifts all", measure.kind, measure.kind)
                     : fmt::format("that {} is in force no longer", measure.kind);
    return make_error_code(Errc::conflict);
}

// Brings back the one that is lifted.
std::string return_of(const Sanction& sanction)
{
    SanctionRequest again;
    again.scope = sanction.scope;
    again.reason = sanction.reason;
    again.until_ms = sanction.until.count();
    return inverse_of(path_of(sanction.player, sanction.kind), protocol::encode(again));
}

// What a ban or a kick would hit.
struct Reach {
    std::int64_t sessions{}, live{}, matches{}, opponents{}; // opponents: none of the house
    std::string match, state;                                // match: its id and mode
};

AsyncResult<Reach> reach_of(const World& world, PlayerId player, Call& call)
{
    Reach reach;
    const auto sessions = co_await world.sessions.list(player, world.clock.now(), call.by);
    if (!sessions) co_return sessions.error();
    for (const Session& session : *sessions)
        if (!session.revoked) reach.state += session.id.value + ' ';
    reach.sessions = std::ranges::count(*sessions, false, &Session::revoked);
    const auto live = co_await world.presence.find(player, call.by);
    if (live) reach.live = static_cast<std::int64_t>(live->size());
    const auto match = co_await world.matches.current(player, call.by);
    if (match) {
        reach.matches = 1;
        reach.opponents = std::ranges::count_if(
            match->seats, [&player](const MatchSeat& seat) { return seat.player != player && seat.bot.empty(); });
        reach.match = fmt::format("{} ({})", match->id.value, match->mode);
        reach.state += match->id.value;
    }
    co_return reach;
}

// `becomes`: of the match.
Plan plan_of(std::string action, const Account& player, const Reach& reach, std::string_view becomes)
{
    Plan plan;
    plan.action = std::move(action);
    plan.level = "moderate";
    plan.target = player.id.value;
    plan.target_name = player.name;
    plan.affects = {{"sessions", reach.live}, {"matches", reach.matches}, {"players", 1 + reach.opponents}};
    plan.changes.push_back(fmt::format("{} sessions end, {} of them live", reach.sessions, reach.live));
    if (reach.matches) plan.changes.push_back(fmt::format("match {} {}", reach.match, becomes));
    return plan;
}

AsyncResult<std::string> impose(const World& world, Call& call, const Measure& measure)
{
    const Result<SanctionRequest> asked = protocol::decode<SanctionRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const std::string who = call.path[0];
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    const Result<Reach> reach = co_await reach_of(world, player->id, call);
    if (!reach) co_return reach.error();
    const Millis now = world.clock.now();
    const Millis until =
        asked->until_ms ? Millis{*asked->until_ms} : now + (asked->for_ms ? Millis{*asked->for_ms} : permanent);
    if (asked->until_ms) {
        const Result<void> may = co_await may_return(world, call, player->id, measure, until);
        if (!may) co_return may.error();
    }
    const bool ends_sessions = measure.ends_sessions && keeps_out_of_everything(asked->scope);
    const Reach hit = ends_sessions ? *reach : Reach{};
    Plan plan = plan_of(std::string(measure.imposed), *player, hit, "is conceded, the opponent wins");
    plan.level = measure.level;
    plan.changes.insert(plan.changes.begin(),
                        fmt::format("{} until {}, scope {}", measure.kind,
                                    asked->for_ms || asked->until_ms ? to_rfc3339(until) : "for ever", asked->scope));
    plan.undo = measure.lifted;
    const std::string about = fmt::format("{}{} {} {}\n{}", player->id.value, asked->scope, asked->for_ms.value_or(-1),
                                          asked->until_ms.value_or(-1), hit.state);
    const Result<void> named = name_plan(plan, about, asked->plan, now, call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    if (asked->reason.empty()) {
        call.why = fmt::format("a {} needs a reason", measure.kind);
        co_return Errc::invalid_argument;
    }
    auto record = begin_change(world, call, plan.action, player->id.value, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    LiftRequest lifting;
    lifting.only = record->id;
    record->undo = inverse_of(path_of(player->id, fmt::format("un{}", measure.kind)), protocol::encode(lifting));
    Sanction sanction;
    sanction.player = player->id;
    sanction.kind = measure.kind;
    sanction.scope = asked->scope;
    sanction.reason = asked->reason;
    sanction.since = now;
    sanction.until = until;
    sanction.by = call.actor;
    sanction.audit = AuditId{record->id};
    const protocol::UserSanctioned told{player->id, std::string(measure.kind), asked->scope, to_rfc3339(until)};
    std::vector<OutboxEvent> events;
    events.push_back(user_event(world, player->id, protocol::event_type::user_sanctioned, protocol::encode(told)));
    const protocol::SessionRevoked revoked{player->id, std::nullopt, "ban"};
    if (ends_sessions)
        events.push_back(
            user_event(world, player->id, protocol::event_type::session_revoked, protocol::encode(revoked)));
    Imposing imposing{std::move(sanction), asked->until_ms.has_value(), ends_sessions}; // what returns returns alone
    const Result<void> done = co_await world.accounts.sanction(std::move(imposing), std::move(events), call.by);
    if (!done && done.error() == Errc::conflict) call.why = another_by_now(measure);
    end_change(world, *record, done ? Error{} : done.error());
    if (!done) co_return done.error();
    const Done answer{plan.action, player->id.value, player->name, record->id, undo_line(*record, plan), plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
}

AsyncResult<std::string> lift(const World& world, Call& call, const Measure& measure)
{
    const Result<LiftRequest> asked = protocol::decode<LiftRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const std::string who = call.path[0];
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    const Millis looked = world.clock.now();
    const auto sanctions = co_await in_force_of(world, call, player->id, measure.kind);
    if (!sanctions) co_return sanctions.error();
    if (asked->only)
        if (const Result<void> alone = is_alone(*sanctions, *asked->only, measure, call); !alone)
            co_return alone.error();
    const std::size_t in_force = sanctions->size();
    Plan plan;
    plan.action = measure.lifted;
    plan.level = "mild";
    plan.target = player->id.value;
    plan.target_name = player->name;
    plan.changes.push_back(fmt::format("{} {}s are lifted", in_force, measure.kind));
    plan.affects = {{"players", 1}};
    plan.undo = in_force == 1 ? std::string(measure.imposed)
                              : fmt::format("cannot be undone: {} at once do not come back", in_force);
    const std::string about = fmt::format("{}\n{}", player->id.value, in_force);
    const Result<void> named = name_plan(plan, about, asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    if (in_force == 0) {
        call.why = fmt::format("{} has no {} on them", player->name, measure.kind);
        co_return Errc::failed_precondition;
    }
    auto record = begin_change(world, call, plan.action, player->id.value, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    if (in_force == 1) record->undo = return_of(sanctions->front());
    std::vector<OutboxEvent> events;
    Lifting lifting{player->id, std::string(measure.kind), {}, looked};
    for (const Sanction& each : *sanctions) lifting.seen.push_back(each.audit);
    const Result<void> done = co_await world.accounts.lift(std::move(lifting), std::move(events), call.by);
    if (!done && done.error() == Errc::conflict)
        call.why = fmt::format("the {}s are others by now, and nothing was lifted: look again", measure.kind);
    end_change(world, *record, done ? Error{} : done.error());
    if (!done) co_return done.error();
    const Done answer{plan.action, player->id.value, player->name, record->id, undo_line(*record, plan), plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
}

} // namespace

AsyncResult<std::string> ban_player(const World& world, Call& call)
{
    return impose(world, call, ban);
}

AsyncResult<std::string> unban_player(const World& world, Call& call)
{
    return lift(world, call, ban);
}

AsyncResult<std::string> mute_player(const World& world, Call& call)
{
    return impose(world, call, mute);
}

AsyncResult<std::string> unmute_player(const World& world, Call& call)
{
    return lift(world, call, mute);
}

AsyncResult<std::string> kick_player(const World& world, Call& call)
{
    const Result<ChangeRequest> asked = protocol::decode<ChangeRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const std::string who = call.path[0];
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    const Result<Reach> reach = co_await reach_of(world, player->id, call);
    if (!reach) co_return reach.error();
    Plan plan = plan_of("player.kick", *player, *reach, "goes on, and waits for the player as for any who is away");
    plan.undo = "cannot be undone: the player signs in again";
    const std::string about = fmt::format("{}\n{}", player->id.value, reach->state);
    const Result<void> named = name_plan(plan, about, asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    const auto record = begin_change(world, call, plan.action, player->id.value, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    const protocol::SessionRevoked revoked{player->id, std::nullopt, "kick"};
    std::vector<OutboxEvent> events;
    events.push_back(user_event(world, player->id, protocol::event_type::session_revoked, protocol::encode(revoked)));
    const auto ended = co_await world.sessions.revoke_all(player->id, std::move(events), call.by);
    end_change(world, *record, ended ? Error{} : ended.error());
    if (!ended) co_return ended.error();
    const Done answer{plan.action, player->id.value, player->name, record->id, plan.undo, plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
}

} // namespace harvest::cli::api
