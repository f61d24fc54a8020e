// Sends spans to a collector, in batches: POST <path> with OTLP/HTTP JSON. What it cannot get rid of is dropped and
// counted; nobody waits for it.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/http.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/supervised.hpp"
#include "common/runtime/task_group.hpp"
#include "common/telemetry/metrics.hpp"
#include "common/telemetry/otlp.hpp"

#include <functional>

namespace harvest::otlp {

struct ExporterConfig {
    HttpTarget collector;
    std::string path; // "/v1/traces"
    telemetry::OtlpSource source;
    std::size_t batch{512}; // spans in a request
    Millis every{5'000};    // at the latest
    Millis timeout{10'000}; // of one request with its further tries, and of all of them at the end
};

class Exporter final : public Supervised {
public:
    // `clients` are of this loop; the references outlive it.
    Exporter(ExporterConfig config, std::unique_ptr<HttpClients> clients, telemetry::Spans& spans, Clock& clock,
             const Executor& executor, telemetry::Metrics& metrics);

    std::string_view name() const override { return "traces"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return true; } // the game does not wait for a collector
    std::map<std::string, std::int64_t> load() const override;

private:
    Task<void> work();
    Task<void> send(std::vector<telemetry::Span> spans, Deadline by);
    // Whether to try again.
    Task<bool> attempt(const std::string& body, std::size_t count, Deadline by);
    void count_dropped();

    ExporterConfig config_;
    std::unique_ptr<HttpClients> clients_;
    std::unique_ptr<HttpClient> client_;
    telemetry::Spans& spans_;
    Clock& clock_;
    telemetry::Counter exported_, refused_, full_;
    std::uint64_t dropped_counted_ = 0;
    bool away_ = false; // one line a change
    Signal stopped_;
    TaskGroup tasks_;
};

} // namespace harvest::otlp
