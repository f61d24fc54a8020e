#include "common/adapters/web/rpc_wire.hpp"

#include "common/adapters/web/http_text.hpp"
#include "common/base/log.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace harvest::web {
namespace {

constexpr std::string_view error_header = "x-error-code";
constexpr std::string_view prefix = "/rpc/";
constexpr Millis longest{600'000}; // that a caller may make us work for it

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

std::vector<std::string_view> split(std::string_view path)
{
    std::vector<std::string_view> out;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        out.push_back(path.substr(at, slash - at));
        at = slash + 1;
    }
    return out;
}

std::string_view header_of(const HttpResponse& response, std::string_view name)
{
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return {};
}

} // namespace

Result<HttpRequest> to_http(const RpcRequest& request)
{
    if (!is_name(request.daemon) || !is_name(request.method) || (!request.id.empty() && !is_name(request.id)) ||
        request.body.size() > max_rpc_body_bytes)
        return Errc::invalid_argument;
    HttpRequest out;
    out.method = "POST";
    out.path.append(prefix).append(request.daemon).append("/");
    out.path.append(request.id.empty() ? "-" : request.id).append("/").append(request.method);
    out.headers.emplace_back("content-type", "application/json");
    if (!request.traceparent.empty()) out.headers.emplace_back("traceparent", request.traceparent);
    out.body = request.body;
    return out;
}

Result<RpcRequest> from_http(HttpRequest request, const Clock& clock)
{
    if (request.method != "POST" || !request.path.starts_with(prefix)) return Errc::invalid_argument;
    const auto parts = split(std::string_view(request.path).substr(prefix.size()));
    if (parts.size() != 3 || !std::ranges::all_of(parts, is_name)) return Errc::invalid_argument;
    const std::string_view text = request.header(rpc_deadline_header);
    std::int64_t left = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), left);
    if (text.empty() || fault != std::errc() || end != text.data() + text.size() || left < 0)
        return Errc::invalid_argument;
    const std::int64_t margin = std::clamp<std::int64_t>(left / 10, 1, 20);
    RpcRequest out;
    out.daemon = parts[0];
    if (parts[1] != "-") out.id = parts[1];
    out.method = parts[2];
    out.traceparent = request.header("traceparent");
    out.body = std::move(request.body);
    out.by = clock.after(std::min(Millis{left - margin}, longest));
    return out;
}

HttpResponse to_http(Result<std::string> outcome)
{
    if (outcome && outcome->size() > max_rpc_body_bytes) {
        log::error("a reply between daemons is too large to be sent", {{"bytes", outcome->size()}});
        outcome = Errc::internal;
    }
    HttpResponse out;
    if (outcome) {
        out.body = std::move(*outcome);
        return out;
    }
    const std::string code(wire_code(outcome.error()));
    const ErrcRow& row = errc_row(classify(outcome.error()));
    out = refuse_rpc(row.http_status, code, row.message);
    out.headers.emplace_back(error_header, code);
    return out;
}

HttpResponse refuse_rpc(int status, std::string_view code, std::string_view title)
{
    HttpResponse out;
    out.status = status;
    out.content_type = "application/problem+json";
    out.body = problem_body({status, code, title});
    return out;
}

RpcReply from_http(HttpResponse response)
{
    if (response.status == 200) return {std::move(response.body), true};
    if (const std::string_view code = header_of(response, error_header); !code.empty())
        return {from_wire_code(code), true};
    // Overloaded, draining, or without that slot: nothing has begun there.
    if (response.status == 503) return {Errc::unavailable, false};
    if (response.status == 403) return {Errc::permission_denied, true};
    return {response.status == 413 ? Errc::invalid_argument : Errc::internal, true};
}

} // namespace harvest::web
