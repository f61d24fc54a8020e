// What the gateway answers, one request a file. Each handler names the ports it uses.
#pragma once

#include "common/game/battle/content.hpp"
#include "common/game/crafting/content.hpp"
#include "common/game/farm/content.hpp"
#include "common/game/progress/content.hpp"
#include "common/game/rating/leagues.hpp"
#include "common/ports/accounts.hpp"
#include "common/ports/cache.hpp"
#include "common/ports/crafting.hpp"
#include "common/ports/decks.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/groups.hpp"
#include "common/ports/ledger.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/personal_data.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/progress.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/seasons.hpp"
#include "common/ports/social.hpp"
#include "daemons/gateway/call.hpp"
#include "daemons/gateway/notice.hpp"

namespace harvest::gateway {

using game::battle::Content;

Task<HttpResponse> handle_register(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_login(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_device(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_refresh(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_logout(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_password(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_confirm_email(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_ask_reset(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_reset(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_wallet(const Call& call);
Task<HttpResponse> handle_jwks(Rpc& rpc, const Call& call);

Task<HttpResponse> handle_account(const Call& call); // from the token alone
Task<HttpResponse> handle_account_rename(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_delete(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_device(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_password(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_email(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_totp(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_totp_confirm(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_totp_delete(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_account_export(PersonalData& personal, const Clock& clock, const Call& call);
Task<HttpResponse> handle_catalogue_cards(const std::string& catalogue, const Content& content, const Call& call);
Task<HttpResponse> handle_catalogue_crops(const std::string& crops, const game::farm::Content& farm, const Call& call);
Task<HttpResponse> handle_catalogue_recipes(const std::string& body, const game::crafting::Content& recipes,
                                            const Call& call);
Task<HttpResponse> handle_collection(Crafting& crafting, const Clock& clock, const Call& call);
Task<HttpResponse> handle_inventory(Ledger& ledger, const Call& call);
Task<HttpResponse> handle_farm(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_farm_plant(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_farm_water(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_farm_harvest(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_farm_expand(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_market_order(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_market_cancel(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_market_orders(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_market_book(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_market_trades(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_craft(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_craft_dismantle(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_deck_list(Decks& decks, Ledger& ledger, const Content& content, const Call& call);
Task<HttpResponse> handle_deck_get(Decks& decks, Ledger& ledger, const Content& content, const Call& call);
Task<HttpResponse> handle_deck_create(Decks& decks, Ledger& ledger, const Content& content, const Clock& clock,
                                      Entropy& entropy, const Call& call);
Task<HttpResponse> handle_deck_update(Decks& decks, Ledger& ledger, const Content& content, const Call& call);
Task<HttpResponse> handle_deck_delete(Decks& decks, const Call& call);
Task<HttpResponse> handle_match(Matches& matches, const Call& call);
Task<HttpResponse> handle_match_replay(Matches& matches, GameContents& contents, Cache& cache, const Call& call);
Task<HttpResponse> handle_friend_list(Social& social, Presence& presence, const Call& call);
Task<HttpResponse> handle_friend_ask(Social& social, Accounts& accounts, Notice notice, const Call& call);
Task<HttpResponse> handle_friend_accept(Social& social, Notice notice, const Call& call);
Task<HttpResponse> handle_friend_part(Social& social, Notice notice, const Call& call);
Task<HttpResponse> handle_block_list(Social& social, const Call& call);
Task<HttpResponse> handle_block(Social& social, Notice notice, const Call& call);
Task<HttpResponse> handle_unblock(Social& social, Notice notice, const Call& call);
Task<HttpResponse> handle_group_own(Groups& groups, const Call& call);
Task<HttpResponse> handle_group_change(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_group_leave(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_group_invites(Groups& groups, const Call& call);
Task<HttpResponse> handle_group_invite(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_group_decline(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_group_role(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_group_remove(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_group_list(Groups& groups, const Call& call);
Task<HttpResponse> handle_group_found(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_group_get(Groups& groups, const Call& call);
Task<HttpResponse> handle_group_join(Groups& groups, Notice notice, const Call& call);
Task<HttpResponse> handle_report(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_tournament_list(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_tournament(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_tournament_enter(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_tournament_leave(Rpc& rpc, const Call& call);
Task<HttpResponse> handle_notification_list(Social& social, const Call& call);
Task<HttpResponse> handle_notification_read(Social& social, const Call& call);
Task<HttpResponse> handle_player(Accounts& accounts, Matches& matches, Progress& progress,
                                 const game::rating::Ladder& ladder, const Call& call);
Task<HttpResponse> handle_leaderboard(Progress& progress, Seasons& seasons, const game::rating::Ladder& ladder,
                                      const Call& call);
Task<HttpResponse> handle_achievements(Progress& progress, const game::progress::Content& quests, const Call& call);
Task<HttpResponse> handle_quests(Progress& progress, const game::progress::Content& quests,
                                 const game::farm::Content& farm, const Clock& clock, const Call& call);
Task<HttpResponse> handle_openapi(const Call& call);

// The body of GET /v1/catalog/cards, made once.
std::string make_catalogue(const Content& content);
// The body of GET /v1/catalog/crops, made once.
std::string make_crop_catalogue(const game::farm::Content& farm);
// The body of GET /v1/catalog/recipes, made once.
std::string make_recipe_catalogue(const game::crafting::Content& recipes);

} // namespace harvest::gateway
