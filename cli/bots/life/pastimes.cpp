#include "cli/bots/life/pastimes.hpp"

namespace harvest::bots {
namespace {

using Kinds = std::string_view;

constexpr std::array<Kinds, 2> playing{"match.found", "battle.command"};
constexpr std::array<Kinds, 5> farming{"farm.get", "farm.plant", "farm.water", "farm.harvest", "farm.expand"};
constexpr std::array<Kinds, 6> trading{"market.book",   "market.order",  "market.fill",
                                       "market.cancel", "market.orders", "market.trades"};
constexpr std::array<Kinds, 3> crafting{"craft.recipes", "craft.make", "craft.dismantle"};
constexpr std::array<Kinds, 2> decks{"deck.get", "deck.update"};
constexpr std::array<Kinds, 3> friends{"friend.ask", "friend.list", "friend.accept"};
constexpr std::array<Kinds, 5> talking{"chat.send", "chat.direct", "chat.history", "presence.set",
                                       "presence.subscribe"};
constexpr std::array<Kinds, 8> looking{"leaderboard", "quests",     "achievements", "notifications",
                                       "profile",     "collection", "inventory",    "match.replay"};
constexpr std::array<Kinds, 3> watching{"match.watch", "spectate.join", "spectate.update"};

constexpr std::array<PastimeRow, pastime_count> rows{{
    {Pastime::playing, "playing", "A match, from the queue to its end.", playing},
    {Pastime::farming, "farming", "A visit to the farm: harvest, plant, water, expand.", farming},
    {Pastime::trading, "trading", "The market: a look at a book, an order, one taken back.", trading},
    {Pastime::crafting, "crafting", "A card made, or spare ones dismantled.", crafting},
    {Pastime::decks, "decks", "The deck that it plays with, changed so that it has a card newly made.", decks},
    {Pastime::friends, "friends", "Asks for friends, accepts those who ask.", friends},
    {Pastime::talking, "talking", "The lobby's chat, direct messages, presence.", talking},
    {Pastime::looking, "looking", "Leaderboards, quests, notifications, profiles, replays.", looking},
    {Pastime::watching, "watching", "Some turns of a match of others.", watching},
    {Pastime::resting, "resting", "Stays signed in with nothing but its live link.", {}},
}};

} // namespace

std::span<const PastimeRow> pastime_table()
{
    return rows;
}

} // namespace harvest::bots
