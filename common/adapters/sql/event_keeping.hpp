// Keeps the events in a store to their retention, those of its event log or of the outbox to another one: looks every
// hour, a few events at a time, so that others write in between.
#pragma once

#include "common/ports/clock.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/supervised.hpp"

#include <functional>

namespace harvest::sql {

class EventKeeping final : public Supervised {
public:
    // Deletes at most so many of what is past its time (of each partition), and gives how many; 0: there is no more.
    using Forget = std::function<AsyncResult<std::int64_t>(std::size_t max, Deadline by)>;
    EventKeeping(Forget forget, Executor executor, Clock& clock);

    std::string_view name() const override { return "retention"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override { return {{"forgotten", forgotten_}}; }

private:
    AsyncResult<void> forget_all();

    Forget forget_;
    Clock& clock_;
    Signal stopping_;
    std::int64_t forgotten_ = 0;
    bool stopped_ = false, ready_ = false;
};

} // namespace harvest::sql
