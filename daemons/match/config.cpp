#include "daemons/match/config.hpp"

namespace harvest::match {

void Config::describe(config::Section& section)
{
    section.field({.name = "modes", .doc = "Modes that can be queued for, besides a party's own challenge."}, modes);
    section.field({.name = "bot_modes", .doc = "Modes in which a bot may take the other seat.", .reloadable = true},
                  bot_modes);
    section.field({.name = "bot", .doc = "Bot that takes such a seat.", .choices = {"random", "greedy", "planner"}},
                  bot);
    section.field(
        {.name = "bot_after", .doc = "Waiting after which a bot is the opponent.", .min = 0, .reloadable = true},
        bot_after);
    section.field({.name = "bot_accounts", .doc = "Bots of the house that may play at once.", .min = 0, .max = 9'999},
                  bot_accounts);
    section.field({.name = "cycle", .doc = "How often tickets are paired.", .min = 10, .max = 10'000}, cycle);
    section.field(
        {.name = "window", .doc = "Rating points apart that two may be at first.", .min = 1, .reloadable = true},
        window);
    section.field({.name = "window_growth",
                   .doc = "Rating points by which that grows each second.",
                   .min = 0,
                   .reloadable = true},
                  window_growth);
    section.field(
        {.name = "window_max", .doc = "Rating points apart that two may ever be.", .min = 1, .reloadable = true},
        window_max);
    section.field({.name = "rematch_penalty",
                   .doc = "Rating points that a recent opponent counts as further away.",
                   .min = 0,
                   .reloadable = true},
                  rematch_penalty);
    section.field({.name = "watching", .doc = "Whether players may watch matches of others.", .reloadable = true},
                  watching);
    section.field({.name = "judges",
                   .doc = "Players (ids) who watch without delay, even where others may not.",
                   .reloadable = true},
                  judges);
    section.field({.name = "walkouts",
                   .doc = "Matches that a player may walk out of in a UTC day before the queue makes it wait.",
                   .min = 1,
                   .reloadable = true},
                  walkouts);
    section.field({.name = "walkout_delay",
                   .doc = "Waiting before a match from that one on, more with each further.",
                   .reloadable = true},
                  walkout_delay);
    section.field({.name = "walkout_delay_max", .doc = "The longest such waiting.", .reloadable = true},
                  walkout_delay_max);
    section.field({.name = "regions", .doc = "Regions whose latency clients may tell; at most 8."}, regions);
    section.field({.name = "max_tickets", .doc = "Tickets held; more are refused.", .min = 2, .reloadable = true},
                  max_tickets);
    section.field({.name = "max_parties", .doc = "Parties held; more are refused.", .min = 1}, max_parties);
    section.field({.name = "party_idle", .doc = "A party in which nothing happens for so long ends.", .min = 1'000},
                  party_idle);
    section.field(
        {.name = "party_away", .doc = "A member whose session is gone for so long leaves the party.", .min = 1'000},
        party_away);
    section.field({.name = "rematch_within",
                   .doc = "How long after its end the two of a match may agree to play again; 0s: not.",
                   .min = 0},
                  rematch_within);
    section.field({.name = "max_forming", .doc = "Matches being made at once.", .min = 1, .max = 10'000}, max_forming);
    section.field({.name = "store_timeout", .doc = "Deadline of one call to the stores.", .min = 100}, store_timeout);
    section.field({.name = "allocate_timeout", .doc = "Deadline of one allocation.", .min = 100}, allocate_timeout);
    section.field({.name = "place_within", .doc = "A match without an instance for so long is aborted.", .min = 1'000},
                  place_within);
    section.field({.name = "reconcile_every", .doc = "How often the queue is compared with the store.", .min = 500},
                  reconcile_every);
}

} // namespace harvest::match
