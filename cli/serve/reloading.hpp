// Reads the configuration again: what may change is applied, the rest is named, a bad one changes nothing.
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

} // namespace harvest::cli
