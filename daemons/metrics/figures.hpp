// What the metrics daemon tells Prometheus. Label sets are closed: events of a type that is not known count as "other".
#pragma once

#include "common/telemetry/metrics.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace harvest::metrics {

class Figures {
public:
    Figures(telemetry::Metrics& metrics, std::string slot);

    void projected(std::string_view projection, std::int64_t fresh, std::int64_t reached);
    void parked(std::string_view projection);

    void handled(std::string_view event_type, double age_seconds);
    void match(std::string_view mode, std::string_view seats); // seats: people, mixed, bots
    void harvested(std::string_view crop, std::int64_t units);
    void traded(std::int64_t coins);
    void minted(std::string_view by, std::int64_t coins);
    void sunk(std::string_view by, std::int64_t coins);

private:
    telemetry::Counter& counter(const std::string& name, const std::string& help, telemetry::Labels labels);

    telemetry::Metrics& metrics_;
    std::string slot_;
    std::map<std::string, telemetry::Counter> counters_; // those asked for before
    std::map<std::string, int> crops_;                   // seen; a bound on their label
    telemetry::Histogram age_;
};

} // namespace harvest::metrics
