// A world whose match daemons cannot be sure of what the store does: a test orders which of its answers are lost.
#pragma once

#include "tests/support/flaky.hpp"
#include "tests/support/world.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>

namespace harvest::test {

struct Doubts {
    std::map<std::string, int> unheard;        // so many next calls ("unqueue", "abort") are done and answered in_doubt
    std::set<std::string> away;                // these calls ("current", "get") are not done: unavailable
    std::function<bool(const PlayerId&)> slow; // whose ratings take two seconds
};

class DoubtfulMatches final : public FlakyMatches {
public:
    DoubtfulMatches(Matches& inner, Faults& none, Clock& clock, Doubts& doubts)
        : FlakyMatches(inner, none),
          clock_(clock),
          doubts_(doubts)
    {
    }
    AsyncResult<void> unqueue(TicketId ticket, Deadline by) override
    {
        const Result<void> done = co_await FlakyMatches::unqueue(std::move(ticket), by);
        co_return answer("unqueue", done);
    }
    AsyncResult<void> abort(MatchId match, std::int64_t epoch, std::string reason, std::vector<OutboxEvent> events,
                            Millis now, Deadline by) override
    {
        const Result<void> done =
            co_await FlakyMatches::abort(std::move(match), epoch, std::move(reason), std::move(events), now, by);
        co_return answer("abort", done);
    }
    AsyncResult<harvest::Match> get(MatchId match, Deadline by) override
    {
        if (doubts_.away.contains("get")) co_return Errc::unavailable;
        co_return co_await FlakyMatches::get(std::move(match), by);
    }
    AsyncResult<harvest::Match> current(PlayerId player, Deadline by) override
    {
        if (doubts_.away.contains("current")) co_return Errc::unavailable;
        co_return co_await FlakyMatches::current(std::move(player), by);
    }
    AsyncResult<Rating> rating(PlayerId player, std::string mode, Deadline by) override
    {
        if (doubts_.slow && doubts_.slow(player)) (void)co_await clock_.sleep_until(clock_.after(2s));
        co_return co_await FlakyMatches::rating(std::move(player), std::move(mode), by);
    }

private:
    Result<void> answer(const std::string& what, const Result<void>& done)
    {
        int& left = doubts_.unheard[what];
        if (left == 0) return done;
        --left;
        return Errc::in_doubt;
    }
    Clock& clock_;
    Doubts& doubts_;
};

struct DoubtfulWorld {
    explicit DoubtfulWorld(int daemons = 1) : world(options(daemons)) {}
    WorldOptions options(int daemons)
    {
        WorldOptions chosen;
        chosen.matches = daemons;
        chosen.matches_port = [this](Matches& inner) -> Matches& {
            if (!none) none = std::make_unique<Faults>(1, FaultRates{0, 0, 0, 0, 0ms}, world.clock);
            given.push_back(std::make_unique<DoubtfulMatches>(inner, *none, world.clock, doubts));
            return *given.back();
        };
        return chosen;
    }

    Doubts doubts;
    std::unique_ptr<Faults> none;
    std::vector<std::unique_ptr<DoubtfulMatches>> given;
    World world;
};

} // namespace harvest::test
