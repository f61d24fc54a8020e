// Metrics of the gateway, made before the first request so that none waits for a label.
#pragma once

#include "common/telemetry/metrics.hpp"
#include "daemons/gateway/routes.hpp"

#include <array>
#include <vector>

namespace harvest::gateway {

class Figures {
public:
    explicit Figures(telemetry::Metrics& metrics);
    // Without a route: a path that is none.
    void answered(const Route* route, int status, double seconds) const;

    telemetry::Counter limited_address, limited_account, limited_route, token_rejects;

private:
    struct PerRoute {
        std::array<telemetry::Counter, 4> by_class; // 2xx to 5xx
        telemetry::Histogram duration;
    };
    std::vector<PerRoute> routes_; // as routes(), then that of no route
};

} // namespace harvest::gateway
