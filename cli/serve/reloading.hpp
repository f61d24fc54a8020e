// What a process reads again: of the configuration what may change is applied, the rest is named, a bad one changes
// nothing.
#pragma once

#include "cli/command.hpp"
#include "cli/live_contents.hpp"
#include "cli/serve/choices.hpp"
#include "cli/settings.hpp"

#include <functional>
#include <mutex>

namespace harvest::cli {

class Reloading {
public:
    // `settings` are those that the invocation gave at its start, and `apply` takes them with what has changed since.
    // The invocation outlives it.
    Reloading(const Invocation& invocation, Alone alone, Settings settings, std::function<void(const Settings&)> apply);
    // Any thread.
    Reloaded operator()();

private:
    const Invocation& invocation_;
    Alone alone_;
    std::function<void(const Settings&)> apply_;
    std::mutex mutex_;
    Settings settings_;
};

// Every reload of a process, whoever asks for it: told to the log, to the service manager, and to who looks later.
class Reloads {
public:
    using Part = std::function<Reloaded()>;
    Reloads(Part content, Part configuration) : content_(std::move(content)), configuration_(std::move(configuration))
    {
    }
    // Any thread but a daemon's.
    Reloaded operator()();
    LastReload last() const; // any thread

private:
    Part content_, configuration_;
    std::mutex one_at_a_time_;
    mutable std::mutex mutex_; // of the next
    LastReload last_;
};

} // namespace harvest::cli
