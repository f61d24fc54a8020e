#include "daemons/metrics/config.hpp"

namespace harvest::metrics {

void Config::describe(config::Section& section)
{
    section.field({.name = "batch", .doc = "Most events in one transaction.", .min = 1, .max = 1'024}, batch);
    section.field({.name = "page", .doc = "Events that a rebuild reads at once.", .min = 16, .max = 16'384}, page);
    section.field({.name = "poll", .doc = "How often it looks whether a rebuild was ordered.", .min = 10}, poll);
    section.field({.name = "store_timeout", .doc = "Deadline of one call to the stores.", .min = 100}, store_timeout);
    section.field({.name = "tries",
                   .doc = "Times an event is tried at an error that waiting need not mend; then it is set aside.",
                   .min = 1,
                   .max = 100},
                  tries);
}

} // namespace harvest::metrics
