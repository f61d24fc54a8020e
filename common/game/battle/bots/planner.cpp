// The planner: its own turn to the end along the most promising lines, then the other seat's best turn against each.
#include "common/game/battle/bots/search.hpp"

#include <algorithm>
#include <numeric>

namespace harvest::game::battle::bots {

namespace {

constexpr std::size_t beam_width = 6;
constexpr int line_length = 12;

struct Line {
    State state;
    Command first;
    int worth{};
    bool begun{};
};

// The places of the best lines, best first; of equals the earlier found.
std::vector<std::size_t> ranked(const std::vector<Line>& lines)
{
    std::vector<std::size_t> order(lines.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return lines[a].worth != lines[b].worth ? lines[a].worth > lines[b].worth : a < b;
    });
    return order;
}

class Planner {
public:
    Planner(const Content& content, SeatIndex seat) : content_(content), seat_(seat) {}

    Plan plan(const State& state)
    {
        std::vector<Line> beam{{state, Command{}, worth(state, content_, seat_), false}};
        for (int depth = 0; depth < line_length && !beam.empty(); ++depth) {
            std::vector<Line> next;
            for (const Line& line : beam) {
                close(line);
                extend(line, next);
            }
            beam.clear();
            for (const std::size_t at : ranked(next)) {
                if (beam.size() == beam_width) break;
                beam.push_back(next[at]);
            }
            if (spent_ >= position_budget / 2) break;
        }
        for (const Line& line : beam) close(line);
        const Command command = best_reply();
        return {command, spent_};
    }

private:
    // Tries every command of this turn but its end.
    void extend(const Line& line, std::vector<Line>& out)
    {
        CommandBuffer buffer;
        for (const Command& command : legal_commands(line.state, content_, seat_, buffer)) {
            if (command.kind == CommandKind::end_turn) continue;
            if (spent_ >= position_budget / 2) return;
            Line next{line.state, line.begun ? line.first : command, 0, true};
            if (!apply(next.state, content_, seat_, command)) continue;
            ++spent_;
            next.worth = worth(next.state, content_, seat_);
            if (next.state.phase == Phase::over)
                closed_.push_back(next);
            else
                out.push_back(next);
        }
    }

    // Ends the turn after this line.
    void close(const Line& line)
    {
        Line ended = line;
        if (!apply(ended.state, content_, seat_, Command{})) return;
        ++spent_;
        ended.worth = worth(ended.state, content_, seat_);
        closed_.push_back(ended);
    }

    // The other seat answers greedily to as many lines as the budget allows, the best first.
    Command best_reply()
    {
        const Line* best = nullptr;
        int best_worth = 0;
        for (const std::size_t at : ranked(closed_)) {
            Line& line = closed_[at];
            if (best != nullptr && spent_ >= position_budget) break;
            answer(line.state);
            const int value = worth(line.state, content_, seat_);
            if (best != nullptr && value <= best_worth) continue;
            best = &line;
            best_worth = value;
        }
        return best == nullptr ? Command{} : best->first;
    }

    void answer(State& state)
    {
        const SeatIndex enemy = other(seat_);
        for (int i = 0; i < line_length && state.phase == Phase::playing && spent_ < position_budget; ++i) {
            CommandBuffer buffer;
            const int positions = static_cast<int>(legal_commands(state, content_, enemy, buffer).size());
            if (spent_ + positions > position_budget) return;
            spent_ += positions;
            const Command command = choose_greedy(state, content_, enemy);
            if (command.kind == CommandKind::end_turn || !apply(state, content_, enemy, command)) return;
        }
    }

    const Content& content_;
    SeatIndex seat_;
    int spent_{};
    std::vector<Line> closed_;
};

} // namespace

Plan choose_planner(const State& state, const Content& content, SeatIndex seat)
{
    return Planner(content, seat).plan(state);
}

} // namespace harvest::game::battle::bots
