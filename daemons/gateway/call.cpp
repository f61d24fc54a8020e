#include "daemons/gateway/call.hpp"

#include "common/game/crafting/errc.hpp"
#include "common/protocol/auth_errc.hpp"
#include "common/protocol/crafting.hpp"
#include "common/protocol/idempotency.hpp"

#include <algorithm>

namespace harvest::gateway {
namespace {

constexpr std::string_view busy_wait = "2", lockout_wait = "30", retry_wait = "1";

std::string_view retry_after(const Error& error)
{
    if (error == protocol::AuthErrc::busy) return busy_wait;
    if (error == protocol::AuthErrc::too_many_failures) return lockout_wait;
    const Errc meaning = classify(error);
    const bool again = meaning == Errc::unavailable || meaning == Errc::resource_exhausted ||
                       meaning == Errc::canceled || meaning == Errc::in_doubt || meaning == Errc::timed_out;
    return again ? retry_wait : std::string_view();
}

HttpResponse problem_reply(const protocol::Problem& body)
{
    HttpResponse response = json_reply(body.status, protocol::encode(body));
    response.content_type = protocol::problem_content_type;
    return response;
}

} // namespace

HttpResponse json_reply(int status, std::string body)
{
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

HttpResponse no_content()
{
    HttpResponse response;
    response.status = 204;
    response.content_type.clear();
    return response;
}

HttpResponse catalogue_reply(const std::string& body, const std::string& hash, const Call& call)
{
    const std::string tag = '"' + hash + '"';
    HttpResponse response = call.request.header("if-none-match") == tag ? no_content() : json_reply(200, body);
    if (response.status == 204) response.status = 304;
    response.headers.emplace_back("ETag", tag);
    response.headers.emplace_back("Cache-Control", "public, max-age=300");
    return response;
}

HttpResponse problem(const telemetry::Trace& trace, const Error& error, std::string_view detail)
{
    const ErrcRow& row = errc_row(classify(error));
    protocol::Problem body;
    body.title = error.category() == errc_category() ? std::string(row.message) : error.message();
    if (row.errc == Errc::internal) body.title = row.message; // nothing of our insides
    body.status = row.http_status;
    if (error == protocol::IdempotencyErrc::key_reused) body.status = 422; // a status that no Errc has
    if (!detail.empty()) body.detail = detail;
    body.code = wire_code(error);
    body.trace_id = trace.id();
    HttpResponse response = problem_reply(body);
    if (const std::string_view wait = retry_after(error); !wait.empty())
        response.headers.emplace_back("Retry-After", wait);
    if (body.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"harvest\"");
    return response;
}

HttpResponse problem(const Call& call, const Error& error, std::string_view detail)
{
    return problem(call.trace, error, detail);
}

HttpResponse http_problem(const telemetry::Trace& trace, int status, std::string_view code, std::string_view title)
{
    protocol::Problem body;
    body.title = title;
    body.status = status;
    body.code = code;
    body.trace_id = trace.id();
    return problem_reply(body);
}

HttpResponse missing_problem(const Call& call, std::vector<protocol::AssetAmount> missing)
{
    const Error error = make_error_code(game::crafting::CraftErrc::missing_ingredients);
    protocol::Problem body;
    body.title = error.message();
    body.status = errc_row(classify(error)).http_status;
    body.detail = "missing: " + protocol::text_of(missing);
    body.code = wire_code(error);
    body.trace_id = call.trace.id();
    body.missing = std::move(missing);
    return problem_reply(body);
}

HttpResponse deck_problem(const Call& call, std::vector<protocol::ProblemFault> faults)
{
    protocol::Problem body;
    body.title = "the deck is not legal";
    body.status = 400;
    body.code = "deck.illegal";
    body.trace_id = call.trace.id();
    body.faults = std::move(faults);
    return problem_reply(body);
}

} // namespace harvest::gateway
