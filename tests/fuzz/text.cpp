// H12, H1: short texts from outside: traceparent, RFC 3339, Redis URLs, thresholds, conditions, files of offsets. What
// is read is written and read back the same.
#include "cli/admin/offsets.hpp"
#include "cli/api/eventlog_rules.hpp"
#include "cli/loadtest/thresholds.hpp"
#include "common/adapters/redis/server.hpp"
#include "common/telemetry/trace.hpp"

#include <boost/url/url.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>

namespace {

using namespace harvest;

void check(bool claim)
{
    if (!claim) std::abort();
}

// W3C Trace Context, level 1, section 3.2.2.
bool is_w3c(std::string_view text)
{
    constexpr std::string_view form = "00-11111111111111111111111111111111-2222222222222222-33";
    if (text.size() != form.size()) return false;
    for (std::size_t i = 0; i < form.size(); ++i) {
        const bool hex = std::string_view("0123456789abcdef").find(text[i]) != std::string_view::npos;
        if (form[i] == '-' ? text[i] != '-' : !hex) return false;
    }
    return !text.starts_with("ff") && text.substr(3, 32) != std::string(32, '0') &&
           text.substr(36, 16) != std::string(16, '0');
}

void check_trace(std::string_view text)
{
    const bool known = telemetry::is_traceparent(text);
    check(!known || is_w3c(text.substr(0, 55)));
    check(!is_w3c(text) || known);
    std::array<std::uint8_t, 24> random{};
    std::copy_n(text.begin(), std::min(text.size(), random.size()), random.begin());
    const telemetry::Trace trace = telemetry::continue_trace(text, random);
    check(is_w3c(trace.traceparent) && trace.traceparent.starts_with("00"));
    check(trace.parent == (known ? text.substr(36, 16) : ""));
    check(!known || (trace.id() == text.substr(3, 32) && trace.traceparent.ends_with(text.substr(52, 3))));
}

void check_time(std::string_view text)
{
    const Result<Millis> time = parse_rfc3339(text);
    if (!time) return;
    const Result<Millis> again = parse_rfc3339(to_rfc3339(*time));
    check(again && *again == *time);
}

std::string url_of(const redis::Server& server)
{
    boost::urls::url url(server.tls ? "rediss://host" : "redis://host");
    url.set_user(server.user);
    url.set_password(server.password);
    url.set_host_address(server.host);
    url.set_port_number(server.port);
    url.set_path(fmt::format("/{}", server.database));
    return std::string(std::string_view(url.buffer()));
}

void check_server(std::string_view text)
{
    const Result<redis::Server> server = redis::parse_server(text);
    if (!server) return;
    check(!server->host.empty() && server->port != 0 && server->database >= 0);
    const std::size_t literal = text.find(']');
    check(literal == std::string_view::npos || literal + 1 == text.size() || text[literal + 1] == ':' ||
          text[literal + 1] == '/');
    const Result<redis::Server> again = redis::parse_server(url_of(*server));
    check(again && url_of(*again) == url_of(*server)); // an address has several spellings
}

void check_threshold(std::string_view text)
{
    const Result<loadtest::Threshold> read = loadtest::parse_threshold(text);
    if (!read) return;
    check(std::isfinite(read->limit));
    const Result<loadtest::Threshold> again = loadtest::parse_threshold(
        fmt::format("{}: {} {} {}{}", read->metric, read->aggregate, read->op, read->limit, read->unit));
    check(again && again->metric == read->metric && again->aggregate == read->aggregate && again->op == read->op &&
          again->limit == read->limit && again->unit == read->unit);
    check(holds(*read, read->limit) == (read->op.find('=') != std::string::npos));
}

void check_condition(std::string_view text)
{
    const Result<cli::api::Condition> read = cli::api::parse_condition(text);
    check(!read || read->path + (read->negated ? "!=" : "=") + read->value == text);
}

void check_offsets(const std::string& text)
{
    std::istringstream in(text);
    auto read = cli::parse_offsets(in, "chat");
    auto* offsets = std::get_if<cli::json::array>(&read);
    if (!offsets) return;
    std::string lines;
    for (cli::json::value& each : *offsets) {
        cli::json::object line = each.as_object();
        line["group"] = "chat";
        lines += cli::json::serialize(line) + '\n';
    }
    std::istringstream written(lines);
    const auto again = cli::parse_offsets(written, "chat");
    check(std::holds_alternative<cli::json::array>(again) && std::get<cli::json::array>(again) == *offsets);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string text(reinterpret_cast<const char*>(data), size);
    check_trace(text);
    check_time(text);
    check_server(text);
    check_threshold(text);
    check_condition(text);
    check_offsets(text);
    return 0;
}
