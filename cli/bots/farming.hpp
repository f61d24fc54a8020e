// A bot's visits to its farm: takes what is ripe, plants wheat where nothing grows, waters what is thirsty.
#pragma once

#include "cli/bots/deeds.hpp"

namespace harvest::bots {

// Errors: the server's, or a cut link's.
AsyncResult<void> visit_farm(World& world, Observer& observer, LiveSession& lobby, Deeds& deeds);

} // namespace harvest::bots
