#include "common/adapters/otlp/exporter.hpp"

#include "common/base/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::otlp {
namespace {

constexpr Millis look_every{500};
constexpr Millis first_pause{500};

// What OTLP/HTTP calls retryable (opentelemetry.io/docs/specs/otlp, failures).
bool is_retryable(int status)
{
    return status == 429 || status == 502 || status == 503 || status == 504;
}

} // namespace

Exporter::Exporter(ExporterConfig config, std::unique_ptr<HttpClients> clients, telemetry::Spans& spans, Clock& clock,
                   const Executor& executor, telemetry::Metrics& metrics)
    : config_(std::move(config)),
      clients_(std::move(clients)),
      client_(clients_->make(config_.collector)),
      spans_(spans),
      clock_(clock),
      exported_(metrics.counter("harvest_runtime_spans_exported_total", "Spans that the collector has taken.")),
      refused_(metrics.counter("harvest_runtime_spans_dropped_total", "Spans that were lost on their way.",
                               {{"reason", "collector"}})),
      full_(metrics.counter("harvest_runtime_spans_dropped_total", "Spans that were lost on their way.",
                            {{"reason", "full"}})),
      stopped_(executor),
      tasks_(executor)
{
}

Task<void> Exporter::run()
{
    tasks_.keep(clock_, "traces", [this] { return work(); });
    const Result<void> rung = co_await stopped_.wait();
    (void)rung;
    tasks_.cancel();
    co_await tasks_.join();
    const Deadline by = clock_.after(config_.timeout); // of all that is left
    while (spans_.size() > 0 && !away_ && clock_.monotonic() < by.at) co_await send(spans_.take(config_.batch), by);
    count_dropped();
}

void Exporter::stop()
{
    stopped_.ring();
}

std::map<std::string, std::int64_t> Exporter::load() const
{
    return {{"spans", static_cast<std::int64_t>(spans_.size())}};
}

Task<void> Exporter::work()
{
    Deadline due = clock_.after(config_.every);
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(look_every));
        if (!slept) co_return;
        count_dropped();
        if (spans_.size() < config_.batch && clock_.monotonic() < due.at) continue;
        if (spans_.size() > 0) co_await send(spans_.take(config_.batch), clock_.after(config_.timeout));
        due = clock_.after(config_.every);
    }
}

Task<void> Exporter::send(std::vector<telemetry::Span> spans, Deadline by)
{
    const std::string body = telemetry::to_otlp(config_.source, spans);
    for (Millis pause = first_pause;; pause *= 2) {
        const bool again = co_await attempt(body, spans.size(), by);
        if (!again) co_return;
        const Deadline next = clock_.after(pause);
        if (next >= by) break;
        const Result<void> slept = co_await clock_.sleep_until(next);
        if (!slept) break;
    }
    refused_.add(static_cast<double>(spans.size()));
}

Task<bool> Exporter::attempt(const std::string& body, std::size_t count, Deadline by)
{
    HttpRequest request;
    request.method = "POST";
    request.path = config_.path;
    request.headers.emplace_back("content-type", "application/json");
    request.body = body;
    const Result<HttpResponse> response = co_await client_->send(std::move(request), by);
    if (!response && response.error() == Errc::canceled) { // by us: it says nothing of the collector
        refused_.add(static_cast<double>(count));
        co_return false;
    }
    const bool taken = response && response->status / 100 == 2;
    const std::string why = !response ? response.error().message() : fmt::format("it answered {}", response->status);
    if (taken && away_) log::info("the collector of traces takes them again", {{"event.action", "traces.back"}});
    if (!taken && !away_)
        log::warn("the collector of traces does not take them",
                  {{"event.action", "traces.away"}, {"error.message", why}});
    away_ = !taken;
    if (taken) {
        exported_.add(static_cast<double>(count));
        co_return false;
    }
    const bool may_take_it = response ? is_retryable(response->status) : response.error() == Errc::unavailable;
    if (!may_take_it) refused_.add(static_cast<double>(count));
    co_return may_take_it;
}

void Exporter::count_dropped()
{
    const std::uint64_t dropped = spans_.dropped();
    full_.add(static_cast<double>(dropped - dropped_counted_));
    dropped_counted_ = dropped;
}

} // namespace harvest::otlp
