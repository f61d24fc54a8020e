// Bodies of /v1/craft, /v1/catalog/recipes and the live ops craft.*, and the calls behind them (harvest-game(7) §4).
#pragma once

#include "common/protocol/events.hpp"
#include "common/protocol/json.hpp"
#include "common/protocol/player_call.hpp"

namespace harvest::protocol {

// POST /v1/craft, craft.make: one copy, by a recipe's id or by the card's own recipe.
struct CraftRequest {
    std::optional<std::string> recipe, card;
};
BOOST_DESCRIBE_STRUCT(CraftRequest, (), (recipe, card))

struct CraftReply {
    std::string at, recipe, card;
    std::optional<std::int64_t> serial; // of a numbered copy
    std::vector<AssetAmount> spent;
};
BOOST_DESCRIBE_STRUCT(CraftReply, (), (at, recipe, card, serial, spent))

// POST /v1/craft/dismantle, craft.dismantle: plain copies go before numbered ones, and of these the latest first.
struct DismantleRequest {
    std::string card;
    std::int64_t count{};
};
BOOST_DESCRIBE_STRUCT(DismantleRequest, (), (card, count))

struct DismantleReply {
    std::string at, card;
    std::int64_t count{};
    std::vector<std::int64_t> retired; // serial numbers, which nobody will have again
    std::vector<AssetAmount> gained;
};
BOOST_DESCRIBE_STRUCT(DismantleReply, (), (at, card, count, retired, gained))

// GET /v1/catalog/recipes
struct RecipeInfo {
    std::string id, card;
    std::vector<AssetAmount> things;
    bool numbered{};
    Amount dismantle; // the stardust that a copy gives
};
BOOST_DESCRIBE_STRUCT(RecipeInfo, (), (id, card, things, numbered, dismantle))

struct RecipeCatalogue {
    std::string version, content; // content: the hash of the data
    std::vector<RecipeInfo> items;
};
BOOST_DESCRIBE_STRUCT(RecipeCatalogue, (), (version, content, items))

// "3 wheat, 10 coin", for people.
inline std::string text_of(const std::vector<AssetAmount>& amounts)
{
    std::string text;
    for (const AssetAmount& each : amounts)
        text += (text.empty() ? "" : ", ") + std::to_string(each.amount.units) + ' ' + each.asset;
    return text;
}

// Either what was done, or what is lacking for it: then nothing has changed (craft.missing_ingredients).
struct CraftAnswer {
    std::optional<RawJson> done;
    std::optional<std::vector<AssetAmount>> missing;
};
BOOST_DESCRIBE_STRUCT(CraftAnswer, (), (done, missing))

} // namespace harvest::protocol
