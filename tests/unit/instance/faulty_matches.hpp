// The matches store with faults that a test orders: errors before or after the write was done, and waits.
#pragma once

#include "common/ports/matches.hpp"

#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace harvest::instance::test {

class FaultyMatches final : public Matches {
public:
    enum class Fault {
        none,
        lost,     // not done: unavailable
        unheard,  // done, but the answer is in_doubt
        conflict, // not done: conflict
        late,     // in_doubt at once, done only just before the next call (appends)
    };

    FaultyMatches(Matches& real, Clock& clock) : real_(real), clock_(clock) {}

    // The next calls of `what` ("append", "settle", "renew", "nonces", "get", "abort") meet these, in order.
    std::map<std::string, std::deque<Fault>> faults;
    Millis delay{}; // before each append

    AsyncResult<void> queue(MatchTicket ticket, Deadline by) override { return real_.queue(std::move(ticket), by); }
    AsyncResult<void> unqueue(TicketId ticket, Deadline by) override { return real_.unqueue(std::move(ticket), by); }
    AsyncResult<std::vector<MatchTicket>> queued(Deadline by) override { return real_.queued(by); }
    AsyncResult<MatchTicket> ticket(PlayerId player, Deadline by) override
    {
        return real_.ticket(std::move(player), by);
    }
    AsyncResult<void> make(Match match, std::array<TicketId, 2> tickets, std::vector<OutboxEvent> events,
                           Deadline by) override
    {
        return real_.make(std::move(match), std::move(tickets), std::move(events), by);
    }
    AsyncResult<Match> get(MatchId match, Deadline by) override
    {
        if (next("get") != Fault::none) co_return Errc::unavailable;
        co_return co_await real_.get(std::move(match), by);
    }
    AsyncResult<std::vector<Match>> list(MatchFilter filter, Deadline by) override
    {
        return real_.list(std::move(filter), by);
    }
    AsyncResult<Match> current(PlayerId player, Deadline by) override { return real_.current(std::move(player), by); }
    AsyncResult<std::vector<Match>> ownerless(Millis now, std::size_t limit, Deadline by) override
    {
        return real_.ownerless(now, limit, by);
    }
    AsyncResult<Match> claim(MatchId match, std::string instance, Millis now, Millis until, Deadline by) override
    {
        return real_.claim(std::move(match), std::move(instance), now, until, by);
    }
    AsyncResult<std::vector<MatchId>> renew(std::string instance, std::vector<std::pair<MatchId, std::int64_t>> held,
                                            Millis until, Deadline by) override
    {
        if (next("renew") != Fault::none) co_return Errc::unavailable;
        co_return co_await real_.renew(std::move(instance), std::move(held), until, by);
    }
    AsyncResult<void> commit_seed(MatchId match, std::int64_t epoch, std::string sealed, std::string commitment,
                                  Deadline by) override
    {
        return real_.commit_seed(std::move(match), epoch, std::move(sealed), std::move(commitment), by);
    }
    AsyncResult<void> set_nonces(MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces,
                                 Deadline by) override
    {
        const Fault fault = next("nonces");
        if (fault == Fault::lost || fault == Fault::conflict) co_return error_of(fault);
        const Result<void> done = co_await real_.set_nonces(std::move(match), epoch, std::move(nonces), by);
        co_return fault == Fault::unheard ? Result<void>(Errc::in_doubt) : done;
    }
    AsyncResult<void> append_battle(MatchId match, std::int64_t epoch, BattleChunk chunk, OutboxEvent event,
                                    Deadline by) override
    {
        if (delay > 0ms) (void)co_await clock_.sleep_until(clock_.after(delay));
        const Fault fault = next("append");
        if (late_) {
            LateAppend late = std::move(*std::exchange(late_, std::nullopt));
            (void)co_await real_.append_battle(std::move(late.match), late.epoch, std::move(late.chunk),
                                               std::move(late.event), by);
        }
        if (fault == Fault::lost || fault == Fault::conflict) co_return error_of(fault);
        if (fault == Fault::late) {
            late_.emplace(std::move(match), epoch, std::move(chunk), std::move(event));
            co_return Errc::in_doubt;
        }
        const Result<void> done =
            co_await real_.append_battle(std::move(match), epoch, std::move(chunk), std::move(event), by);
        co_return fault == Fault::unheard ? Result<void>(Errc::in_doubt) : done;
    }
    AsyncResult<std::vector<BattleChunk>> battle_log(MatchId match, Deadline by) override
    {
        return real_.battle_log(std::move(match), by);
    }
    AsyncResult<void> settle(Settlement settlement, Deadline by) override
    {
        const Fault fault = next("settle");
        if (fault == Fault::lost || fault == Fault::conflict) co_return error_of(fault);
        const Result<void> done = co_await real_.settle(std::move(settlement), by);
        co_return fault == Fault::unheard ? Result<void>(Errc::in_doubt) : done;
    }
    AsyncResult<void> abort(MatchId match, std::int64_t epoch, std::string reason, std::vector<OutboxEvent> events,
                            Millis now, Deadline by) override
    {
        const Fault fault = next("abort");
        if (fault == Fault::lost || fault == Fault::conflict) co_return error_of(fault);
        const Result<void> done =
            co_await real_.abort(std::move(match), epoch, std::move(reason), std::move(events), now, by);
        co_return fault == Fault::unheard ? Result<void>(Errc::in_doubt) : done;
    }
    AsyncResult<Rating> rating(PlayerId player, std::string mode, Deadline by) override
    {
        return real_.rating(std::move(player), std::move(mode), by);
    }
    AsyncResult<DailyPlay> daily(PlayerId player, std::int64_t day, Deadline by) override
    {
        return real_.daily(std::move(player), day, by);
    }

private:
    struct LateAppend {
        LateAppend(MatchId of, std::int64_t under, BattleChunk what, OutboxEvent told)
            : match(std::move(of)),
              epoch(under),
              chunk(std::move(what)),
              event(std::move(told))
        {
        }
        MatchId match;
        std::int64_t epoch{};
        BattleChunk chunk;
        OutboxEvent event;
    };

    Fault next(const std::string& what)
    {
        std::deque<Fault>& waiting = faults[what];
        if (waiting.empty()) return Fault::none;
        const Fault fault = waiting.front();
        waiting.pop_front();
        return fault;
    }
    static Error error_of(Fault fault) { return fault == Fault::conflict ? Errc::conflict : Errc::unavailable; }

    Matches& real_;
    Clock& clock_;
    std::optional<LateAppend> late_;
};

} // namespace harvest::instance::test
