#include "daemons/auth/figures.hpp"

namespace harvest::auth {

Figures::Figures(telemetry::Metrics& metrics)
    : hash_wait(metrics.histogram("harvest_auth_hash_wait_seconds",
                                  "Time from asking for a password hash until it is there.")),
      refresh_reuse(metrics.counter("harvest_auth_refresh_reuse_total",
                                    "Refresh tokens used a second time; each ended its session.")),
      token_rejects(metrics.counter("harvest_auth_token_rejects_total", "Tokens refused.", {{"where", "auth"}})),
      registered_password(
          metrics.counter("harvest_auth_registrations_total", "New accounts.", {{"method", "password"}})),
      registered_device(metrics.counter("harvest_auth_registrations_total", "New accounts.", {{"method", "device"}})),
      metrics_(metrics)
{
    for (const char* method : {"password", "device"})
        for (const bool accepted : {true, false}) logins(method, accepted);
}

telemetry::Counter Figures::logins(std::string_view method, bool accepted) const
{
    return metrics_.counter("harvest_auth_logins_total", "Attempts to sign in.",
                            {{"method", std::string(method)}, {"outcome", accepted ? "accepted" : "denied"}});
}

} // namespace harvest::auth
