#include "common/runtime/supervisor.hpp"

#include "common/base/assert.hpp"
#include "common/base/log.hpp"
#include "common/runtime/service_notify.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace harvest {
namespace {

constexpr auto beat_while_starting = 1ms;
constexpr auto beat_while_serving = 250ms;

Millis monotonic_now()
{
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

} // namespace

std::string_view to_string(SlotState state)
{
    constexpr std::string_view names[] = {"waiting", "starting", "ready", "unready", "draining", "stopped", "failed"};
    return names[static_cast<std::size_t>(state)];
}

// Shared between the slot's thread and the supervisor's; all but the atomics under State::mutex.
struct Supervisor::Slot {
    SlotPlan plan;
    SlotState state = SlotState::waiting;
    Millis started_at{};
    std::map<std::string, std::int64_t> load;
    std::string last_error;
    Error error;
    std::atomic<std::int64_t> turned_at{0};
    std::shared_ptr<asio::io_context> loop; // kept until the thread is joined
    Supervised* object = nullptr;           // touched on its own thread only
    std::thread thread;
};

struct Supervisor::State {
    std::vector<std::unique_ptr<Slot>> slots;
    SupervisorOptions options;
    mutable std::mutex mutex;
    std::condition_variable changed;
    asio::io_context main{1};
    std::atomic<bool> stop_asked{false};
    std::atomic<int> signals{0}; // to stop; the second one forces, a repeated request does not
    std::atomic<bool> draining{false};
    std::string failed;
    Ended ended;
    Millis drain_deadline{};

    SlotState set(Slot& slot, SlotState state, Error error, std::string why); // gives the one before
    void run_slot(Slot& slot);
    void stop_requested();
    void reload();
};

SlotState Supervisor::State::set(Slot& slot, SlotState state, Error error, std::string why)
{
    SlotState before{};
    {
        const std::lock_guard lock(mutex);
        before = std::exchange(slot.state, state);
        if (!why.empty()) slot.last_error = std::move(why);
        if (error) slot.error = error;
    }
    changed.notify_all();
    return before;
}

namespace {

// Looks after one slot from inside its loop: readiness, load, proof that the loop turns.
template <class State, class Slot>
class Beat {
public:
    Beat(State& state, Slot& slot, asio::io_context& loop) : state_(state), slot_(slot), timer_(loop) {}

    void turn()
    {
        slot_.turned_at.store(monotonic_now().count(), std::memory_order_relaxed);
        const bool ready = slot_.object->ready();
        auto load = slot_.object->load();
        bool changed = false;
        {
            const std::lock_guard lock(state_.mutex);
            slot_.load = std::move(load);
            const SlotState before = slot_.state;
            if (ready && (before == SlotState::starting || before == SlotState::unready))
                slot_.state = SlotState::ready;
            if (!ready && before == SlotState::ready) slot_.state = SlotState::unready;
            changed = before != slot_.state;
            was_ready_ = was_ready_ || slot_.state == SlotState::ready;
        }
        if (changed) state_.changed.notify_all();
        timer_.expires_after(was_ready_ ? Millis{beat_while_serving} : Millis{beat_while_starting});
        timer_.async_wait([this](const boost::system::error_code& error) {
            if (!error) turn();
        });
    }

