#include "common/base/encoding.hpp"
#include "common/game/battle/deck.hpp"
#include "common/protocol/json.hpp"
#include "tests/unit/game/content_fixture.hpp"
#include "tests/unit/game/random_play.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::game::battle;
using namespace harvest::game::battle::test;

namespace {

// The same hex with one of its bits turned.
std::string flipped(std::string hex, std::size_t bit)
{
    Bytes bytes = from_hex(hex).value();
    bytes[(bit / 8) % bytes.size()] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    return to_hex(bytes);
}

} // namespace

TEST_CASE("T17: every honest match is verified", "[battle][record]")
{
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const BattleRecord record = random_match(content(), seed);
        const auto verdict = replay(record, content());
        INFO(verdict.path << ": " << verdict.recorded << " is " << verdict.replayed);
        REQUIRE(verdict.kind == VerdictKind::verified);
        REQUIRE(verdict.moves == static_cast<int>(record.moves.size()));
        REQUIRE(verdict.winner == record.winner);
        REQUIRE(verdict.final_hash == record.moves.back().hash);
    }
}

TEST_CASE("T17: what is dealt is what the published shuffles say, from the top", "[battle][record]")
{
    for (std::uint64_t seed = 400; seed < 420; ++seed) {
        const RecordHeader header = random_match(content(), seed).header;
        const State state = start(content(), make_setup(header, content()).value()).value();
        const ShuffleReport report = shuffles(header, content()).value();
        CHECK(state.first + 1 == report.first_seat);
        for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}}) {
            const SeatState& side = state.seats[seat];
            std::vector<CardIndex> dealt;
            for (std::size_t i = 0; i < side.hand_size; ++i) dealt.push_back(side.hand[i].card);
            for (std::size_t i = side.deck_size; i > 0; --i) dealt.push_back(side.deck[i - 1]);
            std::vector<std::string> ids;
            for (const CardIndex card : dealt) ids.push_back(content().cards()[card].id);
            CHECK(ids == (seat == 0 ? report.deck_1 : report.deck_2));
        }
    }
}

TEST_CASE("T17: one bit flipped anywhere is found, with its place", "[battle][record]")
{
    Dice dice(99);
    for (std::uint64_t seed = 300; seed < 330; ++seed) {
        const BattleRecord honest = random_match(content(), seed);
        const auto found = [&](auto change) {
            BattleRecord record = honest;
            change(record);
            return replay(record, content());
        };
        for (std::size_t i = 0; i < 8; ++i) {
            const std::size_t bit = dice.below(256);
            const std::size_t at = dice.below(honest.moves.size());
            const std::string path = "moves[" + std::to_string(at) + "]";
            const auto seed_bit =
                found([&](BattleRecord& r) { r.header.server_seed = flipped(r.header.server_seed, bit); });
            CHECK(seed_bit.kind == VerdictKind::unfair);
            CHECK(seed_bit.path == "header.commitment");
            CHECK(found([&](BattleRecord& r) { r.header.commitment = flipped(r.header.commitment, bit); }).kind ==
                  VerdictKind::unfair);
            const auto nonce = found(
                [&](BattleRecord& r) { r.header.seats[i % 2].nonce = flipped(r.header.seats[i % 2].nonce, bit); });
            CHECK(nonce.path == "header.start_hash");
            const auto hash = found([&](BattleRecord& r) { r.moves[at].hash = flipped(r.moves[at].hash, bit % 64); });
            CHECK(hash.kind == VerdictKind::diverged);
            CHECK(hash.move == static_cast<int>(at));
            CHECK(hash.path == path + ".hash");
            CHECK(hash.recorded != hash.replayed);
            const auto draws = found([&](BattleRecord& r) { r.moves[at].draws[bit % 3] ^= 1; });
            CHECK(draws.path == path + ".draws");
        }
        // Another card in a deck, another order, a match of another name.
        CHECK(found([](BattleRecord& r) { std::swap(r.header.seats[0].deck, r.header.seats[1].deck); }).kind ==
              VerdictKind::diverged);
        CHECK(found([](BattleRecord& r) { r.header.match += "x"; }).path == "header.start_hash");
        CHECK(found([](BattleRecord& r) { r.winner = Winner::none; }).path == "winner");
        CHECK(found([](BattleRecord& r) { r.moves.pop_back(); }).kind == VerdictKind::diverged);
        CHECK(found([](BattleRecord& r) { r.moves.erase(r.moves.begin() + 2); }).kind == VerdictKind::diverged);
    }
}

TEST_CASE("T17: a record that stops before the end, or begins with no legal deck, is not verified", "[battle][record]")
{
    const BattleRecord honest = random_match(content(), 61);
    BattleRecord cut = honest;
    cut.moves.pop_back();
    cut.winner = Winner::none;
    cut.ending = Ending::none;
    const Verdict unended = replay(cut, content());
    CHECK(unended.kind == VerdictKind::diverged);
    CHECK(unended.path == "moves");

    // Twenty of one card: the hashes are made anew, as one would who deals himself a better deck.
    Dice dice(61);
    MatchSetup setup = random_setup(content(), dice);
    setup.decks[1].cards.assign(setup.decks[1].cards.size(), setup.decks[1].cards.front());
    State state = start(content(), setup).value();
    BattleRecord rigged;
    rigged.header = make_header(content(), setup, state);
    reveal(rigged.header, setup.server_seed);
    for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}}) {
        const Command keep{.kind = CommandKind::mulligan};
        REQUIRE(apply(state, content(), seat, keep).has_value());
        rigged.moves.push_back(make_move(state, seat, keep));
    }
    const Command concede{.kind = CommandKind::concede};
    REQUIRE(apply(state, content(), 0, concede).has_value());
    rigged.moves.push_back(make_move(state, 0, concede));
    rigged.winner = state.winner;
    rigged.ending = state.ending;
    const Verdict verdict = replay(rigged, content());
    CHECK(verdict.kind == VerdictKind::diverged);
    CHECK(verdict.path == "header.seats[1].deck");
}

