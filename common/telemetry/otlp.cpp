#include "common/telemetry/otlp.hpp"

#include <boost/json.hpp>

#include <map>

namespace harvest::telemetry {
namespace {

namespace json = boost::json;

constexpr int status_error = 2; // opentelemetry.proto.trace.v1.Status.StatusCode

json::object attribute(std::string_view key, std::string_view value)
{
    return {{"key", key}, {"value", {{"stringValue", value}}}};
}

json::object encoded(const Span& span)
{
    json::object out{{"traceId", span.trace.id()},
                     {"spanId", span.trace.span()},
                     {"name", span.name},
                     {"kind", static_cast<int>(span.kind)},
                     {"startTimeUnixNano", std::to_string(span.begun)},
                     {"endTimeUnixNano", std::to_string(span.ended)}};
    if (!span.trace.parent.empty()) out["parentSpanId"] = span.trace.parent;
    json::array attributes;
    for (const auto& [key, value] : span.attributes) attributes.push_back(attribute(key, value));
    if (!attributes.empty()) out["attributes"] = std::move(attributes);
    if (!span.error.empty()) out["status"] = {{"code", status_error}, {"message", span.error}};
    return out;
}

json::object resource(const OtlpSource& source, std::string_view daemon)
{
    return {{"attributes",
             {attribute("service.namespace", "harvest"), attribute("service.name", daemon.substr(0, daemon.rfind('-'))),
              attribute("service.instance.id", daemon), attribute("service.version", source.version),
              attribute("host.name", source.host)}}};
}

} // namespace

std::string to_otlp(const OtlpSource& source, std::span<const Span> spans)
{
    std::map<std::string_view, json::array> by_daemon;
    for (const Span& span : spans) by_daemon[span.daemon].push_back(encoded(span));
    json::array resources;
    for (auto& [daemon, its] : by_daemon) {
        json::object scope{{"scope", {{"name", "harvestctl"}, {"version", source.version}}}, {"spans", std::move(its)}};
        resources.push_back({{"resource", resource(source, daemon)}, {"scopeSpans", json::array{std::move(scope)}}});
    }
    return json::serialize(json::object{{"resourceSpans", std::move(resources)}});
}

} // namespace harvest::telemetry
