// A call between daemons as HTTP/1.1: POST /rpc/<daemon>/<id or ->/<method>, a JSON body, X-Deadline-Ms, traceparent.
// A reply of the callee is 200, or has its error's wire code in X-Error-Code; any other reply is one of the listener
// itself, which has not begun the call.
#pragma once

#include "common/ports/http.hpp"
#include "common/ports/rpc.hpp"

#include <string>
#include <string_view>

namespace harvest::web {

inline constexpr std::string_view rpc_deadline_header = "x-deadline-ms";

// Without the deadline, which the client adds when the request leaves. Errors: invalid_argument (a name that is empty
// or has more than letters, digits and "._-"; a body beyond max_rpc_body_bytes).
Result<HttpRequest> to_http(const RpcRequest& request);
// The deadline is a little earlier than the caller's, so that a late answer still arrives. Errors: invalid_argument.
Result<RpcRequest> from_http(HttpRequest request, const Clock& clock);

HttpResponse to_http(Result<std::string> outcome);
HttpResponse refuse_rpc(int status, std::string_view code, std::string_view title);

struct RpcReply {
    Result<std::string> outcome;
    bool begun{true}; // false: another target may be asked
};
RpcReply from_http(HttpResponse response);

} // namespace harvest::web
