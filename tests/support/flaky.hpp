// Faults by decorator, picked by a seed: calls that are lost, late, answered in doubt or done twice; events that come
// again. Each kind counts, since a run that hit none of them has shown nothing (I12).
#pragma once

#include "common/ports/event_log.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/rpc.hpp"

#include <map>
#include <memory>
#include <random>
#include <string>

namespace harvest::test {

struct FaultRates { // chances in thousandths of a call
    int lost{20}, reply_lost{20}, doubled{20}, late{100};
    Millis latest{300ms};
};

class Faults {
public:
    Faults(std::uint64_t seed, FaultRates rates, Clock& clock) : rates_(rates), clock_(clock), random_(seed) {}
    bool strikes(const std::string& kind, int thousandths);
    Task<void> delay();
    const FaultRates& rates() const { return rates_; }
    void stop() { rates_ = FaultRates{0, 0, 0, 0, 0ms}; }
    std::map<std::string, int> count;

private:
    FaultRates rates_;
    Clock& clock_;
    std::mt19937_64 random_;
};

class FlakyRpc final : public Rpc {
public:
    FlakyRpc(Rpc& inner, Faults& faults) : inner_(inner), faults_(faults) {}
    AsyncResult<std::string> call(RpcRequest request) override;
    void serve(std::string daemon, std::string id, Executor executor, RpcHandler handler) override
    {
        inner_.serve(std::move(daemon), std::move(id), std::move(executor), std::move(handler));
    }
    void withdraw(const std::string& daemon, const std::string& id) override { inner_.withdraw(daemon, id); }

private:
    Rpc& inner_;
    Faults& faults_;
};

class FlakyEventLog final : public EventLog {
public:
    FlakyEventLog(EventLog& inner, Faults& faults) : inner_(inner), faults_(faults) {}
    AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) override;
    std::unique_ptr<EventReader> subscribe(Subscription subscription) override;
    AsyncResult<std::vector<StoredEvent>> read(std::string topic, std::string key, std::int64_t offset, std::size_t max,
                                               Deadline by) override
    {
        return inner_.read(std::move(topic), std::move(key), offset, max, by);
    }
    AsyncResult<std::vector<TopicInfo>> topics(Deadline by) override { return inner_.topics(by); }
    AsyncResult<std::vector<GroupLag>> lags(Deadline by) override { return inner_.lags(by); }

private:
    EventLog& inner_;
    Faults& faults_;
};

// What the daemons write is made to fail; what they read is told as it is.
class FlakyMatches : public Matches {
public:
    FlakyMatches(Matches& inner, Faults& faults) : inner_(inner), faults_(faults) {}
    AsyncResult<void> queue(MatchTicket ticket, Deadline by) override;
    AsyncResult<void> unqueue(TicketId ticket, Deadline by) override;
    AsyncResult<void> make(Match match, std::array<TicketId, 2> tickets, std::vector<OutboxEvent> events,
                           Deadline by) override;
    AsyncResult<std::vector<MatchTicket>> queued(Deadline by) override { return inner_.queued(by); }
    AsyncResult<MatchTicket> ticket(PlayerId player, Deadline by) override { return inner_.ticket(player, by); }
    AsyncResult<Match> get(MatchId match, Deadline by) override { return inner_.get(match, by); }
    AsyncResult<std::vector<Match>> list(MatchFilter filter, Deadline by) override { return inner_.list(filter, by); }
    AsyncResult<Match> current(PlayerId player, Deadline by) override { return inner_.current(player, by); }
    AsyncResult<std::vector<Match>> ownerless(Millis now, std::size_t limit, Deadline by) override
    {
        return inner_.ownerless(now, limit, by);
    }
    AsyncResult<Match> claim(MatchId match, std::string instance, Millis now, Millis until, Deadline by) override;
    AsyncResult<std::vector<MatchId>> renew(std::string instance, std::vector<std::pair<MatchId, std::int64_t>> held,
                                            Millis until, Deadline by) override;
    AsyncResult<void> commit_seed(MatchId match, std::int64_t epoch, std::string sealed_seed, std::string commitment,
                                  Deadline by) override;
    AsyncResult<void> set_nonces(MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces,
                                 Deadline by) override;
    AsyncResult<void> append_battle(MatchId match, std::int64_t epoch, BattleChunk chunk, OutboxEvent event,
                                    Deadline by) override;
    AsyncResult<std::vector<BattleChunk>> battle_log(MatchId match, Deadline by) override
    {
        return inner_.battle_log(match, by);
    }
    AsyncResult<void> settle(Settlement settlement, Deadline by) override;
    AsyncResult<void> abort(MatchId match, std::int64_t epoch, std::string reason, std::vector<OutboxEvent> events,
                            Millis now, Deadline by) override;
    AsyncResult<Rating> rating(PlayerId player, std::string mode, Deadline by) override
    {
        return inner_.rating(player, mode, by);
    }
    AsyncResult<DailyPlay> daily(PlayerId player, std::int64_t day, Deadline by) override
    {
        return inner_.daily(std::move(player), day, by);
    }

private:
    // `times` as often as others: what a match does but once.
    template <class T>
    AsyncResult<T> with_faults(std::function<AsyncResult<T>()> write, std::string kind, int times = 1);
    Matches& inner_;
    Faults& faults_;
};

} // namespace harvest::test
