#include "tests/support/flaky.hpp"

#include <functional>

namespace harvest::test {
namespace {

// Events come again, in order, as after a consumer that died between effect and commit.
class FlakyReader final : public EventReader {
public:
    FlakyReader(std::unique_ptr<EventReader> inner, Faults& faults) : inner_(std::move(inner)), faults_(faults) {}

    AsyncResult<std::vector<StoredEvent>> next(std::size_t max, Deadline by) override
    {
        if (!last_failed_ && faults_.strikes("log.away", faults_.rates().lost)) {
            last_failed_ = true;
            co_return Errc::unavailable;
        }
        last_failed_ = false;
        if (!last_.empty() && faults_.strikes("log.again", faults_.rates().doubled)) {
            const std::vector<StoredEvent> again = last_;
            co_return again;
        }
        Result<std::vector<StoredEvent>> events = co_await inner_->next(max, by);
        if (events && !events->empty()) last_ = *events;
        co_return events;
    }
    AsyncResult<void> commit(Deadline by) override { return inner_->commit(by); }

private:
    std::unique_ptr<EventReader> inner_;
    Faults& faults_;
    std::vector<StoredEvent> last_;
    bool last_failed_{};
};

} // namespace

bool Faults::strikes(const std::string& kind, int thousandths)
{
    if (static_cast<int>(random_() % 1'000) >= thousandths) return false;
    ++count[kind];
    return true;
}

Task<void> Faults::delay()
{
    if (!strikes("late", rates_.late)) co_return;
    const Millis length{static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(rates_.latest.count()))};
    (void)co_await clock_.sleep_until(clock_.after(length));
}

AsyncResult<std::string> FlakyRpc::call(RpcRequest request)
{
    co_await faults_.delay();
    if (faults_.strikes("rpc.lost", faults_.rates().lost)) co_return Errc::unavailable;
    if (faults_.strikes("rpc.doubled", faults_.rates().doubled)) {
        RpcRequest copy = request;
        (void)co_await inner_.call(std::move(copy));
    }
    Result<std::string> reply = co_await inner_.call(std::move(request));
    if (faults_.strikes("rpc.reply_lost", faults_.rates().reply_lost)) co_return Errc::in_doubt;
    co_return reply;
}

AsyncResult<void> FlakyEventLog::append(std::string topic, std::vector<Event> events, Deadline by)
{
    co_await faults_.delay();
    if (faults_.strikes("append.lost", faults_.rates().lost)) co_return Errc::unavailable;
    const Result<void> kept = co_await inner_.append(std::move(topic), std::move(events), by);
    if (faults_.strikes("append.reply_lost", faults_.rates().reply_lost)) co_return Errc::in_doubt;
    co_return kept;
}

std::unique_ptr<EventReader> FlakyEventLog::subscribe(Subscription subscription)
{
    return std::make_unique<FlakyReader>(inner_.subscribe(std::move(subscription)), faults_);
}

template <class T>
AsyncResult<T> FlakyMatches::with_faults(std::function<AsyncResult<T>()> write, std::string kind, int times)
{
    co_await faults_.delay();
    if (faults_.strikes(kind + ".lost", times * faults_.rates().lost)) co_return Errc::unavailable;
    Result<T> done = co_await write();
    if (faults_.strikes(kind + ".reply_lost", times * faults_.rates().reply_lost)) co_return Errc::in_doubt;
    co_return done;
}

AsyncResult<void> FlakyMatches::queue(MatchTicket ticket, Deadline by)
{
    return with_faults<void>([this, ticket = std::move(ticket), by] { return inner_.queue(ticket, by); }, "queue");
}

AsyncResult<void> FlakyMatches::unqueue(TicketId ticket, Deadline by)
{
    return with_faults<void>([this, ticket = std::move(ticket), by] { return inner_.unqueue(ticket, by); }, "unqueue");
}

AsyncResult<void> FlakyMatches::make(Match match, std::array<TicketId, 2> tickets, std::vector<OutboxEvent> events,
                                     Deadline by)
{
    return with_faults<void>([this, match = std::move(match), tickets = std::move(tickets), events = std::move(events),
                              by] { return inner_.make(match, tickets, events, by); },
                             "make");
}

AsyncResult<Match> FlakyMatches::claim(MatchId match, std::string instance, Millis now, Millis until, Deadline by)
{
    return with_faults<Match>([this, match = std::move(match), instance = std::move(instance), now, until,
                               by] { return inner_.claim(match, instance, now, until, by); },
                              "claim", 5);
}

AsyncResult<std::vector<MatchId>>
FlakyMatches::renew(std::string instance, std::vector<std::pair<MatchId, std::int64_t>> held, Millis until, Deadline by)
{
    return with_faults<std::vector<MatchId>>([this, instance = std::move(instance), held = std::move(held), until,
                                              by] { return inner_.renew(instance, held, until, by); },
                                             "renew");
}

AsyncResult<void> FlakyMatches::commit_seed(MatchId match, std::int64_t epoch, std::string sealed_seed,
                                            std::string commitment, Deadline by)
{
    return with_faults<void>([this, match = std::move(match), epoch, sealed = std::move(sealed_seed),
                              commitment = std::move(commitment),
                              by] { return inner_.commit_seed(match, epoch, sealed, commitment, by); },
                             "commit_seed");
}

AsyncResult<void> FlakyMatches::set_nonces(MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces,
                                           Deadline by)
{
    return with_faults<void>([this, match = std::move(match), epoch, nonces = std::move(nonces),
                              by] { return inner_.set_nonces(match, epoch, nonces, by); },
                             "set_nonces");
}

AsyncResult<void> FlakyMatches::append_battle(MatchId match, std::int64_t epoch, BattleChunk chunk, OutboxEvent event,
                                              Deadline by)
{
    return with_faults<void>([this, match = std::move(match), epoch, chunk = std::move(chunk), event = std::move(event),
                              by] { return inner_.append_battle(match, epoch, chunk, event, by); },
                             "append_battle");
}

AsyncResult<void> FlakyMatches::settle(Settlement settlement, Deadline by)
{
    return with_faults<void>([this, settlement = std::move(settlement), by] { return inner_.settle(settlement, by); },
                             "settle", 5);
}

AsyncResult<void> FlakyMatches::abort(MatchId match, std::int64_t epoch, std::string reason,
                                      std::vector<OutboxEvent> events, Millis now, Deadline by)
{
    return with_faults<void>([this, match = std::move(match), epoch, reason = std::move(reason),
                              events = std::move(events), now,
                              by] { return inner_.abort(match, epoch, reason, events, now, by); },
                             "abort");
}

} // namespace harvest::test
