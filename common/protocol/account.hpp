// Bodies of the REST reads about a player: account, inventory, collection, decks, catalogue, matches, profiles.
#pragma once

#include "common/game/battle/content.hpp"
#include "common/game/battle/record.hpp"
#include "common/protocol/json.hpp"

namespace harvest::protocol {

// GET /v1/account
struct AccountInfo {
    PlayerId id;
    std::string name;
    bool bot{};
    std::string created_at;
    SessionId session;
    std::string token_expires_at;
};
BOOST_DESCRIBE_STRUCT(AccountInfo, (), (id, name, bot, created_at, session, token_expires_at))

// GET /v1/inventory: everything held but cards.
struct InventoryItem {
    std::string asset;
    Amount amount;
};
BOOST_DESCRIBE_STRUCT(InventoryItem, (), (asset, amount))

struct Inventory {
    std::vector<InventoryItem> items; // by asset
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(Inventory, (), (items, next_cursor))

// GET /v1/collection
struct CollectionCard {
    std::string card;
    std::int64_t copies{};
    std::optional<std::vector<std::int64_t>> serials; // of the numbered ones among them
};
BOOST_DESCRIBE_STRUCT(CollectionCard, (), (card, copies, serials))

struct CardCollection {
    std::vector<CollectionCard> items; // by card
    std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(CardCollection, (), (items, next_cursor))

// POST /v1/decks; a card that is in it twice is named twice.
struct NewDeck {
    std::string name, farmer;
    std::vector<std::string> cards;
};
BOOST_DESCRIBE_STRUCT(NewDeck, (), (name, farmer, cards))

// PUT /v1/decks/{id}: `version` is the one that was read; another writer in between is a conflict.
struct DeckUpdate : NewDeck {
    std::int64_t version{};
};
BOOST_DESCRIBE_STRUCT(DeckUpdate, (NewDeck), (version))

struct DeckInfo {
    DeckId id;
    std::string name, farmer;
    std::vector<std::string> cards;
    std::int64_t version{};
    bool legal{}; // with the cards that the player owns now
};
BOOST_DESCRIBE_STRUCT(DeckInfo, (), (id, name, farmer, cards, version, legal))

struct DeckList {
    std::vector<DeckInfo> items;
    std::optional<DeckId> next_cursor;
};
BOOST_DESCRIBE_STRUCT(DeckList, (), (items, next_cursor))

// GET /v1/catalog/cards
struct FarmerInfo {
    std::string id, name;
    int cost{};
    std::string text;
};
BOOST_DESCRIBE_STRUCT(FarmerInfo, (), (id, name, cost, text))

struct Catalogue {
    std::string version, content; // content: the hash that matches pin
    std::vector<game::battle::CardInfo> items;
    std::vector<FarmerInfo> farmers;
};
BOOST_DESCRIBE_STRUCT(Catalogue, (), (version, content, items, farmers))

// GET /v1/matches/{id}
struct MatchPlayer {
    int seat{}; // 1 or 2
    PlayerId player;
    std::string name, farmer;
    bool bot{};
};
BOOST_DESCRIBE_STRUCT(MatchPlayer, (), (seat, player, name, farmer, bot))

struct MatchOutcome {
    int winner{}; // 1, 2, 0 for a draw
    std::string reason;
    int turns{};
    std::int64_t commands{};
    std::string final_hash;
};
BOOST_DESCRIBE_STRUCT(MatchOutcome, (), (winner, reason, turns, commands, final_hash))

struct MatchInfo {
    MatchId id;
    std::string mode, state; // made, playing, ended, aborted
    std::vector<MatchPlayer> players;
    std::string content, created_at;
    std::optional<std::string> ended_at, commitment;
    std::optional<MatchOutcome> result;
};
BOOST_DESCRIBE_STRUCT(MatchInfo, (), (id, mode, state, players, content, created_at, ended_at, commitment, result))

// GET /v1/players/{id}: what everybody may know of a player. Ratings are in thousandths.
struct PlayerRating {
    std::string mode;
    std::int64_t rating{}, deviation{}, games{}, wins{}, losses{}, draws{};
    std::optional<std::string> league{}; // in a profile, where there are leagues
};
BOOST_DESCRIBE_STRUCT(PlayerRating, (), (mode, rating, deviation, games, wins, losses, draws, league))

// Counted over all modes; the zeros are left out.
struct PlayerCount {
    std::string statistic; // "wins"
    std::int64_t value{};
};
BOOST_DESCRIBE_STRUCT(PlayerCount, (), (statistic, value))

struct PlayerProfile {
    PlayerId id;
    std::string name;
    bool bot{};
    std::string created_at;
    std::vector<PlayerRating> ratings;
    std::vector<PlayerCount> statistics;
};
BOOST_DESCRIBE_STRUCT(PlayerProfile, (), (id, name, bot, created_at, ratings, statistics))

} // namespace harvest::protocol
