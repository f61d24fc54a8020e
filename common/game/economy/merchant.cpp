#include "common/game/economy/merchant.hpp"

#include <algorithm>

namespace harvest::game::economy {

std::optional<Offer> merchant_buys(const Content& content, const Floor& floor)
{
    const Merchant& merchant = content.merchant();
    const std::int64_t share = merchant.budget / static_cast<std::int64_t>(merchant.floors.size());
    const std::int64_t quantity = std::min(share / floor.price, content.rules().quantity_at_most);
    if (quantity == 0) return std::nullopt;
    return Offer{floor.id, Side::buy, floor.price, quantity};
}

Offer merchant_sells(const Content& content, const farm::Crop& crop, std::int64_t volume)
{
    const Merchant& merchant = content.merchant();
    const std::int64_t traded = std::clamp<std::int64_t>(volume, 0, 1'000'000'000'000);
    const std::int64_t percent = std::clamp(100 * traded / merchant.usual, merchant.least, merchant.most);
    const std::int64_t price = (crop.seed_price * percent + 99) / 100;
    return {crop.seed(), Side::sell, std::clamp<std::int64_t>(price, 1, content.rules().price_at_most),
            std::min(merchant.seeds, content.rules().quantity_at_most)};
}

} // namespace harvest::game::economy
