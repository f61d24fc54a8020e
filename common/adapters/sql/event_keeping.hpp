// Keeps the event log of a store to its retention: looks every hour, a few events at a time, so that others write in
// between. What Kafka does by itself.
#pragma once

#include "common/adapters/sql/event_log.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/supervised.hpp"

namespace harvest::sql {

class EventKeeping final : public Supervised {
public:
    EventKeeping(SqlEventLog& log, Executor executor, Clock& clock);

    std::string_view name() const override { return "retention"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override { return {{"forgotten", forgotten_}}; }

private:
    AsyncResult<void> forget_all();

    SqlEventLog& log_;
    Clock& clock_;
    Signal stopping_;
    std::int64_t forgotten_ = 0;
    bool stopped_ = false, ready_ = false;
};

} // namespace harvest::sql