TEST_CASE("T17: a last command forged with hashes made anew is not what was settled", "[battle][record]")
{
    const BattleRecord honest = random_match(content(), 62);
    const Verdict verdict = replay(honest, content());
    const Settled settled{verdict.turns, verdict.moves, verdict.final_hash};
    CHECK(replay(honest, content(), settled).kind == VerdictKind::verified);

    BattleRecord forged = honest;
    forged.moves.pop_back();
    State state =
        rebuild(forged.header, forged.moves, content(), make_setup(honest.header, content())->server_seed).value();
    const SeatIndex loser = seat_to_act(state);
    const Command concede{.kind = CommandKind::concede};
    REQUIRE(apply(state, content(), loser, concede).has_value());
    forged.moves.push_back(make_move(state, loser, concede));
    forged.winner = state.winner;
    forged.ending = state.ending;
    CHECK(replay(forged, content()).kind == VerdictKind::verified); // by itself it is a match like any other
    CHECK(replay(forged, content(), settled).kind == VerdictKind::diverged);
    CHECK(replay(forged, content(), settled).path == "settled.final_hash");

    Settled other = settled;
    ++other.commands;
    CHECK(replay(honest, content(), other).path == "settled.commands");
    other = settled;
    --other.turns;
    CHECK(replay(honest, content(), other).path == "settled.turns");
}

TEST_CASE("a record without its seed, or of other content, is not verified", "[battle][record]")
{
    BattleRecord record = random_match(content(), 5);
    BattleRecord sealed = record;
    sealed.header.server_seed.clear();
    CHECK(replay(sealed, content()).path == "header.server_seed");
    BattleRecord foreign = record;
    foreign.header.content = flipped(foreign.header.content, 3);
    CHECK(replay(foreign, content()).path == "header.content");
    CHECK(replay(foreign, content()).kind == VerdictKind::unreadable);
    BattleRecord odd = record;
    odd.header.seats[1].deck[3] = "no_such_card";
    CHECK(replay(odd, content()).path == "header.seats");
    odd.header.seats.clear();
    CHECK(replay(odd, content()).path == "header.seats");
    BattleRecord wild = record;
    wild.moves[0].card = 1000;
    CHECK(replay(wild, content()).path == "moves[0]");
}

TEST_CASE("T14: a match is rebuilt from its header and the moves so far", "[battle][record]")
{
    const BattleRecord record = random_match(content(), 17);
    const Seed seed = make_setup(record.header, content())->server_seed;
    RecordHeader sealed = record.header;
    sealed.server_seed.clear();
    for (const std::size_t n : {std::size_t{0}, std::size_t{10}, record.moves.size()}) {
        const Result<State> state = rebuild(sealed, std::span(record.moves).first(n), content(), seed);
        REQUIRE(state.has_value());
        CHECK(hash_text(state_hash(*state)) == (n == 0 ? record.header.start_hash : record.moves[n - 1].hash));
    }
    std::vector<RecordMove> damaged = record.moves;
    damaged[4].hash = flipped(damaged[4].hash, 1);
    CHECK(rebuild(sealed, damaged, content(), seed).error() == Errc::data_loss);
}

TEST_CASE("a record survives its JSON form", "[battle][record]")
{
    const BattleRecord record = random_match(content(), 23);
    const std::string text = protocol::encode(record);
    const Result<BattleRecord> back = protocol::decode<BattleRecord>(text);
    REQUIRE(back.has_value());
    CHECK(*back == record);
    CHECK(replay(*back, content()).kind == VerdictKind::verified);
}

TEST_CASE("views and events survive their JSON form", "[battle][record]")
{
    Dice dice(3);
    RawEvents raw;
    State state = *start(content(), random_setup(content(), dice), &raw);
    CommandBuffer buffer;
    while (state.phase != Phase::over) {
        const SeatIndex seat = seat_to_act(state);
        const SeatView seen = view(state, content(), seat);
        const Result<SeatView> back = protocol::decode<SeatView>(protocol::encode(seen));
        REQUIRE(back.has_value());
        REQUIRE(*back == seen);
        for (const Event& event : events_for(state, content(), seat, raw))
            REQUIRE(protocol::decode<Event>(protocol::encode(event)).value() == event);
        raw.clear();
        REQUIRE(apply(state, content(), seat, random_command(state, content(), seat, dice, buffer), &raw));
    }
}

TEST_CASE("the teller tells each turn and the end", "[battle][record]")
{
    BattleRecord record = random_match(content(), 1);
    record.header.seats[0].name = "kestrel";
    record.header.seats[1].name = "wren";
    const std::vector<std::string> lines = tell(record, content());
    REQUIRE(lines.size() > record.moves.size());
    CHECK(lines.front().find("is to begin") != std::string::npos);
    CHECK(lines.back().find(record.winner == Winner::seat_1 ? "kestrel wins" : "wren wins") != std::string::npos);
    const auto has = [&](std::string_view part) {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const std::string& line) { return line.find(part) != std::string::npos; });
    };
    CHECK(has("turn  3  "));
    CHECK(has(" plays "));
    CHECK_FALSE(has("something"));
    record.moves[6].card = 9;
    record.moves[6].kind = CommandKind::attack;
    CHECK(tell(record, content()).back() == "move 6 cannot be played again: the record diverges here");
}
