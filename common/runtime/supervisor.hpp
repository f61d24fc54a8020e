// Runs slots, each on a thread and single-threaded loop of its own: start in order with readiness, drain in reverse
// inside a deadline, a second signal forces. Tells systemd READY, RELOADING, STOPPING, STATUS and WATCHDOG.
#pragma once

#include "common/base/time.hpp"
#include "common/runtime/supervised.hpp"

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace harvest {

struct SlotPlan {
    std::string id;     // "auth-0"
    std::string daemon; // "auth"
    // Runs on the slot's own thread. Throws if the slot cannot be made.
    std::function<std::unique_ptr<Supervised>(Executor)> make;
};

enum class SlotState { waiting, starting, ready, unready, draining, stopped, failed };
std::string_view to_string(SlotState state);

struct SlotStatus {
    std::string id, daemon;
    SlotState state{};
    Millis uptime{}, loop_age{}; // loop_age: since the loop last turned
    std::map<std::string, std::int64_t> load;
    std::string last_error;
};

struct SupervisorOptions {
    Millis start_timeout{15'000}, drain_timeout{30'000}, loop_stall{10'000};
    bool handle_signals{true};
    std::function<void()> on_ready;                           // all slots are ready; on the caller's thread
    std::function<std::string()> on_reload;                   // SIGHUP; gives a line for STATUS=
    std::function<void(const std::string& line)> on_progress; // of a drain, every 5 s
    std::function<std::string()> status_line;                 // for STATUS=
};

// A slot did not start; `code` says why, as it came out of run() or make().
class StartError : public std::runtime_error {
public:
    StartError(std::string slot_id, Error why, const std::string& what)
        : std::runtime_error(what),
          slot(std::move(slot_id)),
          code(why)
    {
    }
    std::string slot;
    Error code;
    bool stuck{}; // some thread could not be stopped: the process must leave at once
};

class Supervisor {
public:
    Supervisor(std::vector<SlotPlan> plans, SupervisorOptions options);
    ~Supervisor();

    struct Ended {
        bool forced{};                // a second signal, or the deadline passed
        std::vector<std::string> cut; // slots that had not ended
        std::string failed;           // the slot whose end stopped everything
    };
    // Starts all slots, waits for a signal or request_drain(), drains. Throws StartError, with everything started
    // stopped again. After a forced end the slots' threads still run: the process must leave at once.
    Ended run();

    // For any thread:
    void request_drain();
    std::vector<SlotStatus> status() const;
    bool draining() const;
    bool alive() const; // every loop has turned within loop_stall

private:
    struct Slot;
    struct State;
    void start(Slot& slot);
    bool stop(Slot& slot);
    void serve();
    void stop_started();
    std::unique_ptr<State> state_;
};

} // namespace harvest
