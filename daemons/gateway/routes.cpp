#include "daemons/gateway/routes.hpp"

#include "daemons/gateway/handlers.hpp"

#include <array>

namespace harvest::gateway {
namespace {

using enum Access;

#define TO(...) [](Doors& d [[maybe_unused]], const Call& c) { return __VA_ARGS__; }

constexpr std::array table{
    Route{"POST", "/v1/auth/register", open, Quota::registering, TO(handle_register(d.rpc, c))},
    Route{"POST", "/v1/auth/login", open, Quota::login, TO(handle_login(d.rpc, c))},
    Route{"POST", "/v1/auth/device", open, Quota::device, TO(handle_device(d.rpc, c))},
    Route{"POST", "/v1/auth/refresh", open, Quota::refresh, TO(handle_refresh(d.rpc, c))},
    Route{"POST", "/v1/auth/logout", open, Quota::refresh, TO(handle_logout(d.rpc, c))},
    Route{"POST", "/v1/auth/password", bearer, Quota::password, TO(handle_password(d.rpc, c))},
    Route{"POST", "/v1/auth/password/reset", open, Quota::mail, TO(handle_ask_reset(d.rpc, c))},
    Route{"POST", "/v1/auth/password/reset/confirm", open, Quota::login, TO(handle_reset(d.rpc, c))},
    Route{"POST", "/v1/auth/email/confirm", open, Quota::login, TO(handle_confirm_email(d.rpc, c))},
    Route{"POST", "/v1/auth/wallet/nonce", open, Quota::login, TO(handle_wallet(c)), Body::none},
    Route{"POST", "/v1/auth/wallet/login", open, Quota::login, TO(handle_wallet(c))},
    Route{"GET", "/.well-known/jwks.json", open, Quota::none, TO(handle_jwks(d.rpc, c))},
    Route{"GET", "/v1/account", bearer, Quota::none, TO(handle_account(c))},
    Route{"PATCH", "/v1/account", bearer, Quota::write, TO(handle_account_rename(d.rpc, c))},
    Route{"DELETE", "/v1/account", bearer, Quota::password, TO(handle_account_delete(d.rpc, c)), Body::json},
    Route{"PUT", "/v1/account/email", bearer, Quota::mail, TO(handle_account_email(d.rpc, c))},
    Route{"PUT", "/v1/account/device", bearer, Quota::password, TO(handle_account_device(d.rpc, c))},
    Route{"PUT", "/v1/account/password", bearer, Quota::password, TO(handle_account_password(d.rpc, c))},
    Route{"PUT", "/v1/account/totp", bearer, Quota::password, TO(handle_account_totp(d.rpc, c))},
    Route{"POST", "/v1/account/totp/confirm", bearer, Quota::password, TO(handle_account_totp_confirm(d.rpc, c))},
    Route{"DELETE", "/v1/account/totp", bearer, Quota::password, TO(handle_account_totp_delete(d.rpc, c)), Body::json},
    Route{"GET", "/v1/account/export", bearer, Quota::exporting, TO(handle_account_export(d.personal, d.clock, c))},
    Route{"GET", "/v1/catalog/cards", open, Quota::none,
          TO(handle_catalogue_cards(c.edition->card_catalogue, c.edition->battle(), c))},
    Route{"GET", "/v1/catalog/crops", open, Quota::none,
          TO(handle_catalogue_crops(c.edition->crop_catalogue, c.edition->farm(), c))},
    Route{"GET", "/v1/catalog/recipes", open, Quota::none,
          TO(handle_catalogue_recipes(c.edition->recipe_catalogue, c.edition->recipes(), c))},
    Route{"GET", "/v1/collection", bearer, Quota::none, TO(handle_collection(d.crafting, d.clock, c))},
    Route{"GET", "/v1/inventory", bearer, Quota::none, TO(handle_inventory(d.ledger, c))},
    Route{"GET", "/v1/farm", bearer, Quota::none, TO(handle_farm(d.rpc, c))},
    Route{"POST", "/v1/farm/plant", bearer, Quota::write, TO(handle_farm_plant(d.rpc, c))},
    Route{"POST", "/v1/farm/water", bearer, Quota::write, TO(handle_farm_water(d.rpc, c))},
    Route{"POST", "/v1/farm/harvest", bearer, Quota::write, TO(handle_farm_harvest(d.rpc, c))},
    Route{"POST", "/v1/farm/expand", bearer, Quota::write, TO(handle_farm_expand(d.rpc, c))},
    Route{"GET", "/v1/market/book/{asset}", bearer, Quota::none, TO(handle_market_book(d.rpc, c))},
    Route{"GET", "/v1/market/orders", bearer, Quota::none, TO(handle_market_orders(d.rpc, c))},
    Route{"POST", "/v1/market/orders", bearer, Quota::write, TO(handle_market_order(d.rpc, c))},
    Route{"DELETE", "/v1/market/orders/{id}", bearer, Quota::write, TO(handle_market_cancel(d.rpc, c))},
    Route{"GET", "/v1/market/trades/{asset}", bearer, Quota::none, TO(handle_market_trades(d.rpc, c))},
    Route{"POST", "/v1/craft", bearer, Quota::write, TO(handle_craft(d.rpc, c))},
    Route{"POST", "/v1/craft/dismantle", bearer, Quota::write, TO(handle_craft_dismantle(d.rpc, c))},
    Route{"GET", "/v1/decks", bearer, Quota::none, TO(handle_deck_list(d.decks, d.ledger, c.edition->battle(), c))},
    Route{"POST", "/v1/decks", bearer, Quota::write,
          TO(handle_deck_create(d.decks, d.ledger, c.edition->battle(), d.clock, d.entropy, c))},
    Route{"GET", "/v1/decks/{id}", bearer, Quota::none, TO(handle_deck_get(d.decks, d.ledger, c.edition->battle(), c))},
    Route{"PUT", "/v1/decks/{id}", bearer, Quota::write,
          TO(handle_deck_update(d.decks, d.ledger, c.edition->battle(), c))},
    Route{"DELETE", "/v1/decks/{id}", bearer, Quota::write, TO(handle_deck_delete(d.decks, c))},
    Route{"GET", "/v1/matches/{id}", bearer, Quota::none, TO(handle_match(d.matches, c))},
    Route{"GET", "/v1/matches/{id}/replay", bearer, Quota::none,
          TO(handle_match_replay(d.matches, d.contents, d.cache, c))},
    Route{"GET", "/v1/friends", bearer, Quota::none, TO(handle_friend_list(d.social, d.presence, c))},
    Route{"POST", "/v1/friends", bearer, Quota::write, TO(handle_friend_ask(d.social, d.accounts, d.notice(), c))},
    Route{"PUT", "/v1/friends/{id}", bearer, Quota::write, TO(handle_friend_accept(d.social, d.notice(), c)),
          Body::none},
    Route{"DELETE", "/v1/friends/{id}", bearer, Quota::write, TO(handle_friend_part(d.social, d.notice(), c))},
    Route{"GET", "/v1/blocks", bearer, Quota::none, TO(handle_block_list(d.social, c))},
    Route{"PUT", "/v1/blocks/{id}", bearer, Quota::write, TO(handle_block(d.social, d.notice(), c)), Body::none},
    Route{"DELETE", "/v1/blocks/{id}", bearer, Quota::write, TO(handle_unblock(d.social, d.notice(), c))},
    Route{"GET", "/v1/group", bearer, Quota::none, TO(handle_group_own(d.groups, c))},
    Route{"PATCH", "/v1/group", bearer, Quota::write, TO(handle_group_change(d.groups, d.notice(), c))},
    Route{"DELETE", "/v1/group", bearer, Quota::write, TO(handle_group_leave(d.groups, d.notice(), c))},
    Route{"PUT", "/v1/group/members/{id}", bearer, Quota::write, TO(handle_group_role(d.groups, d.notice(), c))},
    Route{"DELETE", "/v1/group/members/{id}", bearer, Quota::write, TO(handle_group_remove(d.groups, d.notice(), c))},
    Route{"GET", "/v1/group/invites", bearer, Quota::none, TO(handle_group_invites(d.groups, c))},
    Route{"POST", "/v1/group/invites", bearer, Quota::write, TO(handle_group_invite(d.groups, d.notice(), c))},
    Route{"DELETE", "/v1/group/invites/{id}", bearer, Quota::write, TO(handle_group_decline(d.groups, d.notice(), c))},
    Route{"GET", "/v1/groups", bearer, Quota::none, TO(handle_group_list(d.groups, c))},
    Route{"POST", "/v1/groups", bearer, Quota::write, TO(handle_group_found(d.groups, d.notice(), c))},
    Route{"GET", "/v1/groups/{id}", bearer, Quota::none, TO(handle_group_get(d.groups, c))},
    Route{"POST", "/v1/groups/{id}/join", bearer, Quota::write, TO(handle_group_join(d.groups, d.notice(), c)),
          Body::none},
    Route{"GET", "/v1/tournaments", bearer, Quota::none, TO(handle_tournament_list(d.rpc, c))},
    Route{"GET", "/v1/tournaments/{id}", bearer, Quota::none, TO(handle_tournament(d.rpc, c))},
    Route{"PUT", "/v1/tournaments/{id}/entry", bearer, Quota::write, TO(handle_tournament_enter(d.rpc, c))},
    Route{"DELETE", "/v1/tournaments/{id}/entry", bearer, Quota::write, TO(handle_tournament_leave(d.rpc, c))},
    Route{"POST", "/v1/reports", bearer, Quota::reporting, TO(handle_report(d.rpc, c))},
    Route{"GET", "/v1/notifications", bearer, Quota::none, TO(handle_notification_list(d.social, c))},
    Route{"POST", "/v1/notifications/read", bearer, Quota::write, TO(handle_notification_read(d.social, c))},
    Route{"GET", "/v1/players/{id}", bearer, Quota::none,
          TO(handle_player(d.accounts, d.matches, d.progress, c.edition->leagues(), c))},
    Route{"GET", "/v1/leaderboards/{id}", bearer, Quota::none,
          TO(handle_leaderboard(d.progress, d.seasons, c.edition->leagues(), c))},
    Route{"GET", "/v1/achievements", bearer, Quota::none, TO(handle_achievements(d.progress, c.edition->quests(), c))},
    Route{"GET", "/v1/quests", bearer, Quota::none,
          TO(handle_quests(d.progress, c.edition->quests(), c.edition->farm(), d.clock, c))},
    Route{"GET", "/v1/openapi.json", open, Quota::none, TO(handle_openapi(c))},
};

#undef TO

} // namespace

bool has_body(const Route& route)
{
    if (route.body != Body::usual) return route.body == Body::json;
    return route.method == "POST" || route.method == "PUT" || route.method == "PATCH";
}

std::span<const Route> routes()
{
    return table;
}

Found find_route(std::string_view method, std::string_view path)
{
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    Found found;
    for (const Route& route : table) {
        const std::optional<std::string_view> id = match_path(route.pattern, path);
        if (!id) continue;
        if (route.method == wanted) return {&route, *id, {}};
        found.allow += route.method;
        found.allow += route.method == "GET" ? ", HEAD, " : ", ";
    }
    if (!found.allow.empty()) found.allow += "OPTIONS";
    return found;
}

} // namespace harvest::gateway
