// players: who they are, their sessions and sanctions.
#include "cli/api/admin_api.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli::api {
namespace {

SanctionItem item_of(const Sanction& sanction)
{
    return {sanction.player.value,      sanction.kind, sanction.scope,      sanction.reason, to_rfc3339(sanction.since),
            to_rfc3339(sanction.until), sanction.by,   sanction.audit.value};
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
    filter.limit = call.limit();
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

} // namespace harvest::cli::api
