#include "daemons/gateway/figures.hpp"

#include <algorithm>

namespace harvest::gateway {

Figures::Figures(telemetry::Metrics& metrics)
{
    const auto limited = [&metrics](const char* by) {
        return metrics.counter("harvest_gateway_rate_limited_total", "Requests refused by a rate limit.",
                               {{"limit", by}});
    };
    limited_address = limited("address");
    limited_account = limited("account");
    limited_route = limited("route");
    token_rejects = metrics.counter("harvest_auth_token_rejects_total", "Tokens refused.", {{"where", "gateway"}});
    const auto add = [this, &metrics](std::string_view method, std::string_view pattern) {
        PerRoute row;
        for (std::size_t i = 0; i < row.by_class.size(); ++i)
            row.by_class[i] = metrics.counter("harvest_gateway_requests_total", "Requests answered.",
                                              {{"method", std::string(method)},
                                               {"route", std::string(pattern)},
                                               {"code", std::to_string(i + 2) + "xx"}});
        row.duration = metrics.histogram("harvest_gateway_request_duration_seconds", "Time to answer a request.",
                                         {{"method", std::string(method)}, {"route", std::string(pattern)}});
        routes_.push_back(row);
    };
    for (const Route& route : routes()) add(route.method, route.pattern);
    add("other", "other");
}

void Figures::answered(const Route* route, int status, double seconds) const
{
    const std::size_t index = route ? static_cast<std::size_t>(route - routes().data()) : routes_.size() - 1;
    const std::size_t group = static_cast<std::size_t>(std::clamp(status / 100, 2, 5) - 2);
    routes_[index].by_class[group].add();
    routes_[index].duration.observe(seconds);
}

} // namespace harvest::gateway
