// The market of the small farm: beets, their seeds, a card, and stardust, which is halted. No merchant comes.
#pragma once

#include "common/game/economy/content.hpp"
#include "tests/support/small_farm.hpp"

namespace harvest::test {

inline game::economy::Merchant no_merchant()
{
    game::economy::Merchant merchant;
    merchant.floors.clear();
    return merchant;
}

inline game::economy::Content small_market(game::economy::Rules rules = {},
                                           game::economy::Merchant merchant = no_merchant())
{
    game::economy::Classes classes{};
    classes[static_cast<std::size_t>(game::economy::AssetClass::stardust)] = game::economy::Trading::halted;
    game::economy::Listing listing{{"beet", game::economy::AssetClass::crop},
                                   {"seed.beet", game::economy::AssetClass::seed},
                                   {"stardust", game::economy::AssetClass::stardust},
                                   {"card.fox", game::economy::AssetClass::card}};
    return game::economy::Content::finish("test", rules, classes, std::move(merchant), std::move(listing));
}

inline std::shared_ptr<const game::economy::Content> shared_market()
{
    return std::make_shared<const game::economy::Content>(small_market());
}

} // namespace harvest::test
