#include "common/game/battle/record.hpp"

#include "common/base/encoding.hpp"
#include "common/game/battle/deck.hpp"

#include <algorithm>

namespace harvest::game::battle {

namespace {

Result<Seed> read_seed(std::string_view hex)
{
    const Result<Bytes> bytes = from_hex(hex);
    if (!bytes || bytes->size() != 32) return Errc::invalid_argument;
    Seed seed{};
    std::copy(bytes->begin(), bytes->end(), seed.begin());
    return seed;
}

// A deck as the record names it. Whether it is legal is asked by replay(): a match is rebuilt with what it began with.
Result<DeckList> read_deck(const RecordSeat& seat, const Content& content)
{
    const std::optional<std::uint8_t> farmer = content.find_farmer(seat.farmer);
    if (!farmer || seat.deck.size() > deck_capacity) return BattleErrc::bad_deck;
    DeckList deck;
    deck.farmer = *farmer;
    for (const std::string& id : seat.deck) {
        const std::optional<CardIndex> card = content.find_card(id);
        if (!card) return BattleErrc::bad_deck;
        deck.cards.push_back(*card);
    }
    return deck;
}

Result<MatchSetup> setup_of(const RecordHeader& header, const Content& content, const Seed& server_seed)
{
    if (header.content != content.hash()) return BattleErrc::bad_content;
    if (header.seats.size() != 2) return Errc::invalid_argument;
    MatchSetup setup;
    setup.match_id = header.match;
    setup.server_seed = server_seed;
    for (std::size_t seat = 0; seat < 2; ++seat) {
        const Result<Seed> nonce = read_seed(header.seats[seat].nonce);
        if (!nonce) return nonce.error();
        setup.nonces[seat] = *nonce;
        Result<DeckList> deck = read_deck(header.seats[seat], content);
        if (!deck) return deck.error();
        setup.decks[seat] = std::move(*deck);
    }
    return setup;
}

std::string draws_text(std::span<const std::uint32_t> draws)
{
    std::string text;
    for (const std::uint32_t n : draws) text += (text.empty() ? "" : " ") + std::to_string(n);
    return text;
}

} // namespace

std::string hash_text(std::uint64_t hash)
{
    std::array<std::uint8_t, 8> bytes{};
    for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(hash >> (56 - 8 * i));
    return to_hex(bytes);
}

RecordHeader make_header(const Content& content, const MatchSetup& setup, const State& started)
{
    RecordHeader header;
    header.match = setup.match_id;
    header.content = content.hash();
    header.content_version = content.version();
    header.commitment = to_hex(commitment(setup.server_seed));
    header.start_hash = hash_text(state_hash(started));
    for (std::size_t seat = 0; seat < 2; ++seat) {
        RecordSeat out;
        out.farmer = content.farmers()[setup.decks[seat].farmer].id;
        out.deck = card_ids(content, setup.decks[seat].cards);
        out.nonce = to_hex(setup.nonces[seat]);
        header.seats.push_back(std::move(out));
    }
    return header;
}

void reveal(RecordHeader& header, const Seed& server_seed)
{
    header.server_seed = to_hex(server_seed);
}

bool fits_commitment(std::string_view server_seed, std::string_view commitment)
{
    const Result<Seed> seed = read_seed(server_seed);
    return seed && to_hex(battle::commitment(*seed)) == commitment;
}

RecordMove make_move(const State& after, SeatIndex seat, const Command& command)
{
    RecordMove move;
    move.seat = seat + 1;
    move.kind = command.kind;
    move.card = command.card;
    move.target = command.target;
    move.position = command.position;
    move.choice = command.choice;
    move.cards = command.cards;
    move.hash = hash_text(state_hash(after));
    move.draws.assign(after.drawn.begin(), after.drawn.end());
    return move;
}

Result<std::pair<SeatIndex, Command>> read_move(const RecordMove& move)
{
    const auto fits = [](int value, int most) { return value >= 0 && value <= most; };
    if (move.seat < 1 || move.seat > 2 || !fits(move.card, 255) || !fits(move.target, 255) ||
        !fits(move.position, 255) || !fits(move.cards, 65535))
        return Errc::invalid_argument;
    Command command;
    command.kind = move.kind;
    command.card = static_cast<std::uint8_t>(move.card);
    command.target = static_cast<std::uint8_t>(move.target);
    command.position = static_cast<std::uint8_t>(move.position);
    command.choice = move.choice;
    command.cards = static_cast<std::uint16_t>(move.cards);
    return std::pair{static_cast<SeatIndex>(move.seat - 1), command};
}

Result<MatchSetup> make_setup(const RecordHeader& header, const Content& content)
{
    const Result<Seed> seed = read_seed(header.server_seed);
    if (!seed) return seed.error();
    return setup_of(header, content, *seed);
}

Result<State> rebuild(const RecordHeader& header, std::span<const RecordMove> moves, const Content& content,
                      const Seed& server_seed)
{
    const Result<MatchSetup> setup = setup_of(header, content, server_seed);
    if (!setup) return setup.error();
    Result<State> state = start(content, *setup);
    if (!state) return state.error();
    if (hash_text(state_hash(*state)) != header.start_hash) return Errc::data_loss;
    for (const RecordMove& move : moves) {
        const Result<std::pair<SeatIndex, Command>> read = read_move(move);
        if (!read) return read.error();
        if (const Result<void> done = apply(*state, content, read->first, read->second); !done) return Errc::data_loss;
        if (hash_text(state_hash(*state)) != move.hash) return Errc::data_loss;
    }
    return state;
}

namespace {

Verdict diverged(Verdict verdict, int move, std::string path, std::string recorded, std::string replayed)
{
    verdict.kind = VerdictKind::diverged;
    verdict.move = move;
    verdict.path = std::move(path);
    verdict.recorded = std::move(recorded);
    verdict.replayed = std::move(replayed);
    return verdict;
}

template <class Enum>
std::string word(Enum value)
{
    return boost::describe::enum_to_string(value, "?");
}

Verdict replay_moves(const BattleRecord& record, const Content& content, State state)
{
    Verdict verdict;
    for (std::size_t i = 0; i < record.moves.size(); ++i) {
        const RecordMove& move = record.moves[i];
        const int number = static_cast<int>(i);
        const std::string path = "moves[" + std::to_string(i) + "]";
        const Result<std::pair<SeatIndex, Command>> read = read_move(move);
        if (!read) return diverged(verdict, number, path, "an unreadable command", "");
        const Result<void> done = apply(state, content, read->first, read->second);
        verdict.final_hash = hash_text(state_hash(state));
        verdict.turns = state.turn;
        if (!done)
            return diverged(verdict, number, path, word(move.kind), "refused: " + std::string(wire_code(done.error())));
        if (!std::equal(move.draws.begin(), move.draws.end(), state.drawn.begin(), state.drawn.end()))
            return diverged(verdict, number, path + ".draws", draws_text(move.draws), draws_text(state.drawn));
        if (move.hash != verdict.final_hash)
            return diverged(verdict, number, path + ".hash", move.hash, verdict.final_hash);
        verdict.moves = number + 1;
    }
    if (state.ending == Ending::none)
        return diverged(verdict, -1, "moves", "no end after " + std::to_string(record.moves.size()) + " commands",
                        "the match goes on");
    verdict.winner = state.winner;
    verdict.ending = state.ending;
    if (state.winner != record.winner) return diverged(verdict, -1, "winner", word(record.winner), word(state.winner));
    if (state.ending != record.ending) return diverged(verdict, -1, "ending", word(record.ending), word(state.ending));
    verdict.kind = VerdictKind::verified;
    return verdict;
}

} // namespace

Verdict replay(const BattleRecord& record, const Content& content)
{
    Verdict verdict;
    verdict.kind = VerdictKind::unreadable;
    const RecordHeader& header = record.header;
    const Result<Seed> seed = read_seed(header.server_seed);
    if (!seed) {
        verdict.path = "header.server_seed";
        verdict.recorded = header.server_seed;
        return verdict;
    }
    if (const std::string expected = to_hex(commitment(*seed)); expected != header.commitment) {
        verdict = diverged(verdict, -1, "header.commitment", header.commitment, expected);
        verdict.kind = VerdictKind::unfair;
        return verdict;
    }
    const Result<MatchSetup> setup = setup_of(header, content, *seed);
    if (!setup) {
        const bool other_content = header.content != content.hash();
        verdict.path = other_content ? "header.content" : "header.seats";
        verdict.recorded = other_content ? header.content : setup.error().message();
        verdict.replayed = other_content ? content.hash() : "";
        return verdict;
    }
    const Result<State> state = start(content, *setup);
    if (!state) {
        verdict.path = "header.seats";
        verdict.recorded = state.error().message();
        return verdict;
    }
    for (std::size_t seat = 0; seat < 2; ++seat)
        if (const auto faults = deck_faults(content, header.seats[seat].farmer, header.seats[seat].deck);
            !faults.empty())
            return diverged(verdict, -1, "header.seats[" + std::to_string(seat) + "].deck", faults.front().message,
                            "a legal deck");
    if (header.content_version != content.version())
        return diverged(verdict, -1, "header.content_version", header.content_version, content.version());
    verdict.final_hash = hash_text(state_hash(*state));
    if (verdict.final_hash != header.start_hash)
        return diverged(verdict, -1, "header.start_hash", header.start_hash, verdict.final_hash);
    return replay_moves(record, content, *state);
}

Verdict replay(const BattleRecord& record, const Content& content, const Settled& settled)
{
    Verdict verdict = replay(record, content);
    if (verdict.kind != VerdictKind::verified) return verdict;
    if (settled.final_hash != verdict.final_hash)
        return diverged(verdict, -1, "settled.final_hash", settled.final_hash, verdict.final_hash);
    if (settled.commands != verdict.moves)
        return diverged(verdict, -1, "settled.commands", std::to_string(settled.commands),
                        std::to_string(verdict.moves));
    if (settled.turns != verdict.turns)
        return diverged(verdict, -1, "settled.turns", std::to_string(settled.turns), std::to_string(verdict.turns));
    return verdict;
}

Result<ShuffleReport> shuffles(const RecordHeader& header, const Content& content)
{
    const Result<MatchSetup> setup = make_setup(header, content);
    if (!setup) return setup.error();
    const Seed seed = match_seed(setup->server_seed, setup->match_id, setup->nonces[0], setup->nonces[1]);
    ShuffleReport report;
    report.commitment = to_hex(commitment(setup->server_seed));
    report.match_seed = to_hex(seed);
    for (std::size_t seat = 0; seat < 2; ++seat) {
        std::uint32_t drawn = 0;
        Stream stream(seed, seat == 0 ? StreamName::deck1 : StreamName::deck2, drawn);
        std::vector<CardIndex> deck = setup->decks[seat].cards;
        stream.shuffle(std::span(deck));
        std::reverse(deck.begin(), deck.end()); // the top is the last
        (seat == 0 ? report.deck_1 : report.deck_2) = card_ids(content, deck);
    }
    std::uint32_t drawn = 0;
    report.first_seat = static_cast<int>(Stream(seed, StreamName::play, drawn).below(2)) + 1;
    return report;
}

} // namespace harvest::game::battle
