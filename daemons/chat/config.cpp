#include "daemons/chat/config.hpp"

namespace harvest::chat {

void Config::describe(config::Section& section)
{
    section.field({.name = "rooms", .doc = "Rooms that everybody may join."}, rooms);
    section.field({.name = "filter",
                   .doc = "Whole words that are masked, without regard to case or digits for letters; [] masks none.",
                   .reloadable = true},
                  filter);
    section.field({.name = "max_characters", .doc = "Longest message.", .min = 1, .max = 500, .reloadable = true},
                  max_characters);
    section.field({.name = "flood_burst", .doc = "Messages of a player at once.", .min = 1, .reloadable = true},
                  flood_burst);
    section.field({.name = "flood_interval",
                   .doc = "One message a player each so long, beyond the burst.",
                   .min = 1,
                   .reloadable = true},
                  flood_interval);
    section.field({.name = "edit_window",
                   .doc = "How long a message may be edited; 0s: not at all.",
                   .min = 0,
                   .reloadable = true},
                  edit_window);
    section.field(
        {.name = "match_talk", .doc = "How long the players of a match may talk after its end; 0s: not.", .min = 0},
        match_talk);
    section.field({.name = "reports_kept",
                   .doc = "How long a report stays, with its evidence, after it was closed.",
                   .min = 1'000},
                  reports_kept);
    section.field({.name = "store_timeout", .doc = "Deadline of one call to the stores.", .min = 100}, store_timeout);
    section.field(
        {.name = "tries", .doc = "Times a message is tried at an error that waiting need not mend.", .min = 1}, tries);
}

} // namespace harvest::chat
