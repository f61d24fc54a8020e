// players: who, their sessions and sanctions; ban, unban, kick.
#include "cli/api/change.hpp"
#include "common/protocol/events.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli::api {
namespace {

constexpr Millis permanent = std::chrono::days{365 * 200};

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

SanctionItem item_of(const Sanction& sanction)
{
    return {sanction.player.value,      sanction.kind, sanction.scope,      sanction.reason, to_rfc3339(sanction.since),
            to_rfc3339(sanction.until), sanction.by,   sanction.audit.value};
}

// What a ban or a kick would hit.
struct Reach {
    std::int64_t sessions{}, live{}, matches{};
    std::string match, state;
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
        reach.match = match->id.value;
        reach.state += reach.match;
    }
    co_return reach;
}

Plan plan_of(const World& world, std::string action, const Account& player, const Reach& reach, std::string asked)
{
    Plan plan;
    plan.id = plan_id(action, player.id.value + asked, reach.state);
    plan.action = std::move(action);
    plan.level = "moderate";
    plan.target = player.id.value;
    plan.target_name = player.name;
    plan.affects = {{"sessions", reach.live}, {"matches", reach.matches}, {"players", reach.matches ? 2 : 1}};
    plan.changes.push_back(fmt::format("{} sessions end, {} of them live", reach.sessions, reach.live));
    if (reach.matches) plan.changes.push_back(fmt::format("match {} goes on without the player", reach.match));
    plan.expires_at = to_rfc3339(world.clock.now() + plan_life);
    return plan;
}

} // namespace

AsyncResult<Account> find_player(const World& world, std::string who, Call& call)
{
    if (who.starts_with('@')) {
        std::string name = who.substr(1);
        Result<Account> found = co_await world.accounts.find_by_name(std::move(name), call.by);
        if (!found) call.why = fmt::format("no player {}", who);
        co_return found;
    }
    const Result<PlayerId> id = parse_id<PlayerId>(who);
    if (id) {
        Result<Account> found = co_await world.accounts.get(*id, call.by);
        if (!found) call.why = fmt::format("no player {}", who);
        co_return found;
    }
    std::optional<Account> match;
    std::string after;
    for (int page = 0; page < 100; ++page) {
        AccountFilter filter;
        filter.limit = 1000;
        filter.after = after;
        const auto accounts = co_await world.accounts.list(std::move(filter), call.by);
        if (!accounts) co_return accounts.error();
        for (const Account& account : *accounts) {
            if (short_id(account.id.value) != who) continue;
            if (match) {
                call.why = fmt::format("two players are {}; give the whole id", who);
                co_return Errc::conflict;
            }
            match = account;
        }
        if (accounts->size() < 1000) break;
        after = accounts->back().id.value;
    }
    if (match) co_return *match;
    call.why = fmt::format("no player '{}'; give an id, its short form, or @name", who);
    co_return Errc::not_found;
}

AsyncResult<std::string> list_players(const World& world, Call& call)
{
    AccountFilter filter;
    filter.name_prefix = call.query("name");
    filter.bots = call.query("bots") != "false";
    filter.after = call.query("cursor");
    filter.limit = static_cast<std::size_t>(call.number("limit", 50, 1000));
    const std::size_t limit = filter.limit;
    const auto accounts = co_await world.accounts.list(std::move(filter), call.by);
    if (!accounts) co_return accounts.error();
    std::vector<PlayerItem> items;
    for (const Account& account : *accounts) {
        const auto live = co_await world.presence.find(account.id, call.by);
        items.push_back({account.id.value, account.name, to_rfc3339(account.created_at), account.bot,
                         live.has_value() && !live->empty()});
    }
    const std::string next = accounts->size() == limit ? accounts->back().id.value : "";
    std::string text = list_body("PlayerList", items, next);
    co_return text;
}

AsyncResult<std::string> get_player(const World& world, Call& call)
{
    const std::string who = call.path[0];
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    PlayerProfile profile;
    profile.id = player->id.value;
    profile.name = player->name;
    profile.created_at = to_rfc3339(player->created_at);
    profile.bot = player->bot;
    const auto live = co_await world.presence.find(player->id, call.by);
    profile.online = live.has_value() && !live->empty();
    profile.status = profile.online ? live->front().status : "offline";
    for (const std::string_view mode : {"ranked", "casual"}) {
        const auto rating = co_await world.matches.rating(player->id, std::string(mode), call.by);
        if (rating && rating->games > 0)
            profile.ratings.push_back({std::string(mode), static_cast<double>(rating->rating) / 1000,
                                       static_cast<double>(rating->deviation) / 1000, rating->games, rating->wins,
                                       rating->losses, rating->draws});
    }
    const auto balances = co_await world.ledger.balances(player_account(player->id), call.by);
    if (balances)
        for (const Balance& balance : *balances) profile.balances.push_back({balance.asset, {balance.amount}});
    const auto sanctions = co_await world.accounts.sanctions(player->id, world.clock.now(), call.by);
    if (sanctions)
        for (const Sanction& sanction : *sanctions) profile.sanctions.push_back(item_of(sanction));
    MatchFilter filter;
    filter.player = player->id;
    filter.limit = 5;
    const auto recent = co_await world.matches.list(std::move(filter), call.by);
    if (recent)
        for (const Match& match : *recent) profile.recent_matches.push_back(match.id.value);
    std::string text = object_body("Player", profile);
    co_return text;
}

