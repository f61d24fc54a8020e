// One request on its way to a handler, and the making of replies.
#pragma once

#include "common/ports/http.hpp"
#include "common/ports/tokens.hpp"
#include "common/protocol/json.hpp"
#include "common/protocol/problem.hpp"
#include "common/telemetry/trace.hpp"
#include "daemons/gateway/edition.hpp"
#include "daemons/gateway/service.hpp"

#include <string>
#include <string_view>

namespace harvest::gateway {

struct Call {
    const HttpRequest& request;
    std::string_view id; // what stands for {id} in the path
    AccessClaims who;    // where the route asks for a bearer token
    telemetry::Trace trace;
    std::string address; // as limits know it
    Deadline by;
    std::shared_ptr<const Edition> edition; // of the game's data, as it was when the request came
};

HttpResponse json_reply(int status, std::string body);

template <class T>
HttpResponse reply(const T& value, int status = 200)
{
    return json_reply(status, protocol::encode(value));
}

HttpResponse no_content();

// Data that changes with its hash only: cached by everybody, not sent to who has it.
HttpResponse catalogue_reply(const std::string& body, const std::string& hash, const Call& call);

// Status, code and title come from the error; `detail` tells this one apart. Waiting errors carry Retry-After.
HttpResponse problem(const telemetry::Trace& trace, const Error& error, std::string_view detail = {});
HttpResponse problem(const Call& call, const Error& error, std::string_view detail = {});
// For what HTTP itself has a status but Errc no code.
HttpResponse http_problem(const telemetry::Trace& trace, int status, std::string_view code, std::string_view title);
// craft.missing_ingredients, with what is lacking.
HttpResponse missing_problem(const Call& call, std::vector<protocol::AssetAmount> missing);
HttpResponse deck_problem(const Call& call, std::vector<protocol::ProblemFault> faults);

// The request's body, strictly. Errors: invalid_argument with `why`.
template <class T>
Result<T> read_body(const Call& call, std::string& why)
{
    return protocol::decode<T>(call.request.body, &why);
}

// The id in the path; one that cannot exist is not found. Errors: not_found.
template <class TypedId>
Result<TypedId> path_id(const Call& call)
{
    Result<TypedId> id = parse_id<TypedId>(call.id);
    if (!id) return Errc::not_found;
    return id;
}

} // namespace harvest::gateway
