// POST /v1/reports: chat decides what the player sees and keeps it as evidence.
#include "common/protocol/reports.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Task<HttpResponse> handle_report(Rpc& rpc, const Call& call)
{
    std::string why;
    Result<protocol::ReportRequest> body = read_body<protocol::ReportRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    const protocol::PlayerReportRequest asked{call.who.player, std::move(*body)};
    RpcRequest request;
    request.daemon = "chat";
    request.method = "report";
    request.body = protocol::encode(asked);
    request.traceparent = call.trace.traceparent;
    request.by = call.by;
    const Result<std::string> answer = co_await rpc.call(std::move(request));
    if (!answer) co_return problem(call, answer.error());
    const auto filed = protocol::decode<protocol::PlayerReportReply>(*answer, nullptr, protocol::Unknown::ignore);
    if (!filed) co_return problem(call, make_error_code(Errc::internal));
    co_return reply(filed->report, filed->repeated ? 200 : 201);
}

} // namespace harvest::gateway
