// What the merchant puts on the market each UTC day (harvest-game(7) §3).
#pragma once

#include "common/game/economy/book.hpp"

namespace harvest::game::economy {

// An account like any other, but that the mint makes up what it lacks for its own orders.
inline const PlayerId merchant_id{"p_00000000000000000000000000"};

struct Offer {
    std::string asset;
    Side side{};
    std::int64_t price{}, quantity{};
};

// To buy a crop at its floor for its share of the budget; none where the share does not buy one.
std::optional<Offer> merchant_buys(const Content& content, const Floor& floor);

// To sell a crop's seeds: the usual price times the volume of the last day over that of a usual day, within bounds.
Offer merchant_sells(const Content& content, const farm::Crop& crop, std::int64_t volume);

} // namespace harvest::game::economy
