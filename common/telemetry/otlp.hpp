// Spans as OTLP/HTTP JSON: the body of POST /v1/traces (opentelemetry-proto, trace/v1; ids in hex, times as strings of
// nanoseconds, as its JSON mapping wants them).
#pragma once

#include "common/telemetry/trace.hpp"

#include <span>

namespace harvest::telemetry {

struct OtlpSource {
    std::string version; // of harvestctl
    std::string host;
};

// One resource a daemon's slot: service.namespace "harvest", service.name "gateway", service.instance.id "gateway-0".
std::string to_otlp(const OtlpSource& source, std::span<const Span> spans);

} // namespace harvest::telemetry
