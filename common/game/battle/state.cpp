#include "common/game/battle/state.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <cstring>

namespace harvest::game::battle {

namespace {

static_assert(std::endian::native == std::endian::little, "the canonical form is written by copying");

// Room for two full seats; each write below is a fixed number of bytes.
class CanonicalBytes {
public:
    template <class Integer>
    void put(Integer value)
    {
        std::memcpy(bytes_ + size_, &value, sizeof value);
        size_ += sizeof value;
    }
    void put(const void* data, std::size_t size)
    {
        std::memcpy(bytes_ + size_, data, size);
        size_ += size;
    }
    std::uint64_t hash() const { return XXH3_64bits(bytes_, size_); }

private:
    unsigned char bytes_[2048];
    std::size_t size_{};
};

template <class... Flags>
std::uint8_t pack(Flags... flags)
{
    unsigned packed = 0, bit = 0;
    ((packed |= static_cast<unsigned>(flags) << bit++), ...);
    return static_cast<std::uint8_t>(packed);
}

void put_unit(CanonicalBytes& out, const Unit& unit)
{
    out.put(unit.id);
    out.put(unit.card);
    out.put(unit.attack);
    out.put(unit.health);
    out.put(unit.max_health);
    out.put(unit.keywords.mask);
    out.put(unit.keywords.thorns);
    out.put(unit.keywords.regrow);
    out.put(unit.keywords.sprout);
    out.put(unit.sprouts_left);
    out.put(pack(unit.fresh, unit.attacked, unit.silenced, unit.doomed, unit.from_deck));
}

void put_seat(CanonicalBytes& out, const SeatState& seat)
{
    out.put(pack(seat.power_used, seat.looking, seat.mulligan_done, seat.acted));
    out.put(seat.farmer);
    out.put(seat.sun);
    out.put(seat.sun_max);
    out.put(seat.fatigue);
    out.put(seat.idle_turns);
    out.put(seat.health);
    out.put(seat.deck_size);
    out.put(seat.deck.data(), seat.deck_size * sizeof(CardIndex));
    out.put(seat.spent_size);
    out.put(seat.spent.data(), seat.spent_size * sizeof(CardIndex));
    out.put(seat.hand_size);
    for (std::size_t i = 0; i < seat.hand_size; ++i) {
        out.put(seat.hand[i].id);
        out.put(seat.hand[i].card);
    }
    out.put(seat.row_size);
    for (std::size_t i = 0; i < seat.row_size; ++i) put_unit(out, seat.row[i]);
}

} // namespace

std::uint64_t state_hash(const State& state)
{
    CanonicalBytes out;
    out.put(state.content);
    out.put(state.seed.data(), state.seed.size());
    for (const std::uint32_t drawn : state.drawn) out.put(drawn);
    out.put(static_cast<std::uint8_t>(state.phase));
    out.put(static_cast<std::uint8_t>(state.winner));
    out.put(static_cast<std::uint8_t>(state.ending));
    out.put(state.first);
    out.put(state.active);
    out.put(state.turn);
    out.put(state.weather);
    out.put(state.weather_owner);
    out.put(static_cast<std::uint8_t>(state.weather_from_deck));
    out.put(state.chain_cuts);
    out.put(state.next_id);
    for (const SeatState& seat : state.seats) put_seat(out, seat);
    return out.hash();
}

} // namespace harvest::game::battle
