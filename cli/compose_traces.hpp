// The part of the composition root that follows traces through the daemons, if a collector is named.
#pragma once

#include "cli/settings.hpp"
#include "common/adapters/otlp/traced_event_log.hpp"
#include "common/adapters/otlp/traced_rpc.hpp"
#include "common/runtime/supervisor.hpp"

#include <map>
#include <optional>
#include <string>

namespace harvest::cli {

class Traces {
public:
    // What it is given outlives it. Throws ConfigurationError.
    Traces(const TraceSettings& settings, Rpc& rpc, EventLog& log, Clock& clock, Entropy& entropy,
           telemetry::Metrics& metrics);

    telemetry::Spans& spans() { return spans_; }
    // What a slot calls and reads with, one slot after the other: the given ones where nothing is traced.
    Rpc& rpc(const std::string& slot);
    EventLog& log(const std::string& slot);
    // Sends the spans; ends after the daemons. None where nothing is traced.
    std::optional<SlotPlan> slot();

private:
    const TraceSettings& settings_;
    Rpc& rpc_;
    EventLog& log_;
    Clock& clock_;
    Entropy& entropy_;
    telemetry::Metrics& metrics_;
    telemetry::Spans spans_;
    std::map<std::string, otlp::TracedRpc> rpcs_;
    std::map<std::string, otlp::TracedEventLog> logs_;
};

} // namespace harvest::cli
