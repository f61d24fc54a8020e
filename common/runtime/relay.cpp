#include "common/runtime/relay.hpp"

#include "common/base/log.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace harvest {

Relay::Relay(RelayConfig config, Executor executor, Outbox& outbox, EventLog& log, Leases& leases, Clock& clock)
    : config_(std::move(config)),
      outbox_(outbox),
      log_(log),
      leases_(leases),
      clock_(clock),
      stopping_(std::move(executor))
{
}

void Relay::stop()
{
    stopped_ = true;
    stopping_.ring();
}

Task<void> Relay::pause(Millis length)
{
    using namespace asio::experimental::awaitable_operators;
    if (!stopped_) (void)co_await (stopping_.wait() || clock_.sleep_until(clock_.after(length)));
}

// One line when it stops getting on, one when it does again.
void Relay::tell(const Result<void>& outcome)
{
    if (!outcome && !std::exchange(stuck_, true))
        log::warn("the relay does not get on",
                  {{"event.action", "relay.stuck"}, {"error.message", outcome.error().message()}});
    if (outcome && std::exchange(stuck_, false)) log::info("the relay gets on again", {{"event.action", "relay.back"}});
}

// Each partition comes in its order, so the oldest that waits is among these.
void Relay::look_at(const std::vector<StoredEvent>& waiting)
{
    oldest_.reset();
    for (const StoredEvent& each : waiting) oldest_ = std::min(oldest_.value_or(each.event.time), each.event.time);
}

void Relay::tell_age() const
{
    if (config_.on_age) config_.on_age(oldest_ ? std::max<Millis>(clock_.now() - *oldest_, 0ms) : Millis{});
}

Task<void> Relay::run()
{
    ready_ = true; // one that waits for its turn serves too
    while (!stopped_) {
        const Millis asked_at = clock_.monotonic();
        Result<Lease> lease = co_await leases_.acquire(config_.lease, config_.holder, config_.lease_length, soon());
        if (!lease && lease.error() == Errc::canceled) co_return;
        if (!lease) {
            if (lease.error() != Errc::conflict) tell(lease.error());
            co_await pause(config_.retry_pause);
            continue;
        }
        held_until_ = asked_at + config_.lease_length;
        Lease mine = *lease;
        co_await carry(std::move(mine));
        oldest_.reset(); // whoever has the lease now tells
        tell_age();
    }
}

// Asks again when a third of the time is over.
AsyncResult<void> Relay::keep(Lease& lease)
{
    const Millis now = clock_.monotonic();
    if (now < held_until_ - config_.lease_length * 2 / 3) co_return Result<void>{};
    Lease held = lease;
    Result<Lease> renewed = co_await leases_.renew(std::move(held), config_.lease_length, soon());
    if (!renewed) co_return renewed.error();
    lease = std::move(*renewed);
    held_until_ = now + config_.lease_length;
    co_return Result<void>{};
}

Task<void> Relay::carry(Lease lease)
{
    Millis idle = config_.first_pause;
    while (!stopped_) {
        const Result<void> kept = co_await keep(lease);
        const bool over = clock_.monotonic() >= held_until_;
        if (!kept && (over || kept.error() == Errc::conflict || kept.error() == Errc::canceled)) co_return;
        if (over) co_return;
        Result<std::vector<StoredEvent>> events = co_await outbox_.pending(config_.events_at_once, soon());
        if (events) look_at(*events);
        tell_age();
        Result<void> done;
        if (!events) done = events.error();
        if (events && events->empty()) {
            co_await pause(idle);
            idle = std::min(2 * idle, config_.idle_pause);
            continue;
        }
        if (events) {
            idle = config_.first_pause;
            const auto count = static_cast<std::int64_t>(events->size());
            std::vector<StoredEvent> sent = *events;
            done = co_await deliver(std::move(sent));
            if (done) {
                Lease held = lease;
                done = co_await outbox_.carried(std::move(held), std::move(*events), soon());
            }
            if (done) carried_ += count;
        }
        tell(done);
        if (!done && (done.error() == Errc::conflict || done.error() == Errc::canceled)) co_return;
        if (!done) co_await pause(config_.retry_pause);
    }
    const Result<void> released = co_await leases_.release(std::move(lease), soon());
    if (!released) log::debug("the relay's lease runs out by itself", {{"error.message", released.error().message()}});
}

// Topic by topic; each keeps its order. After an error everything is delivered again, and the ids tell.
AsyncResult<void> Relay::deliver(std::vector<StoredEvent> events)
{
    std::map<std::string, std::vector<Event>> by_topic;
    for (StoredEvent& stored : events) by_topic[stored.topic].push_back(std::move(stored.event));
    for (auto& [topic, list] : by_topic) {
        if (clock_.monotonic() >= held_until_) co_return Errc::conflict; // another may be at it
        const Result<void> appended = co_await log_.append(topic, std::move(list), soon());
        if (!appended) co_return appended.error();
    }
    co_return Result<void>{};
}

} // namespace harvest
