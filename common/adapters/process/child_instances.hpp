// Instances as child processes: some always, some warm in reserve, more on demand. Each has to tell READY and, from
// then on, WATCHDOG (sd_notify(3)); one that dies, hangs or never is ready is started again, ever later (backoff with
// jitter). What is not needed, and all at the end, is drained: SIGTERM, and SIGKILL when that takes too long.
#pragma once

#include "common/adapters/process/child.hpp"
#include "common/ports/presence.hpp"
#include "common/runtime/supervised.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <random>

namespace harvest::process {

struct ChildOptions {
    std::size_t least{1}, most{8}, warm{1}; // children always; at most; ready ones without a match, within `most`
    Millis start_within{20'000}, watchdog{10'000}, drain{25'000};
    Millis first_backoff{200}, longest_backoff{30'000}, steady_after{10'000};
    Millis idle_after{60'000};         // how long one too many stands idle before it is drained
    Millis acknowledge_within{30'000}; // a match given to an instance that never speaks of it holds it no longer
    Millis look_every{1'000};          // at what the instances announce
};

// run(), stop(), ready() and load() are for the loop's thread; the others for any.
class ChildInstances final : public Supervised {
public:
    using Command = std::function<std::vector<std::string>(std::size_t index)>;
    using InstanceId = std::function<std::string(std::size_t index)>;
    using Changed = std::function<void(const std::vector<std::size_t>& indices)>;
    // A child has come or gone. Reasons: least, reserve, demand, restart; idle, stopped, killed, failed.
    struct Scaled {
        std::string id;
        bool started{};
        std::string_view reason;
        std::string how;        // it ended: "exit code 1"
        std::size_t children{}; // that there are now
        bool comes_back{};      // it ended, and is started again
    };
    using Told = std::function<void(const Scaled& scaled)>;

    // `command` starts the child of an index (0 to most - 1), which then announces itself as `id` of it. `presence`
    // tells which of them hold matches ("matches" of their load). May be made before its loop is, and outlive it.
    ChildInstances(ChildOptions options, Command command, InstanceId id, Presence& presence, const Clock& clock);
    ~ChildInstances() override;

    std::string_view name() const override { return "instances"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override;
    std::map<std::string, std::int64_t> load() const override;

    // A match was given to this instance: it is not idle until it is acknowledged or time is over.
    void hold(const std::string& instance);
    // All places are taken: starts another one, if there may be more. False if nothing is under way or possible.
    bool want_more();
    // Those that are ready read their configuration again (SIGHUP).
    void reload();
    // Hears which indices can be called, whenever that changes; on the loop's thread. Set before run().
    void on_change(Changed changed) { changed_ = std::move(changed); }
    // Hears of each that comes or goes; on the loop's thread. Set before run().
    void on_scale(Told told) { scaled_ = std::move(told); }

    struct Figures {
        std::size_t children{}, ready{};
        std::uint64_t restarts{}, killed{}; // killed: hung, late to start or late to end
    };
    Figures figures() const;

private:
    enum class Phase { starting, ready, draining, resting };
    struct Place {
        std::unique_ptr<Child> child;
        Phase phase{Phase::resting};
        Millis due{};  // of starting, draining or resting
        Millis sign{}; // of life, or the time it became ready
        Millis ready_at{}, backoff{}, idle_since{};
        bool leaving{}, killed{};
        bool behind{}; // told to reload before it could be
    };
    struct Bell;
    struct Running;

    Task<void> turn();
    void start(std::size_t index, Place& place, std::string_view reason);
    void listen(std::size_t index, Place& place);
    void judge(std::size_t index, Place& place);
    void has_ended(std::size_t index, Place& place, const std::string& how);
    void kill(std::size_t index, Place& place, std::string_view why);
    void drain(std::size_t index, Place& place);
    Task<void> look();
    void scale();
    bool is_unheard(std::size_t index, const Place& place) const;
    bool add_one(std::string_view reason);
    void tell(std::size_t index, bool started, std::string_view reason, std::string how = {},
              bool comes_back = false) const;
    Millis jittered(Millis length);
    void count();

    ChildOptions options_;
    Command command_;
    InstanceId id_;
    Presence& presence_;
    const Clock& clock_;
    Changed changed_;
    Told scaled_;
    std::vector<std::size_t> told_; // what `changed_` heard last
    std::map<std::size_t, Place> places_;
    std::map<std::string, std::int64_t> matches_; // by instance, as announced
    Millis looked_at_{};
    bool looked_{}, stopping_{};
    std::minstd_rand random_{std::random_device{}()};

    mutable std::mutex mutex_;
    std::shared_ptr<Bell> bell_;          // while it runs
    std::map<std::string, Millis> holds_; // instance to when it ends
    std::size_t wanted_{};
    Figures figures_;
    bool growing_{true}; // some child is starting or not heard of yet, or there may be more
};

} // namespace harvest::process
