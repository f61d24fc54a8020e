#include "common/ports/records/tournament.hpp"

namespace harvest {

game::tournament::Field field_of(const Tournament& tournament)
{
    game::tournament::Field field;
    field.format = tournament.rules.format;
    field.rounds = tournament.rounds;
    field.seed = static_cast<std::uint64_t>(tournament.seed);
    for (const TournamentEntry& entry : tournament.entries)
        field.entrants.push_back({entry.player, entry.rating, entry.dropped_at != Millis{}});
    for (const TournamentPairing& pairing : tournament.pairings) field.pairings.push_back(pairing.seats);
    return field;
}

} // namespace harvest
