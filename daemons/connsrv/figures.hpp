// The connection server's metrics (harvest_connsrv_*), handles made once.
#pragma once

#include "common/ports/client_link.hpp"
#include "common/telemetry/metrics.hpp"
#include "daemons/connsrv/ops.hpp"

#include <array>
#include <map>
#include <string>

namespace harvest::connsrv {

enum class Outcome { ok, refused, failed };

class Figures {
public:
    Figures(telemetry::Metrics& metrics, const std::string& slot);

    void opened(const std::string& transport);
    void closed(const std::string& transport, CloseReason reason);
    void handshake_failed(std::string_view reason); // timeout, token, revoked, protocol, limited, unavailable
    void served(Op op, Outcome outcome, Millis took);
    void bad_message() { bad_.add(); }

private:
    telemetry::Metrics& metrics_;
    std::string slot_;
    std::map<std::string, telemetry::Gauge> connections_;
    std::array<std::array<telemetry::Counter, 3>, op_count> ops_;
    std::array<telemetry::Histogram, op_count> durations_;
    telemetry::Counter bad_;
};

} // namespace harvest::connsrv
