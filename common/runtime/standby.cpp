#include "common/runtime/standby.hpp"

#include "common/base/log.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <utility>

namespace harvest {

Standby::Standby(StandbyConfig config, Make make, Executor executor, Leases& leases, Clock& clock)
    : config_(std::move(config)),
      make_(std::move(make)),
      executor_(std::move(executor)),
      leases_(leases),
      clock_(clock),
      stopping_(executor_)
{
}

void Standby::stop()
{
    stopped_ = true;
    stopping_.ring();
    if (daemon_) daemon_->stop();
}

std::map<std::string, std::int64_t> Standby::load() const
{
    if (daemon_) return daemon_->load();
    return {{"standby", 1}};
}

Task<void> Standby::pause(Millis length)
{
    using namespace asio::experimental::awaitable_operators;
    if (!stopped_) (void)co_await (stopping_.wait() || clock_.sleep_until(clock_.after(length)));
}

Task<void> Standby::run()
{
    bool told = false;
    while (!stopped_) {
        Result<Lease> lease = co_await leases_.acquire(config_.lease, config_.holder, config_.lease_length, soon());
        if (lease) {
            told = false;
            Lease mine = std::move(*lease);
            co_await lead(std::move(mine));
            continue;
        }
        if (lease.error() == Errc::canceled) co_return;
        waiting_ = true;
        if (lease.error() != Errc::conflict && !std::exchange(told, true))
            log::warn("a lease cannot be asked for",
                      {{"lease", config_.lease}, {"error.message", lease.error().message()}});
        co_await pause(config_.retry_pause);
    }
}

Task<void> Standby::lead(Lease lease)
{
    log::info("leads", {{"event.action", "lease.won"}, {"lease", config_.lease}});
    daemon_ = make_(executor_);
    waiting_ = false;
    TaskGroup keeping(executor_);
    auto hold = [this, &lease] { return keep(lease); };
    keeping.spawn(hold);
    std::exception_ptr failure;
    try {
        co_await daemon_->run();
    }
    catch (...) {
        failure = std::current_exception();
    }
    keeping.cancel();
    co_await keeping.join();
    daemon_.reset();
    (void)co_await leases_.release(std::move(lease), soon()); // else it runs out by itself
    if (failure) std::rethrow_exception(failure);
}

// Renews every third of the length; a lease that is lost, or cannot be renewed in time, ends the daemon.
Task<void> Standby::keep(Lease& lease)
{
    Millis held_until = clock_.monotonic() + config_.lease_length;
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(config_.lease_length / 3));
        if (!slept) co_return;
        const Millis asked_at = clock_.monotonic();
        Lease held = lease;
        Result<Lease> renewed = co_await leases_.renew(std::move(held), config_.lease_length, soon());
        if (renewed) {
            lease = std::move(*renewed);
            held_until = asked_at + config_.lease_length;
            continue;
        }
        if (renewed.error() == Errc::canceled) co_return;
        if (renewed.error() != Errc::conflict && clock_.monotonic() < held_until) continue;
        log::warn("leads no more", {{"event.action", "lease.lost"}, {"lease", config_.lease}});
        if (daemon_) daemon_->stop();
        co_return;
    }
}

} // namespace harvest
