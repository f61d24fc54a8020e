// What a peer may send as a call between daemons: lines of method, path, deadline and traceparent, then the body. It is
// refused, or names a daemon, slot and method that travel on and back unchanged.
#include "common/adapters/web/rpc_wire.hpp"

#include "common/adapters/memory/manual_clock.hpp"

#include <array>
#include <cstdlib>

namespace {

using namespace harvest;

void check(bool claim)
{
    if (!claim) std::abort();
}

// The next line, taken off the front.
std::string next_line(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    std::string line(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

void check_reply(const HttpRequest& seen)
{
    HttpResponse response;
    response.status = 100 + static_cast<int>(seen.path.size() % 500);
    response.headers.emplace_back("x-error-code", seen.method);
    response.body = seen.body;
    const web::RpcReply reply = web::from_http(std::move(response));
    check(reply.outcome || reply.outcome.error());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const memory::ManualClock clock;
    std::string_view text(reinterpret_cast<const char*>(data), size);
    HttpRequest request;
    request.method = next_line(text);
    request.path = next_line(text);
    request.headers.emplace_back(web::rpc_deadline_header, next_line(text));
    request.headers.emplace_back("traceparent", next_line(text));
    request.body = text;
    check_reply(request);

    const HttpRequest seen = request;
    const Result<RpcRequest> call = web::from_http(std::move(request), clock);
    if (!call) return 0;
    check(!call->daemon.empty() && !call->method.empty() && call->by <= clock.after(std::chrono::hours{1}));
    const Result<HttpRequest> again = web::to_http(*call);
    check(again.has_value());
    check(again->path == seen.path && again->body == seen.body && again->method == seen.method);
    return 0;
}
