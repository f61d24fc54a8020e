// Plays random matches and prints one digest over every state hash, every event and every bot's choice: the same on
// each compiler, optimisation, locale and time zone. Usage: battle_hashes CONTENT_DIR MATCHES SEED
// [--record | --tell | --comma]; --comma fails unless numbers are written with a decimal comma.
#include "common/base/encoding.hpp"
#include "common/config/game/content_loader.hpp"
#include "common/game/battle/bots/bot.hpp"
#include "common/game/battle/digest.hpp"
#include "tests/unit/game/random_play.hpp"

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <locale>

namespace {

using namespace harvest;
using namespace harvest::game::battle;

// Every tenth match is played by bots, over views and handles.
void play_bots(const Content& content, std::uint64_t seed, std::string& log)
{
    test::Dice dice(seed);
    const MatchSetup setup = test::random_setup(content, dice);
    State state = *start(content, setup);
    for (std::uint64_t step = 0; state.phase != Phase::over; ++step) {
        const SeatIndex seat = test::seat_to_act(state);
        const auto level = static_cast<bots::Level>((seed / 10 + seat) % 3);
        const SeatCommand chosen = bots::choose(level, view(state, content, seat), content, seed + step);
        const Result<Command> command = decode(state, content, seat, chosen);
        if (!command || !apply(state, content, seat, *command)) {
            log += "refused;";
            return;
        }
        log += std::to_string(chosen.card) + ":" + hash_text(state_hash(state)) + ";";
    }
}

void play_random(const Content& content, std::uint64_t seed, std::string& log)
{
    const BattleRecord record = test::random_match(content, seed);
    log += record.header.start_hash;
    for (const RecordMove& move : record.moves) log += move.hash;
    log += std::to_string(static_cast<int>(record.winner));
    if (seed % 50 == 1)
        for (const std::string& line : tell(record, content)) log += line;
}

void print_record(const BattleRecord& record)
{
    const RecordHeader& header = record.header;
    std::printf("match %s\ncommitment %s\nserver_seed %s\n", header.match.c_str(), header.commitment.c_str(),
                header.server_seed.c_str());
    for (const RecordSeat& seat : header.seats) {
        std::printf("nonce %s\ndeck", seat.nonce.c_str());
        for (const std::string& card : seat.deck) std::printf(" %s", card.c_str());
        std::printf("\n");
    }
}

void print_shuffles(const ShuffleReport& report)
{
    std::printf("match_seed %s\nfirst_seat %d\n", report.match_seed.c_str(), report.first_seat);
    for (const auto* deck : {&report.deck_1, &report.deck_2}) {
        std::printf("shuffled");
        for (const std::string& card : *deck) std::printf(" %s", card.c_str());
        std::printf("\n");
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 4) return 64;
    std::setlocale(LC_ALL, "");
    if (argc > 4 && std::strcmp(argv[4], "--comma") == 0) {
        std::locale::global(std::locale("")); // streams too; throws where there is no such locale
        char text[8];
        std::snprintf(text, sizeof text, "%.1f", 0.5);
        if (std::strcmp(text, "0,5") != 0) return 1;
    }
    const config::LoadedContent loaded = config::load_content(argv[1]);
    for (const config::ContentFault& fault : loaded.faults) std::fprintf(stderr, "%s\n", fault.text().c_str());
    if (!loaded.content) return 78;
    const Content& content = *loaded.content;
    const std::uint64_t matches = std::strtoull(argv[2], nullptr, 10);
    const std::uint64_t seed = std::strtoull(argv[3], nullptr, 10);
    if (argc > 4 && std::strcmp(argv[4], "--record") == 0) {
        const BattleRecord record = test::random_match(content, seed);
        print_record(record);
        print_shuffles(*shuffles(record.header, content));
        return 0;
    }
    if (argc > 4 && std::strcmp(argv[4], "--tell") == 0) {
        for (const std::string& line : tell(test::random_match(content, seed), content))
            std::printf("%s\n", line.c_str());
        return 0;
    }
    Digest digest{};
    for (std::uint64_t i = 0; i < matches; ++i) {
        std::string log;
        (i % 10 == 9 ? play_bots : play_random)(content, seed + i, log);
        digest = sha256({digest, as_bytes(log)});
    }
    std::printf("content %s\nmatches %llu\ndigest %s\n", content.hash().c_str(),
                static_cast<unsigned long long>(matches), to_hex(digest).c_str());
    return 0;
}
