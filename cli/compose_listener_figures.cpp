// What the listeners of this process have counted, on /metrics: what comes before any session, and by which rule the
// datagram guard stopped whom.
#include "cli/compose_listeners.hpp"
#include "common/adapters/enet/guard.hpp"
#include "common/telemetry/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace harvest::cli {
namespace {

using Count = std::atomic<std::uint64_t>;

// Of one daemon's doors. The registry gives the same series each time, and is told what came on top of `told`.
class Figures {
public:
    Figures(telemetry::Metrics& metrics, const std::string& daemon, std::map<std::string, std::uint64_t>& told)
        : metrics_(metrics),
          daemon_(daemon),
          told_(told)
    {
    }

    void count(const std::string& name, const std::string& help, const Count& total)
    {
        metrics_.counter(name, help, {{"daemon", daemon_}}).add(more(name, total));
    }
    void count(const std::string& name, const std::string& help, const std::string& label,
               std::initializer_list<std::pair<std::string_view, const Count*>> totals)
    {
        for (const auto& [what, total] : totals)
            metrics_.counter(name, help, {{"daemon", daemon_}, {label, std::string(what)}})
                .add(more(fmt::format("{} {}", name, what), *total));
    }
    void gauge(const std::string& name, const std::string& help, const Count& now)
    {
        metrics_.gauge(name, help, {{"daemon", daemon_}}).set(static_cast<double>(now.load(std::memory_order_relaxed)));
    }

private:
    double more(const std::string& series, const Count& count)
    {
        const std::uint64_t total = count.load(std::memory_order_relaxed);
        return static_cast<double>(total - std::exchange(told_[series], total));
    }

    telemetry::Metrics& metrics_;
    const std::string& daemon_;
    std::map<std::string, std::uint64_t>& told_; // by series
};

void export_enet(Figures& figures, const enet::EnetMetrics& enet)
{
    figures.gauge("harvest_enet_links", "Links by ENet that are open.", enet.links);
    figures.count("harvest_enet_datagrams_total", "Datagrams received and sent.", "direction",
                  {{"in", &enet.datagrams_in}, {"out", &enet.datagrams_out}});
    figures.count("harvest_enet_bytes_total", "Bytes of those.", "direction",
                  {{"in", &enet.bytes_in}, {"out", &enet.bytes_out}});
    figures.count("harvest_enet_hellos_total", "DTLS hellos; what is not answered by a cookie had a valid one.",
                  enet.hellos);
    figures.count("harvest_enet_cookies_sent_total", "Hellos without a valid cookie, answered by one.",
                  enet.cookies_sent);
    figures.count("harvest_enet_handshakes_total", "DTLS handshakes that ended.", "outcome",
                  {{"done", &enet.handshakes}, {"failed", &enet.handshakes_failed}});
    figures.count("harvest_enet_refused_total", "Newcomers that were not let in, or made room for another.", "reason",
                  {{"quota", &enet.refused_by_quota},
                   {"rate", &enet.refused_by_rate},
                   {"descriptors", &enet.refused_for_room},
                   {"evicted", &enet.evicted}});
    figures.count("harvest_enet_guard_dropped_total", "Datagrams that the guard dropped: an honest client sends again.",
                  enet.guard_dropped);
    figures.count("harvest_enet_guard_breaches_total", "Peers that the guard closed.", enet.guard_breaches);
    for (std::size_t rule = 1; rule < enet::rule_count; ++rule)
        figures.count("harvest_enet_guard_rules_total", "What the guard stopped, by rule.", "rule",
                      {{enet::to_string(static_cast<enet::Rule>(rule)), &enet.guard_rules[rule]}});
    figures.count("harvest_enet_slow_consumers_total", "Links that were closed because they did not read.",
                  enet.slow_consumers);
    figures.count("harvest_enet_send_failed_total", "Datagrams that the system did not take.", enet.send_failed);
}

void export_web(Figures& figures, const web::WebCounters& web)
{
    figures.count("harvest_web_connections_total", "Connections by TCP, by what became of them at the door.", "outcome",
                  {{"accepted", &web.accepted},
                   {"refused_total", &web.refused_total},
                   {"refused_address", &web.refused_address}});
    figures.count(
        "harvest_web_handshakes_total", "TLS handshakes that ended.", "outcome",
        {{"done", &web.handshakes}, {"resumed", &web.handshakes_resumed}, {"failed", &web.handshakes_failed}});
    figures.count("harvest_web_requests_total", "HTTP requests, those that never reached a route too.", "outcome",
                  {{"answered", &web.requests}, {"rejected", &web.rejected}, {"timed_out", &web.timed_out}});
    figures.count("harvest_web_messages_total", "WebSocket messages.", "direction",
                  {{"in", &web.messages_in}, {"out", &web.messages_out}});
    figures.count(
        "harvest_web_cut_off_total", "WebSocket links that were closed for what they did.", "reason",
        {{"slow_consumer", &web.slow_consumers}, {"unresponsive", &web.unresponsive}, {"breach", &web.breaches}});
}

} // namespace

void export_expiry(telemetry::Metrics& metrics, std::string_view shown_to, Millis not_after)
{
    metrics
        .gauge("harvest_runtime_certificate_expiry_timestamp_seconds", "When a certificate that is shown is over.",
               {{"shown_to", std::string(shown_to)}})
        .set(static_cast<double>(not_after.count()) / 1000);
}

void Listeners::export_figures(telemetry::Metrics& metrics)
{
    const std::lock_guard lock(mutex_);
    const auto shows_it = [](const Door& door) { return door.daemon != "admin"; };
    if (std::ranges::any_of(doors_, shows_it)) export_expiry(metrics, "clients", identity_.not_after);
    for (auto& [daemon, counters] : counters_) {
        Figures figures(metrics, daemon, counters.told);
        if (counters.enet) export_enet(figures, *counters.enet);
        if (counters.web) export_web(figures, *counters.web);
    }
}

} // namespace harvest::cli