AsyncResult<std::string> list_sanctions(const World& world, Call& call)
{
    const std::string who = call.path[0];
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    const auto sanctions = co_await world.accounts.sanctions(player->id, world.clock.now(), call.by);
    if (!sanctions) co_return sanctions.error();
    std::vector<SanctionItem> items;
    for (const Sanction& sanction : *sanctions) items.push_back(item_of(sanction));
    std::string text = list_body("SanctionList", items);
    co_return text;
}

AsyncResult<std::string> list_sessions(const World& world, Call& call)
{
    const std::string who = call.query("player");
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    const auto sessions = co_await world.sessions.list(player->id, world.clock.now(), call.by);
    if (!sessions) co_return sessions.error();
    const auto live = co_await world.presence.find(player->id, call.by);
    std::vector<SessionItem> items;
    for (const Session& session : *sessions) {
        SessionItem item;
        item.id = session.id.value;
        item.player = session.player.value;
        const Result<Millis> made = ulid_time(std::string_view(session.id.value).substr(2));
        item.signed_in_at = made ? to_rfc3339(*made) : "";
        item.expires_at = to_rfc3339(session.expires_at);
        item.status = session.revoked ? "revoked" : "idle";
        for (const PlayerPresence& presence : live ? *live : std::vector<PlayerPresence>{}) {
            if (presence.session != session.id) continue;
            item.connsrv = presence.connsrv;
            item.device_class = presence.device_class;
            item.status = presence.status;
        }
        items.push_back(std::move(item));
    }
    std::string text = list_body("SessionList", items);
    co_return text;
}

AsyncResult<std::string> ban_player(const World& world, Call& call)
{
    const Result<SanctionRequest> asked = protocol::decode<SanctionRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const std::string who = call.path[0];
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    const Result<Reach> reach = co_await reach_of(world, player->id, call);
    if (!reach) co_return reach.error();
    const Millis now = world.clock.now();
    const Millis until = now + (asked->for_ms ? Millis{*asked->for_ms} : permanent);
    Plan plan =
        plan_of(world, "player.ban", *player, *reach, fmt::format("{} {}", asked->scope, asked->for_ms.value_or(-1)));
    plan.changes.insert(
        plan.changes.begin(),
        fmt::format("ban until {}, scope {}", asked->for_ms ? to_rfc3339(until) : "for ever", asked->scope));
    plan.undo = "player.unban";
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    if (asked->plan && *asked->plan != plan.id) {
        call.why = "the state has changed since the plan was made; plan anew";
        co_return Errc::conflict;
    }
    if (asked->reason.empty()) {
        call.why = "a ban needs a reason";
        co_return Errc::invalid_argument;
    }
    const auto record = begin_change(world, call, plan.action, player->id.value, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    Sanction sanction;
    sanction.player = player->id;
    sanction.kind = "ban";
    sanction.scope = asked->scope;
    sanction.reason = asked->reason;
    sanction.since = now;
    sanction.until = until;
    sanction.by = call.actor;
    sanction.audit = AuditId{record->id};
    const protocol::UserSanctioned told{player->id, "ban", asked->scope, to_rfc3339(until)};
    std::vector<OutboxEvent> events;
    events.push_back(user_event(world, player->id, protocol::event_type::user_sanctioned, protocol::encode(told)));
    Result<void> done = co_await world.accounts.sanction(std::move(sanction), std::move(events), call.by);
    if (done && (asked->scope == "all" || asked->scope == "login")) {
        const protocol::SessionRevoked revoked{player->id, std::nullopt, "ban"};
        std::vector<OutboxEvent> more;
        more.push_back(user_event(world, player->id, protocol::event_type::session_revoked, protocol::encode(revoked)));
        const auto ended = co_await world.sessions.revoke_all(player->id, std::move(more), call.by);
        if (!ended) done = ended.error();
    }
    end_change(world, *record, done ? Error{} : done.error());
    if (!done) co_return done.error();
    const Done answer{plan.action,
                      player->id.value,
                      player->name,
                      record->id,
                      fmt::format("harvestctl admin unban {}", player->id.value),
                      plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
}

AsyncResult<std::string> unban_player(const World& world, Call& call)
{
    const Result<ChangeRequest> asked = protocol::decode<ChangeRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const std::string who = call.path[0];
    const Result<Account> player = co_await find_player(world, who, call);
    if (!player) co_return player.error();
    const auto sanctions = co_await world.accounts.sanctions(player->id, world.clock.now(), call.by);
    if (!sanctions) co_return sanctions.error();
    const auto bans = std::ranges::count(*sanctions, "ban", &Sanction::kind);
    Plan plan;
    plan.id = plan_id("player.unban", player->id.value, std::to_string(bans));
    plan.action = "player.unban";
    plan.level = "mild";
    plan.target = player->id.value;
    plan.target_name = player->name;
    plan.changes.push_back(fmt::format("{} bans are lifted", bans));
    plan.affects = {{"players", 1}};
    plan.expires_at = to_rfc3339(world.clock.now() + plan_life);
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    if (bans == 0) {
        call.why = fmt::format("{} is not banned", player->name);
        co_return Errc::failed_precondition;
    }
    const auto record = begin_change(world, call, plan.action, player->id.value, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    std::vector<OutboxEvent> events;
    const Result<void> done = co_await world.accounts.lift(player->id, "ban", std::move(events), call.by);
    end_change(world, *record, done ? Error{} : done.error());
    if (!done) co_return done.error();
    const Done answer{plan.action, player->id.value, player->name, record->id, "", plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
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
    Plan plan = plan_of(world, "player.kick", *player, *reach, "");
    plan.undo = "cannot be undone: the player signs in again";
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    if (asked->plan && *asked->plan != plan.id) {
        call.why = "the state has changed since the plan was made; plan anew";
        co_return Errc::conflict;
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
