#include "cli/bots/life/deck_shelf.hpp"

#include "common/game/battle/deck.hpp"
#include "common/game/crafting/actions.hpp"

#include <algorithm>

namespace harvest::bots {

using game::crafting::card_prefix;

AsyncResult<void> DeckShelf::choose(std::size_t which)
{
    if (!deck_.id.empty()) co_return Result<void>{};
    const Result<std::string> text = co_await client_.look("deck.list", "/v1/decks");
    if (!text) co_return text.error();
    auto list = protocol::decode<protocol::DeckList>(*text, nullptr, protocol::Unknown::ignore);
    if (!list) co_return list.error();
    if (list->items.empty()) co_return Errc::not_found;
    deck_ = std::move(list->items[which % list->items.size()]);
    co_return Result<void>{};
}

std::int64_t DeckShelf::in_use(std::string_view card) const
{
    return std::max(std::ranges::count(deck_.cards, card), std::ranges::count(asked_, card));
}

std::string DeckShelf::newcomer()
{
    std::vector<std::string> spare;
    for (const auto& [asset, amount] : books_.holdings()) {
        if (!asset.starts_with(card_prefix)) continue;
        const std::string card = asset.substr(card_prefix.size());
        if (in_use(card) < amount) spare.push_back(card);
    }
    if (std::ranges::find(spare, wished_) != spare.end()) return std::exchange(wished_, {});
    return spare.empty() ? std::string() : spare[chance_.below(spare.size())];
}

AsyncResult<void> DeckShelf::step()
{
    const Result<std::string> text = co_await client_.look("deck.get", "/v1/decks/" + deck_.id.value);
    if (!text) co_return unless_cut(text.error());
    auto known = protocol::decode<protocol::DeckInfo>(*text, nullptr, protocol::Unknown::ignore);
    if (!known) co_return known.error();
    deck_ = std::move(*known);
    asked_.clear();
    const std::string card = newcomer();
    if (card.empty()) co_return Result<void>{};
    protocol::DeckUpdate update;
    update.name = deck_.name;
    update.farmer = deck_.farmer;
    update.version = deck_.version;
    // For another copy of itself where it has as many as may be, so that the deck stays legal.
    update.cards = deck_.cards;
    update.cards[chance_.below(update.cards.size())] = card;
    const auto faults = game::battle::deck_faults(*client_.world().rules(), update.farmer, update.cards);
    if (!faults.empty()) {
        update.cards = deck_.cards;
        const auto same = std::ranges::find(update.cards, card);
        if (same == update.cards.end()) co_return Result<void>{};
        std::iter_swap(same, update.cards.begin());
    }
    asked_ = update.cards;
    HttpRequest request = rest_request("PUT", "/v1/decks/" + deck_.id.value, encode(update));
    const Result<std::string> changed = co_await client_.rest("deck.update", std::move(request));
    if (!changed && is_cut(changed.error())) co_return changed.error();
    asked_.clear();
    if (!changed) co_return Result<void>{};
    auto now = protocol::decode<protocol::DeckInfo>(*changed, nullptr, protocol::Unknown::ignore);
    if (!now) co_return now.error();
    deck_ = std::move(*now);
    co_return Result<void>{};
}

} // namespace harvest::bots
