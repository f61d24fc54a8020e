// Rpc with a span for each call that is part of a trace: one at the caller's, and under it one at the callee's, whose
// own calls and events go on from there. Calls without a traceparent pass as they are.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/rpc.hpp"
#include "common/telemetry/trace.hpp"

namespace harvest::otlp {

class TracedRpc final : public Rpc {
public:
    // For the slot `who` ("gateway-0"); what it is given outlives it.
    TracedRpc(std::string who, Rpc& inner, telemetry::Spans& spans, Entropy& entropy);

    AsyncResult<std::string> call(RpcRequest request) override;
    void serve(std::string daemon, std::string id, Executor executor, RpcHandler handler) override;
    void withdraw(const std::string& daemon, const std::string& id) override;

private:
    telemetry::Span begin(const RpcRequest& request, telemetry::SpanKind kind);
    AsyncResult<std::string> answer(RpcHandler handler, RpcRequest request);
    void end(telemetry::Span span, const Result<std::string>& outcome);

    std::string who_;
    Rpc& inner_;
    telemetry::Spans& spans_;
    Entropy& entropy_;
};

} // namespace harvest::otlp
