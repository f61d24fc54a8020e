#include "common/adapters/process/child_instances.hpp"

#include "common/base/log.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>

namespace harvest::process {
namespace {

constexpr Millis tick{100}; // the grain of every deadline here

} // namespace

struct ChildInstances::Bell {
    explicit Bell(const Executor& loop) : executor(loop), timer(loop) {}
    void ring()
    {
        rung = true;
        timer.cancel();
    }
    Executor executor;
    asio::steady_timer timer;
    bool rung{};
};

// The bell and the children are of the loop, and go before it.
struct ChildInstances::Running {
    Running(ChildInstances& children, const Executor& executor) : of(children)
    {
        const std::lock_guard lock(of.mutex_);
        of.bell_ = std::make_shared<Bell>(executor);
    }
    ~Running()
    {
        of.places_.clear(); // empty, unless something was thrown
        const std::lock_guard lock(of.mutex_);
        of.bell_.reset();
        of.growing_ = false;
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ChildInstances& of;
};

ChildInstances::ChildInstances(ChildOptions options, Command command, InstanceId id, Presence& presence,
                               const Clock& clock)
    : options_(options),
      command_(std::move(command)),
      id_(std::move(id)),
      presence_(presence),
      clock_(clock)
{
    options_.most = std::max({options_.most, options_.least, std::size_t{1}});
}

ChildInstances::~ChildInstances() = default;

Task<void> ChildInstances::run()
{
    const Executor executor = co_await asio::this_coro::executor;
    const Running running(*this, executor);
    co_await turn();
}

Task<void> ChildInstances::turn()
{
    const std::size_t first = std::clamp(options_.warm, options_.least, options_.most);
    for (std::size_t i = 0; i < first && !stopping_; ++i) add_one("least");
    while (!stopping_ || !places_.empty()) {
        for (auto at = places_.begin(); at != places_.end();) {
            const auto current = at++;
            listen(current->first, current->second);
            judge(current->first, current->second);
            if (!current->second.child && current->second.leaving) places_.erase(current);
        }
        if (!stopping_ && clock_.monotonic() - looked_at_ >= options_.look_every) co_await look();
        if (!stopping_) scale();
        count();
        if (std::exchange(bell_->rung, false)) continue;
        boost::system::error_code ignored;
        bell_->timer.expires_after(tick);
        co_await bell_->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        bell_->rung = false;
    }
}

void ChildInstances::stop()
{
    if (std::exchange(stopping_, true)) return;
    for (auto& [index, place] : places_) drain(index, place);
    if (bell_) bell_->ring();
}

void ChildInstances::start(std::size_t index, Place& place, std::string_view reason)
{
    const Millis now = clock_.monotonic();
    auto ring = [weak = std::weak_ptr<Bell>(bell_)] {
        if (const auto bell = weak.lock()) bell->ring();
    };
    Result<std::unique_ptr<Child>> child =
        Child::spawn(command_(index), options_.watchdog, bell_->executor, std::move(ring));
    if (!child) return has_ended(index, place, "could not be started");
    place.child = std::move(*child);
    place.phase = Phase::starting;
    place.due = now + options_.start_within;
    place.killed = place.behind = false;
    log::info("instance process started", {{"instance", id_(index)}, {"process.pid", place.child->pid()}});
    tell(index, true, reason);
}

void ChildInstances::listen(std::size_t index, Place& place)
{
    if (!place.child) return;
    const Millis now = clock_.monotonic();
    for (const std::string& line : place.child->said()) {
        place.sign = now;
        if (line == "READY=1" && place.phase == Phase::starting) {
            place.phase = Phase::ready;
            place.ready_at = place.idle_since = now;
            if (std::exchange(place.behind, false)) place.child->signal(SIGHUP);
        } else if (line == "STOPPING=1" && place.phase != Phase::draining) {
            place.phase = Phase::draining; // by an order that was not ours: another takes its place
            place.due = now + options_.drain;
        }
    }
    if (const std::optional<std::string> how = place.child->ended()) has_ended(index, place, *how);
}

void ChildInstances::judge(std::size_t index, Place& place)
{
    const Millis now = clock_.monotonic();
    if (!place.child) {
        if (!place.leaving && now >= place.due) start(index, place, "restart");
        return;
    }
    if (place.phase == Phase::ready) {
        if (now - place.ready_at >= options_.steady_after) place.backoff = Millis{0};
        if (now - place.sign > options_.watchdog) kill(index, place, "it hangs");
    } else if (now >= place.due) {
        kill(index, place, place.phase == Phase::starting ? "it does not become ready" : "its drain takes too long");
    }
}

void ChildInstances::has_ended(std::size_t index, Place& place, const std::string& how)
{
    if (std::exchange(place.child, nullptr)) {
        const std::string_view asked = stopping_ ? "stopped" : "idle";
        tell(index, false, place.killed ? "killed" : place.leaving ? asked : "failed", how, !place.leaving);
    }
    if (place.leaving) {
        log::info("instance process drained", {{"instance", id_(index)}, {"process.exit", how}});
        return;
    }
    const Millis wait = jittered(std::max(place.backoff, options_.first_backoff));
    place.backoff = std::min(std::max(place.backoff, options_.first_backoff) * 2, options_.longest_backoff);
    place.phase = Phase::resting;
    place.due = clock_.monotonic() + wait;
    {
        const std::lock_guard lock(mutex_);
        ++figures_.restarts;
        holds_.erase(id_(index)); // what it held must find another home
    }
    log::warn("instance process ended, and is started again",
              {{"instance", id_(index)}, {"process.exit", how}, {"wait_ms", wait.count()}});
}

void ChildInstances::kill(std::size_t index, Place& place, std::string_view why)
{
    if (std::exchange(place.killed, true)) return;
    {
        const std::lock_guard lock(mutex_);
        ++figures_.killed;
    }
    log::warn("instance process killed", {{"instance", id_(index)}, {"error.message", why}});
    place.child->signal(SIGKILL);
}

void ChildInstances::drain(std::size_t index, Place& place)
{
    place.leaving = true;
    if (!place.child || place.phase == Phase::draining) return;
    log::info("instance process drains", {{"instance", id_(index)}});
    place.phase = Phase::draining;
    place.due = clock_.monotonic() + options_.drain;
    place.child->signal(SIGTERM);
}

Task<void> ChildInstances::look()
{
    looked_at_ = clock_.monotonic();
    const Result<std::vector<DaemonPresence>> daemons = co_await presence_.daemons(clock_.after(500ms));
    looked_ = daemons.has_value(); // unknown: nobody counts as idle
    matches_.clear();
    if (!daemons) co_return;
    for (const DaemonPresence& each : *daemons) {
        const auto told = each.load.find("matches");
        if (each.daemon == "instance") matches_[each.id] = told == each.load.end() ? 0 : told->second;
    }
}

// Keeps `warm` of them free, starts what is wanted, drains one that has been too many for long.
void ChildInstances::scale()
{
    const Millis now = clock_.monotonic();
    std::size_t wanted = 0, coming = 0, idle = 0;
    std::map<std::size_t, Place>::iterator last = places_.end();
    {
        const std::lock_guard lock(mutex_);
        wanted = std::exchange(wanted_, 0);
        std::erase_if(holds_, [now](const auto& hold) { return hold.second <= now; });
        for (auto at = places_.begin(); at != places_.end(); ++at) {
            Place& place = at->second;
            const std::string id = id_(at->first);
            const auto held = matches_.find(id);
            coming += !place.leaving &&
                      (place.phase == Phase::starting || place.phase == Phase::resting || is_unheard(at->first, place));
            const bool is_idle = place.phase == Phase::ready && looked_ && held != matches_.end() &&
                                 held->second == 0 && !holds_.contains(id);
            if (!is_idle) {
                place.idle_since = now;
                continue;
            }
            ++idle;
            if (now - place.idle_since >= options_.idle_after) last = at;
        }
    }
    const std::size_t unknown = looked_ ? 0 : options_.warm; // nothing is started on a guess
    const bool in_demand = wanted > 0 && coming == 0;
    if (in_demand || idle + coming + unknown < options_.warm)
        add_one(in_demand ? "demand" : "reserve");
    else if (last != places_.end() && idle > options_.warm && places_.size() > options_.least)
        drain(last->first, last->second);
}

// One that is ready and has not been heard of yet is as good as coming.
bool ChildInstances::is_unheard(std::size_t index, const Place& place) const
{
    return place.phase == Phase::ready && !matches_.contains(id_(index)) &&
           clock_.monotonic() - place.ready_at < options_.start_within;
}

bool ChildInstances::add_one(std::string_view reason)
{
    for (std::size_t index = 0; index < options_.most; ++index) {
        if (places_.contains(index)) continue;
        start(index, places_[index], reason);
        return true;
    }
    return false;
}

void ChildInstances::tell(std::size_t index, bool started, std::string_view reason, std::string how,
                          bool comes_back) const
{
    if (!scaled_) return;
    const auto there = std::ranges::count_if(places_, [](const auto& each) { return each.second.child != nullptr; });
    scaled_({id_(index), started, reason, std::move(how), static_cast<std::size_t>(there), comes_back});
}

Millis ChildInstances::jittered(Millis length)
{
    std::uniform_int_distribution<Millis::rep> spread(length.count() / 2, length.count());
    return Millis{spread(random_)};
}

void ChildInstances::count()
{
    std::size_t ready = 0;
    bool coming = false;
    std::vector<std::size_t> alive;
    for (const auto& [index, place] : places_) {
        ready += place.phase == Phase::ready;
        if (place.child && place.phase != Phase::starting) alive.push_back(index);
        coming = coming || (!place.leaving && (place.phase == Phase::starting || is_unheard(index, place)));
    }
    if (changed_ && alive != told_) changed_(told_ = alive);
    const std::lock_guard lock(mutex_);
    figures_.children = places_.size();
    figures_.ready = ready;
    growing_ = !stopping_ && (coming || places_.size() < options_.most);
}

bool ChildInstances::ready() const
{
    return figures().ready >= options_.least;
}

std::map<std::string, std::int64_t> ChildInstances::load() const
{
    const Figures now = figures();
    return {{"children", static_cast<std::int64_t>(now.children)},
            {"ready", static_cast<std::int64_t>(now.ready)},
            {"restarts", static_cast<std::int64_t>(now.restarts)}};
}

void ChildInstances::hold(const std::string& instance)
{
    const std::lock_guard lock(mutex_);
    holds_[instance] = clock_.monotonic() + options_.acknowledge_within;
}

bool ChildInstances::want_more()
{
    const std::lock_guard lock(mutex_);
    if (!growing_) return false;
    ++wanted_;
    if (!bell_) return true; // not yet: the first turn sees it
    asio::post(bell_->executor, [weak = std::weak_ptr<Bell>(bell_)] {
        if (const auto bell = weak.lock()) bell->ring();
    });
    return true;
}

void ChildInstances::reload()
{
    const std::lock_guard lock(mutex_);
    if (!bell_) return;
    asio::post(bell_->executor, [this, weak = std::weak_ptr<Bell>(bell_)] {
        if (weak.expired()) return;
        for (auto& [index, place] : places_) {
            if (place.child && place.phase == Phase::ready) place.child->signal(SIGHUP);
            place.behind = place.phase == Phase::starting; // it may have read the old one, and knows no SIGHUP yet
        }
    });
}

ChildInstances::Figures ChildInstances::figures() const
{
    const std::lock_guard lock(mutex_);
    return figures_;
}

} // namespace harvest::process
