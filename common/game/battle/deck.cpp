#include "common/game/battle/deck.hpp"

#include <algorithm>

namespace harvest::game::battle {

namespace {

void check_copies(std::vector<DeckFault>& faults, const Content& content, const std::string& id, int count,
                  const Collection* owned)
{
    const std::optional<CardIndex> index = content.find_card(id);
    if (!index) {
        faults.push_back({DeckFaultKind::unknown_card, id, "there is no card " + id});
        return;
    }
    const Card& card = content.card(*index);
    const Rules& rules = content.rules();
    const bool legendary = card.rarity == Rarity::legendary;
    const int limit = legendary ? rules.legendary_copies : rules.copies;
    if (card.token) faults.push_back({DeckFaultKind::token, id, card.name + " is made in a battle and fits no deck"});
    if (count > limit)
        faults.push_back({legendary ? DeckFaultKind::too_many_legendary : DeckFaultKind::too_many_copies, id,
                          card.name + ": " + std::to_string(count) + " copies, at most " + std::to_string(limit) +
                              (legendary ? " of a legendary card" : "")});
    if (owned == nullptr) return;
    const auto found = owned->find(id);
    const std::int64_t have = found == owned->end() ? 0 : found->second;
    if (have < count)
        faults.push_back({DeckFaultKind::not_owned, id,
                          card.name + ": " + std::to_string(count) + " in the deck, " + std::to_string(have) +
                              " in the collection"});
}

} // namespace

std::vector<DeckFault> deck_faults(const Content& content, std::string_view farmer, std::span<const std::string> cards,
                                   const Collection* owned)
{
    std::vector<DeckFault> faults;
    const auto wanted = static_cast<std::size_t>(content.rules().deck_size);
    if (cards.size() != wanted)
        faults.push_back({DeckFaultKind::wrong_size, "",
                          "a deck has " + std::to_string(wanted) + " cards, this one " + std::to_string(cards.size())});
    if (!content.find_farmer(farmer))
        faults.push_back({DeckFaultKind::unknown_farmer, std::string(farmer), "there is no such farmer"});
    // A deck far too large is not worth a fault for each of its cards.
    std::map<std::string, int, std::less<>> counts;
    for (const std::string& id : cards.first(std::min(cards.size(), 4 * deck_capacity))) ++counts[id];
    for (const auto& [id, count] : counts) check_copies(faults, content, id, count, owned);
    return faults;
}

Result<DeckList> make_deck(const Content& content, std::string_view farmer, std::span<const std::string> cards)
{
    const std::optional<std::uint8_t> who = content.find_farmer(farmer);
    if (!who || !deck_faults(content, farmer, cards).empty()) return BattleErrc::bad_deck;
    DeckList deck;
    deck.farmer = *who;
    for (const std::string& id : cards) deck.cards.push_back(*content.find_card(id));
    return deck;
}

std::vector<std::string> card_ids(const Content& content, std::span<const CardIndex> cards)
{
    std::vector<std::string> ids;
    ids.reserve(cards.size());
    for (const CardIndex card : cards) ids.push_back(content.card(card).id);
    return ids;
}

Collection starter_collection(const Content& content)
{
    Collection collection;
    for (const StarterDeck& starter : content.starters())
        for (const CardIndex card : starter.cards) ++collection[content.card(card).id];
    return collection;
}

} // namespace harvest::game::battle