    void stop() { timer_.cancel(); }

private:
    State& state_;
    Slot& slot_;
    asio::steady_timer timer_;
    bool was_ready_ = false;
};

// What threw out of its loop has tasks in the middle of their work: it is not taken down under them.
void leave_behind(std::unique_ptr<Supervised> object)
{
    static std::mutex mutex;
    static auto* const left = new std::vector<std::unique_ptr<Supervised>>; // as long as the process
    const std::lock_guard lock(mutex);
    left->push_back(std::move(object));
}

struct Outcome {
    Error error;
    std::string why;
};

Outcome outcome_of(const std::exception_ptr& failure)
{
    if (!failure) return {};
    try {
        std::rethrow_exception(failure);
    }
    catch (const boost::system::system_error& e) {
        // what() ends with the code's own words, which the caller says in his own way.
        std::string what = e.what();
        const std::string tail = std::string(": ") + e.code().what();
        if (what.size() > tail.size() && what.ends_with(tail)) what.erase(what.size() - tail.size());
        return {e.code(), what};
    }
    catch (const std::exception& e) {
        return {make_error_code(Errc::internal), e.what()};
    }
}

} // namespace

void Supervisor::State::run_slot(Slot& slot)
{
    asio::io_context& loop = *slot.loop;
    Outcome outcome;
    std::unique_ptr<Supervised> object;
    try {
        object = slot.plan.make(loop.get_executor());
        slot.object = object.get();
        Beat<State, Slot> beat(*this, slot, loop);
        auto on_end = [&](std::exception_ptr failure) {
            outcome = outcome_of(failure);
            beat.stop();
            loop.stop();
        };
        asio::co_spawn(loop, object->run(), on_end);
        asio::post(loop, [&beat] { beat.turn(); });
        loop.run();
        slot.object = nullptr;
    }
    catch (...) {
        slot.object = nullptr;
        outcome = outcome_of(std::current_exception());
        leave_behind(std::move(object));
    }
    object.reset();
    const bool failure = static_cast<bool>(outcome.error);
    const SlotState before = set(slot, failure ? SlotState::failed : SlotState::stopped, outcome.error, outcome.why);
    if (failure && before != SlotState::starting) // a start that fails is its caller's to tell
        log::error(
            "a daemon ended by an error",
            {{"event.action", "daemon.failed"}, {"service.node.name", slot.plan.id}, {"error.message", outcome.why}});
    if (draining) return;
    // A daemon that ends by itself takes everything with it: half a backend is none.
    asio::post(main, [this, id = slot.plan.id] {
        if (failed.empty() && !draining) failed = id;
        stop_requested();
    });
}

void Supervisor::State::stop_requested()
{
    stop_asked = true;
    main.stop();
    changed.notify_all();
}

void Supervisor::State::reload()
{
    service_notify::reloading();
    const std::string line = options.on_reload ? options.on_reload() : "nothing to reload";
    service_notify::ready(line);
}

Supervisor::Supervisor(std::vector<SlotPlan> plans, SupervisorOptions options) : state_(std::make_unique<State>())
{
    state_->options = std::move(options);
    for (SlotPlan& plan : plans) {
        auto slot = std::make_unique<Slot>();
        slot->plan = std::move(plan);
        slot->loop = std::make_shared<asio::io_context>(1);
        state_->slots.push_back(std::move(slot));
    }
}

Supervisor::~Supervisor()
{
    for (const auto& slot : state_->slots)
        if (slot->thread.joinable()) slot->thread.detach(); // only after a forced end; see run()
}

void Supervisor::start(Slot& slot)
{
    const Millis now = monotonic_now();
    slot.turned_at = now.count();
    {
        const std::lock_guard guard(state_->mutex);
        slot.started_at = now;
        slot.state = SlotState::starting;
    }
    slot.thread = std::thread([this, &slot] { state_->run_slot(slot); });
    const Millis deadline = now + state_->options.start_timeout;
    std::unique_lock lock(state_->mutex);
    while (slot.state == SlotState::starting && monotonic_now() < deadline && !state_->stop_asked) {
        state_->changed.wait_for(lock, 20ms);
        lock.unlock();
        state_->main.restart();
        state_->main.poll(); // a signal during the start
        lock.lock();
    }
    if (slot.state == SlotState::ready) return;
    if (slot.state == SlotState::starting && state_->stop_asked) return; // told to stop meanwhile
    const bool late = slot.state == SlotState::starting;
    const Error code = late         ? make_error_code(Errc::timed_out)
                       : slot.error ? slot.error
                                    : make_error_code(Errc::internal);
    const std::string what = late ? fmt::format("not ready within {} ms", state_->options.start_timeout.count())
                             : slot.last_error.empty() ? "it ended before it was ready"
                                                       : slot.last_error;
    lock.unlock();
    throw StartError(slot.plan.id, code, what);
}

// False if the deadline passed or a second signal came first.
bool Supervisor::stop(Slot& slot)
{
    if (!slot.thread.joinable()) return true;
    {
        const std::lock_guard lock(state_->mutex);
        if (slot.state != SlotState::stopped && slot.state != SlotState::failed) slot.state = SlotState::draining;
    }
    asio::post(*slot.loop, [&slot] {
        if (slot.object) slot.object->stop();
    });
    Millis next_word = monotonic_now() + 5s;
    std::unique_lock lock(state_->mutex);
    while (slot.state == SlotState::draining) {
        if (state_->signals > 1 || monotonic_now() >= state_->drain_deadline) return false;
        state_->changed.wait_for(lock, 50ms);
        if (monotonic_now() >= next_word) {
            next_word += 5s;
            std::string held;
            for (const auto& [what, count] : slot.load) held += fmt::format(" {} {}", count, what);
            const std::string line = fmt::format("draining {}:{}", slot.plan.id, held);
            lock.unlock();
            service_notify::extend(10s);
            service_notify::status(line);
            if (state_->options.on_progress) state_->options.on_progress(line);
            lock.lock();
        }
        lock.unlock();
        state_->main.restart();
        state_->main.poll(); // the second signal
        lock.lock();
    }
    lock.unlock();
    slot.thread.join();
    return true;
}

void Supervisor::stop_started()
{
    state_->draining = true;
    state_->drain_deadline = monotonic_now() + state_->options.drain_timeout;
    for (auto slot = state_->slots.rbegin(); slot != state_->slots.rend(); ++slot) {
        if (stop(**slot)) continue;
        state_->ended.forced = true;
        for (const auto& each : state_->slots)
            if (each->thread.joinable()) state_->ended.cut.push_back(each->plan.id);
        return;
    }
}

// The caller's thread while all is well: signals, the watchdog, the status line.
void Supervisor::serve()
{
    asio::steady_timer timer(state_->main);
    const std::optional<Millis> interval = service_notify::watchdog_interval();
    const Millis every = interval ? std::min<Millis>(*interval / 2, 5s) : 5s;
    std::function<void(const boost::system::error_code&)> tick = [&](const boost::system::error_code& error) {
        if (error) return;
        if (alive())
            service_notify::watchdog();
        else
            log::error("a loop has stalled", {{"event.action", "loop.stalled"}});
        if (state_->options.status_line) service_notify::status(state_->options.status_line());
        timer.expires_after(every);
        timer.async_wait(tick);
    };
    tick({});
    state_->main.restart();
    if (!state_->stop_asked) state_->main.run();
}

Supervisor::Ended Supervisor::run()
{
    asio::signal_set stops(state_->main), reloads(state_->main);
    std::function<void(const boost::system::error_code&, int)> on_stop, on_reload;
    on_stop = [&](const boost::system::error_code& error, int) {
        if (error) return;
        stops.async_wait(on_stop);
        ++state_->signals;
        state_->stop_requested();
    };
    on_reload = [&](const boost::system::error_code& error, int) {
        if (error) return;
        reloads.async_wait(on_reload);
        state_->reload();
    };
    if (state_->options.handle_signals) {
        stops.add(SIGTERM);
        stops.add(SIGINT);
        reloads.add(SIGHUP);
        stops.async_wait(on_stop);
        reloads.async_wait(on_reload);
    }
    try {
        for (const auto& slot : state_->slots)
            if (!state_->stop_asked) start(*slot);
    }
    catch (StartError& e) {
        stop_started();
        e.stuck = state_->ended.forced;
        throw;
    }
    if (!state_->stop_asked) {
        service_notify::ready("ready");
        if (state_->options.on_ready) state_->options.on_ready();
        serve();
    }
    service_notify::stopping("draining");
    state_->ended.failed = state_->failed;
    stop_started();
    return state_->ended;
}

void Supervisor::request_drain()
{
    asio::post(state_->main, [this] { state_->stop_requested(); });
}

std::vector<SlotStatus> Supervisor::status() const
{
    const Millis now = monotonic_now();
    const std::lock_guard lock(state_->mutex);
    std::vector<SlotStatus> out;
    for (const auto& slot : state_->slots) {
        SlotStatus status;
        status.id = slot->plan.id;
        status.daemon = slot->plan.daemon;
        status.state = slot->state;
        if (slot->started_at.count() > 0) status.uptime = now - slot->started_at;
        if (slot->started_at.count() > 0)
            status.loop_age = now - Millis{slot->turned_at.load(std::memory_order_relaxed)};
        status.load = slot->load;
        status.last_error = slot->last_error;
        out.push_back(std::move(status));
    }
    return out;
}

bool Supervisor::draining() const
{
    return state_->draining;
}

bool Supervisor::alive() const
{
    for (const SlotStatus& slot : status()) {
        const bool running =
            slot.state != SlotState::waiting && slot.state != SlotState::stopped && slot.state != SlotState::failed;
        if (running && slot.loop_age > state_->options.loop_stall) return false;
    }
    return true;
}

} // namespace harvest
