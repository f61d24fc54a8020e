#include "common/adapters/otlp/traced_rpc.hpp"

#include "common/base/fault.hpp"

namespace harvest::otlp {

using telemetry::Span;
using telemetry::SpanKind;

TracedRpc::TracedRpc(std::string who, Rpc& inner, telemetry::Spans& spans, Entropy& entropy)
    : who_(std::move(who)),
      inner_(inner),
      spans_(spans),
      entropy_(entropy)
{
}

Span TracedRpc::begin(const RpcRequest& request, SpanKind kind)
{
    Span span;
    span.trace = telemetry::continue_trace(request.traceparent, entropy_.bytes<24>());
    span.daemon = who_;
    span.name = request.daemon + '.' + request.method;
    span.kind = kind;
    span.begun = telemetry::unix_nanoseconds();
    return span;
}

void TracedRpc::end(Span span, const Result<std::string>& outcome)
{
    const bool failed = !outcome && is_fault(outcome.error());
    if (!spans_.wants(span.trace, failed)) return;
    span.ended = telemetry::unix_nanoseconds();
    span.attributes.emplace_back("rpc.system", "harvest");
    if (!outcome) span.attributes.emplace_back("error.type", wire_code(outcome.error()));
    if (failed) span.error = outcome.error().message();
    spans_.add(std::move(span));
}

AsyncResult<std::string> TracedRpc::call(RpcRequest request)
{
    if (request.traceparent.empty()) co_return co_await inner_.call(std::move(request));
    Span span = begin(request, SpanKind::client);
    request.traceparent = span.trace.traceparent;
    Result<std::string> outcome = co_await inner_.call(std::move(request));
    end(std::move(span), outcome);
    co_return outcome;
}

// Its own copy of the handler, which may be withdrawn while it runs.
AsyncResult<std::string> TracedRpc::answer(RpcHandler handler, RpcRequest request)
{
    if (request.traceparent.empty()) co_return co_await handler(std::move(request));
    Span span = begin(request, SpanKind::server);
    request.traceparent = span.trace.traceparent;
    Result<std::string> outcome = co_await handler(std::move(request));
    end(std::move(span), outcome);
    co_return outcome;
}

void TracedRpc::serve(std::string daemon, std::string id, Executor executor, RpcHandler handler)
{
    auto traced = [this, handler = std::move(handler)](RpcRequest request) {
        return answer(handler, std::move(request));
    };
    inner_.serve(std::move(daemon), std::move(id), std::move(executor), std::move(traced));
}

void TracedRpc::withdraw(const std::string& daemon, const std::string& id)
{
    inner_.withdraw(daemon, id);
}

} // namespace harvest::otlp
