// H11: any sequence of commands, sensible or not: a refused one changes nothing, an accepted one keeps the invariants,
// and the record of the accepted ones replays to the same hashes.
#include "common/config/game/content_loader.hpp"
#include "tests/unit/game/random_play.hpp"

#include <cstdlib>

namespace {

using namespace harvest::game::battle;

const Content& content()
{
    static const harvest::config::LoadedContent loaded = harvest::config::load_content(HARVEST_CONTENT);
    if (!loaded.content) std::abort();
    return *loaded.content;
}

// Bytes in the order in which the fuzzer gave them; zero after the last.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    bool empty() const { return at_ >= size_; }
    std::uint8_t byte() { return empty() ? std::uint8_t{0} : data_[at_++]; }

private:
    const std::uint8_t* data_;
    std::size_t size_, at_ = 0;
};

Command next_command(Input& input)
{
    Command command;
    command.kind = static_cast<CommandKind>(input.byte() % 8);
    command.card = input.byte();
    command.target = input.byte();
    command.position = input.byte();
    command.choice = static_cast<Choice>(input.byte() % 3);
    command.cards = static_cast<std::uint16_t>(input.byte() | input.byte() << 8);
    return command;
}

void check_bounds(const State& state)
{
    for (const SeatState& seat : state.seats) {
        const int held = seat.deck_size + seat.spent_size + seat.hand_size + seat.row_size;
        if (seat.hand_size > hand_capacity || seat.row_size > row_capacity || held > 64) std::abort();
        if (seat.health > content().rules().health || seat.sun > content().rules().sun_limit) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Input input(data, size);
    test::Dice dice(input.byte());
    const harvest::Result<State> started = start(content(), test::random_setup(content(), dice));
    if (!started) std::abort();
    State state = *started;
    RawEvents events;
    CommandBuffer buffer;
    for (int i = 0; i < 400 && !input.empty() && state.phase != Phase::over; ++i) {
        const std::uint8_t how = input.byte();
        const auto seat = static_cast<SeatIndex>(how & 1);
        Command command = next_command(input);
        if (how & 2) { // half of the time something legal, so that play gets anywhere
            const auto legal = legal_commands(state, content(), seat, buffer);
            if (!legal.empty()) command = legal[command.card % legal.size()];
        }
        const std::uint64_t before = state_hash(state);
        events.clear();
        if (!apply(state, content(), seat, command, &events) && state_hash(state) != before) std::abort();
        check_bounds(state);
        (void)view(state, content(), seat);
        (void)events_for(state, content(), seat, events);
    }
    return 0;
}
