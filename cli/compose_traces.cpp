#include "cli/compose_traces.hpp"

#include "cli/host_name.hpp"
#include "cli/version.hpp"
#include "common/adapters/otlp/exporter.hpp"
#include "common/adapters/web/client.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace harvest::cli {
namespace {

struct Collector {
    HttpTarget target;
    std::string path;
};

Collector collector_of(const std::string& endpoint)
{
    const auto url = boost::urls::parse_uri(endpoint);
    const bool tls = url && url->scheme() == "https";
    if (!url || (!tls && url->scheme() != "http") || url->host_address().empty() || url->has_userinfo() ||
        url->has_query() || url->has_fragment())
        throw ConfigurationError("the collector of traces cannot be reached as configured",
                                 fmt::format("'{}' is no URL of it", endpoint),
                                 "set telemetry.traces.endpoint to http://HOST:4318/v1/traces, or https://…");
    Collector out;
    out.target.tls = tls;
    out.target.host = url->host_address();
    out.target.port = url->has_port() ? url->port_number() : static_cast<std::uint16_t>(tls ? 443 : 80);
    out.path = url->path().empty() ? "/v1/traces" : url->path();
    return out;
}

} // namespace

Traces::Traces(const TraceSettings& settings, Rpc& rpc, EventLog& log, Clock& clock, Entropy& entropy,
               telemetry::Metrics& metrics)
    : settings_(settings),
      rpc_(rpc),
      log_(log),
      clock_(clock),
      entropy_(entropy),
      metrics_(metrics),
      spans_(!settings.endpoint.empty(), static_cast<std::uint64_t>(settings.one_in),
             static_cast<std::size_t>(settings.room))
{
    if (spans_.on()) (void)collector_of(settings.endpoint);
}

Rpc& Traces::rpc(const std::string& slot)
{
    return spans_.on() ? rpcs_.try_emplace(slot, slot, rpc_, spans_, entropy_).first->second : rpc_;
}

EventLog& Traces::log(const std::string& slot)
{
    return spans_.on() ? logs_.try_emplace(slot, slot, log_, spans_, entropy_).first->second : log_;
}

std::optional<SlotPlan> Traces::slot()
{
    if (!spans_.on()) return std::nullopt;
    const auto make = [this](const Executor& executor) -> std::unique_ptr<Supervised> {
        Collector collector = collector_of(settings_.endpoint);
        otlp::ExporterConfig config;
        config.collector = std::move(collector.target);
        config.path = std::move(collector.path);
        config.source = {std::string(version_text()), host_name()};
        config.batch = static_cast<std::size_t>(settings_.batch);
        config.every = settings_.every;
        config.timeout = settings_.timeout;
        web::HttpClientConfig client;
        client.max_connections = 1;
        client.max_response_bytes = 64 * 1024;
        client.reuse_within = 30s;
        return std::make_unique<otlp::Exporter>(std::move(config), web::make_http_clients(client, executor, clock_),
                                                spans_, clock_, executor, metrics_);
    };
    return SlotPlan{"traces-0", "traces", make};
}

} // namespace harvest::cli
