#include "daemons/instance/config.hpp"

namespace harvest::instance {

void Config::describe(config::Section& section)
{
    section.section("advertise", advertise);
    section.section("rewards", rewards);
    section.field({.name = "max_matches", .doc = "Matches held at once by one slot.", .min = 1, .max = 100'000},
                  max_matches);
    section.field({.name = "lease", .doc = "How long a match is ours without renewal.", .min = 1'000}, lease);
    section.field({.name = "renew_every", .doc = "How often leases are renewed, all at once.", .min = 100},
                  renew_every);
    section.field(
        {.name = "log_every", .doc = "How often commands are written to the battle log.", .min = 1, .max = 50},
        log_every);
    section.field({.name = "log_tail",
                   .doc = "Age of an unwritten command at which a match waits for its log.",
                   .min = 50,
                   .max = 10'000},
                  log_tail);
    section.field({.name = "log_capacity", .doc = "Unwritten commands of all matches at which they wait.", .min = 100},
                  log_capacity);
    section.field({.name = "join_within", .doc = "Time for a new link to send battle.join.", .min = 100}, join_within);
    section.field(
        {.name = "gather", .doc = "How long a new match waits for both seats before the nonce clock.", .min = 0},
        gather);
    section.field({.name = "call_every",
                   .doc = "How often a player who has not come to the table is told again where it is.",
                   .min = 500},
                  call_every);
    section.field({.name = "linger", .doc = "How long a settled match still answers late joins.", .min = 0}, linger);
    section.field({.name = "resume_messages", .doc = "Updates a seat kept for resuming.", .min = 1, .max = 60},
                  resume_messages);
    section.field(
        {.name = "held_commands", .doc = "Commands a match holds while its log is behind.", .min = 1, .max = 1'000},
        held_commands);
    section.field({.name = "bot_think", .doc = "Pause of a house bot before each command.", .max = 30'000}, bot_think);
    section.field({.name = "store_timeout", .doc = "Deadline of one call to the stores.", .min = 100}, store_timeout);
    section.field({.name = "drain", .doc = "How long a drain waits for matches to end.", .min = 0}, drain);
    section.field({.name = "spectators", .doc = "Players who may watch one match; 0: none.", .max = 10'000},
                  spectators);
    section.field({.name = "spectator_delay", .doc = "Turns that a spectator is behind; a judge is not.", .max = 60},
                  spectator_delay);
    section.field({.name = "max_message",
                   .doc = "Largest message taken from a client; beyond 16 KiB its link closes at once.",
                   .min = 256,
                   .max = 16'384,
                   .reloadable = true},
                  max_message);
    section.field({.name = "faults",
                   .doc = "Bad messages of a link before it is closed.",
                   .min = 1,
                   .max = 1'000,
                   .reloadable = true},
                  faults);
    section.field(
        {.name = "forgive_every", .doc = "One bad message is forgiven each so long.", .min = 100, .reloadable = true},
        forgive_every);
    section.field(
        {.name = "command_burst", .doc = "Battle messages of each kind a seat at once.", .min = 1, .reloadable = true},
        command_burst);
    section.field({.name = "command_interval",
                   .doc = "One battle message of each kind a seat each so long, beyond the burst.",
                   .min = 1,
                   .reloadable = true},
                  command_interval);
    section.field({.name = "emote_burst", .doc = "Emotes of a seat at once.", .min = 1, .reloadable = true},
                  emote_burst);
    section.field({.name = "emote_interval",
                   .doc = "One emote a seat each so long, beyond the burst.",
                   .min = 1,
                   .reloadable = true},
                  emote_interval);
    section.field({.name = "address_burst", .doc = "Joins from one address at once.", .min = 1, .reloadable = true},
                  address_burst);
    section.field({.name = "address_interval",
                   .doc = "One join from an address (IPv6: a /64) each so long, beyond the burst.",
                   .min = 1,
                   .reloadable = true},
                  address_interval);
}

} // namespace harvest::instance
