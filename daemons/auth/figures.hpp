// Metrics of the auth daemon.
#pragma once

#include "common/telemetry/metrics.hpp"

namespace harvest::auth {

struct Figures {
    explicit Figures(telemetry::Metrics& metrics);
    telemetry::Counter logins(std::string_view method, bool accepted) const; // password or device

    telemetry::Histogram hash_wait;
    telemetry::Counter refresh_reuse, token_rejects;
    telemetry::Counter registered_password, registered_device;

private:
    telemetry::Metrics& metrics_;
};

} // namespace harvest::auth
