#include "common/game/balance/trial.hpp"

#include "common/game/battle/bots/search.hpp"

#include <algorithm>

namespace harvest::game::balance {

using namespace battle;
using bots::Whim;

namespace {

struct Entry {
    DeckList deck;
    std::optional<std::size_t> starter;
};

// Chance of game `index`, as far from its neighbours' as SplitMix64's output is.
Whim whim_of(const Trial& trial, std::uint64_t index)
{
    Whim whim(trial.seed);
    return Whim(whim.next() ^ (index * 0xD1342543DE82EF95U));
}

std::vector<CardIndex> pool_of(const Content& content)
{
    std::vector<CardIndex> pool;
    for (std::size_t i = 0; i < content.cards().size(); ++i) {
        const Card& card = content.cards()[i];
        const bool legendary = card.rarity == Rarity::legendary;
        const int copies = legendary ? content.rules().legendary_copies : content.rules().copies;
        if (!card.token) pool.insert(pool.end(), static_cast<std::size_t>(copies), static_cast<CardIndex>(i));
    }
    return pool;
}

std::array<Entry, 2> draw_entries(const Trial& trial, const Content& content, std::uint64_t index, Whim& whim)
{
    const auto random = [&] { return Entry{balance::random_deck(content, whim.next()), std::nullopt}; };
    const auto starter = [&](std::size_t which) {
        const StarterDeck& deck = content.starters()[which];
        return Entry{{deck.farmer, deck.cards}, which};
    };
    const std::size_t count = content.starters().size();
    std::array<Entry, 2> out{random(), random()};
    const bool fixed = trial.starter.has_value();
    const bool against_starter = count > 1 && index % 4 == 3;
    if (fixed || index % 4 >= 2) out[0] = starter(fixed ? *trial.starter : whim.below(count));
    if (against_starter) out[1] = starter((*out[0].starter + 1 + whim.below(count - 1)) % count);
    if (whim.below(2) == 1) std::swap(out[0], out[1]);
    return out;
}

Seed seed_from(Whim& whim)
{
    Seed seed{};
    for (std::uint8_t& byte : seed) byte = static_cast<std::uint8_t>(whim.next());
    return seed;
}

// The seat that is to act: in the mulligan the first that has not.
SeatIndex to_act(const State& state)
{
    if (state.phase == Phase::mulligan) return state.seats[0].mulligan_done ? 1 : 0;
    return state.active;
}

void play_out(State& state, const Content& content, bots::Level level, Whim& whim)
{
    while (state.phase != Phase::over) {
        const SeatIndex seat = to_act(state);
        const SeatCommand chosen = bots::choose(level, view(state, content, seat), content, whim.next());
        const Result<Command> command = decode(state, content, seat, chosen);
        if (command && apply(state, content, seat, *command)) continue;
        Command concede;
        concede.kind = CommandKind::concede; // no bot gives an illegal command; if one did, the game must still end
        if (!apply(state, content, seat, concede)) return;
    }
}

// `first` and `second` say which side has the thing.
void count(Count& count, bool first, bool second, bool first_won)
{
    if (first == second) return;
    ++count.games;
    count.wins += first == first_won ? 1 : 0;
}

using Copies = std::vector<int>;

Copies copies_of(const Content& content, const DeckList& deck)
{
    Copies copies(content.cards().size());
    for (const CardIndex card : deck.cards) ++copies[card];
    return copies;
}

std::array<int, 4> by_family(const Content& content, std::span<const CardIndex> cards)
{
    std::array<int, 4> out{};
    for (const CardIndex card : cards) ++out[static_cast<std::size_t>(content.card(card).family)];
    return out;
}

void count_random_decks(Tally& tally, const Content& content, const std::array<Entry, 2>& entries, bool won)
{
    const DeckList& one = entries[0].deck;
    const DeckList& two = entries[1].deck;
    for (std::size_t i = 0; i < tally.farmers.size(); ++i)
        count(tally.farmers[i], one.farmer == i, two.farmer == i, won);
    const Copies copies_1 = copies_of(content, one), copies_2 = copies_of(content, two);
    for (std::size_t i = 0; i < tally.cards.size(); ++i) count(tally.cards[i], copies_1[i] > 0, copies_2[i] > 0, won);
    const std::vector<CardIndex> pool = pool_of(content);
    const std::array<int, 4> all = by_family(content, pool);
    const std::array<int, 4> in_1 = by_family(content, one.cards), in_2 = by_family(content, two.cards);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto rich = [&](const DeckList& deck, int held) {
            return held * static_cast<int>(pool.size()) > all[i] * static_cast<int>(deck.cards.size());
        };
        count(tally.families[i], rich(one, in_1[i]), rich(two, in_2[i]), won);
    }
}

} // namespace

Tally::Tally(const Content& content)
    : starters(content.starters().size()),
      farmers(content.farmers().size()),
      cards(content.cards().size())
{
}

void Tally::add(const Tally& other)
{
    games += other.games;
    draws += other.draws;
    turns += other.turns;
    const auto add_all = [](auto& into, const auto& from) {
        for (std::size_t i = 0; i < into.size(); ++i) {
            into[i].games += from[i].games;
            into[i].wins += from[i].wins;
        }
    };
    add_all(order, other.order);
    add_all(families, other.families);
    add_all(starters, other.starters);
    add_all(farmers, other.farmers);
    add_all(cards, other.cards);
}

DeckList random_deck(const Content& content, std::uint64_t seed)
{
    Whim whim(seed);
    std::vector<CardIndex> pool = pool_of(content);
    DeckList deck;
    deck.farmer = static_cast<std::uint8_t>(whim.below(content.farmers().size()));
    const auto size = static_cast<std::size_t>(content.rules().deck_size);
    while (deck.cards.size() < size && !pool.empty()) {
        std::swap(pool[whim.below(pool.size())], pool.back());
        deck.cards.push_back(pool.back());
        pool.pop_back();
    }
    return deck;
}

void play(const Trial& trial, const Content& content, std::uint64_t index, Tally& tally)
{
    Whim whim = whim_of(trial, index);
    const std::array<Entry, 2> entries = draw_entries(trial, content, index, whim);
    MatchSetup setup;
    setup.match_id = "balance";
    setup.server_seed = seed_from(whim);
    setup.decks = {entries[0].deck, entries[1].deck};
    Result<State> state = start(content, setup);
    if (!state) return; // a content whose rules ask for more cards than it has
    play_out(*state, content, trial.level, whim);
    ++tally.games;
    tally.turns += state->turn;
    if (state->winner == Winner::draw) {
        ++tally.draws;
        return;
    }
    const bool won = state->winner == Winner::seat_1;
    for (std::size_t i = 0; i < 2; ++i)
        count(tally.order[i], (state->first == 0) == (i == 0), (state->first == 1) == (i == 0), won);
    for (std::size_t i = 0; i < tally.starters.size(); ++i)
        count(tally.starters[i], entries[0].starter == i, entries[1].starter == i, won);
    if (!entries[0].starter && !entries[1].starter) count_random_decks(tally, content, entries, won);
}

} // namespace harvest::game::balance
