#include "cli/bots/rest_door.hpp"

#include "cli/bots/habits.hpp"
#include "common/protocol/problem.hpp"

#include <fmt/format.h>

namespace harvest::bots {

HttpRequest rest_request(std::string method, std::string path, std::string body)
{
    HttpRequest request;
    request.method = std::move(method);
    request.path = std::move(path);
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    request.body = std::move(body);
    return request;
}

RestDoor::RestDoor(World& world, std::size_t first, std::string local_address)
    : world_(world),
      door_(first),
      local_address_(std::move(local_address))
{
}

void RestDoor::open()
{
    HttpTarget rest = world_.doors.rest[door_ % world_.doors.rest.size()];
    rest.local_address = local_address_;
    http_ = world_.http.make(rest);
}

AsyncResult<HttpResponse> RestDoor::send(HttpRequest request)
{
    if (world_.doors.rest.empty()) co_return Errc::unavailable;
    if (!http_) open();
    if (!access_token_.empty()) request.headers.emplace_back("authorization", "Bearer " + access_token_);
    Result<HttpResponse> response = co_await http_->send(std::move(request), world_.clock.after(call_time));
    if (!response && is_cut(response.error()) && world_.doors.rest.size() > 1) {
        ++door_;
        open();
    }
    co_return response;
}

AsyncResult<std::string> RestDoor::ask(HttpRequest request)
{
    Result<HttpResponse> response = co_await send(std::move(request));
    if (!response) last_code_ = wire_code(classify(response.error()));
    if (!response) co_return response.error();
    if (response->status / 100 == 2) co_return std::move(response->body);
    const auto problem = protocol::decode<protocol::Problem>(response->body, nullptr, protocol::Unknown::ignore);
    last_code_ = problem ? problem->code : fmt::format("http_{}", response->status);
    if (problem) co_return from_wire_code(problem->code);
    co_return response->status >= 500 ? Errc::unavailable : Errc::internal;
}

} // namespace harvest::bots
