// The metrics daemon: what follows from the events. It reads harvest.user and harvest.game as the consumer groups
// "metrics.<projection>" (statistics, achievements: the Progress store) and "metrics" (figures for Prometheus): at
// least once, each effect once. A projection that was dropped is made again from the log while the game goes on.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/event_log_admin.hpp"
#include "common/ports/progress.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/task_group.hpp"
#include "daemons/daemon.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/metrics/config.hpp"
#include "daemons/metrics/figures.hpp"
#include "daemons/metrics/service.hpp"

#include <functional>
#include <memory>

namespace harvest::metrics {

class MetricsDaemon final : public Daemon {
public:
    // `id` is this slot's ("metrics-0"); ports outlive run().
    MetricsDaemon(Config config, std::string id, Executor executor, const GameContents& contents, EventLog& log,
                  EventLogAdmin& log_admin, Progress& progress, Accounts& accounts, Clock& clock,
                  telemetry::Metrics& metrics);
    ~MetricsDaemon() override;

    std::string_view name() const override { return "metrics"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override;

private:
    enum class Past { no, yes }; // whether an event is read again for a rebuild
    using Handle = std::function<AsyncResult<void>(std::vector<StoredEvent>)>;
    struct Projection {
        std::string name, group;
        std::int64_t epoch{}; // 0: not known yet
        bool caught_up{true};
    };

    // Reads for a group, hands over what comes, and commits. Ends when it is canceled.
    Task<void> follow(std::string group, Handle handle);
    Deadline store_by() const { return clock_.after(config_.store_timeout); }
    AsyncResult<void> pause(Millis& length); // doubled each time

    // handle_projected.cpp. Errors of all: canceled.
    AsyncResult<void> handle_projected(Projection& of, std::vector<StoredEvent> events, Past past);
    ProjectedEvent project(const Projection& of, const Event& event, const std::vector<Deed>& deeds, Past past) const;
    AsyncResult<void> apply(Projection& of, std::vector<ProjectedEvent> events, Error& refused);
    AsyncResult<void> set_aside(const Projection& of, const StoredEvent& stored, Error why);

    // rebuild.cpp
    Task<void> watch(Projection& of);
    AsyncResult<void> look(Projection& of); // reads the epoch. Errors: those of the store
    AsyncResult<void> read_past(Projection& of);
    AsyncResult<void> apply_past(Projection& of, std::vector<StoredEvent> page, std::int64_t followed);

    // handle_figures.cpp
    AsyncResult<void> handle_figures(std::vector<StoredEvent> events);
    enum class Kind { person, bot };
    AsyncResult<Kind> kind_of(PlayerId player);
    AsyncResult<void> tell_bots(std::vector<Deed>& deeds);

    Config config_;
    std::string id_;
    Executor executor_;
    const GameContents& contents_;
    EventLog& log_;
    EventLogAdmin& log_admin_;
    Progress& progress_;
    Accounts& accounts_;
    Clock& clock_;
    Figures figures_;
    std::vector<std::unique_ptr<Projection>> projections_;
    std::map<PlayerId, Kind> kinds_; // of players seen lately
    std::int64_t handled_{};
    bool ready_{}, stopped_{};
    Signal stopping_;
    TaskGroup tasks_;
};

} // namespace harvest::metrics
