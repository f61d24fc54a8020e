// The words of a battle (harvest-game(7) §5): seats, families, keywords, triggers, effects, targets, events, endings.
#pragma once

#include <boost/describe.hpp>

#include <cstddef>
#include <cstdint>

namespace harvest::game::battle {

// Fixed capacities of a State; the content's rules may be smaller, never larger.
inline constexpr std::size_t deck_capacity = 24;
inline constexpr std::size_t hand_capacity = 10;
inline constexpr std::size_t row_capacity = 6;

// A seat inside the rules is 0 or 1; outward ("seat": 1) it is one more.
using SeatIndex = std::uint8_t;
constexpr SeatIndex other(SeatIndex seat)
{
    return static_cast<SeatIndex>(1 - seat);
}

// A card's place in the content. Its string id is its outward name.
using CardIndex = std::uint16_t;
inline constexpr CardIndex no_card = 0xFFFF;

BOOST_DEFINE_ENUM_CLASS(Family, crops, critters, tools, weather)
BOOST_DEFINE_ENUM_CLASS(Rarity, common, rare, epic, legendary)
BOOST_DEFINE_ENUM_CLASS(Keyword, guard, swift, thorns, regrow, burrowed, pest, drain, sprout, shielded)
BOOST_DEFINE_ENUM_CLASS(Trigger, on_play, on_death, on_attack, turn_start, turn_end, on_damaged)
BOOST_DEFINE_ENUM_CLASS(EffectKind, damage, heal, draw, buff, summon, gain_sun, destroy, discard, return_to_hand,
                        silence, transform, reveal)
BOOST_DEFINE_ENUM_CLASS(Pick, chosen, random, all, self)
BOOST_DEFINE_ENUM_CLASS(Side, friendly, enemy, any)    // "friend" in the data
BOOST_DEFINE_ENUM_CLASS(What, unit, farmer, character) // a character is a unit or a farmer
BOOST_DEFINE_ENUM_CLASS(Phase, mulligan, playing, over)
BOOST_DEFINE_ENUM_CLASS(Winner, none, seat_1, seat_2, draw)
// How a match ended: a farmer fell, a seat gave up, stood idle or stayed away, or the turn limit was reached.
BOOST_DEFINE_ENUM_CLASS(Ending, none, farmer_fell, conceded, idle, forfeit, turn_limit)

// What a seat may do; the last two are recorded by the instance when a clock ran out.
BOOST_DEFINE_ENUM_CLASS(CommandKind, mulligan, play, attack, power, end_turn, concede, time_out, forfeit)
// The answer to the almanac's look at the top card; `none` in every other command.
BOOST_DEFINE_ENUM_CLASS(Choice, none, keep, bury)

BOOST_DEFINE_ENUM_CLASS(EventKind, match_started, mulligan_done, turn_started, card_drawn, card_burnt, fatigue,
                        card_played, power_used, unit_entered, attacked, surfaced, damaged, shield_broken, healed,
                        buffed, died, discarded, returned, vanished, silenced, transformed, revealed, sun_gained,
                        weather_changed, looked, kept, buried, turn_ended, timed_out, chain_cut, match_ended)

} // namespace harvest::game::battle
