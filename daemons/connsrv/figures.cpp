#include "daemons/connsrv/figures.hpp"

namespace harvest::connsrv {

Figures::Figures(telemetry::Metrics& metrics, const std::string& slot) : metrics_(metrics), slot_(slot)
{
    constexpr std::array<const char*, 3> outcomes{"ok", "refused", "failed"};
    for (const OpRow& row : op_table()) {
        const auto index = static_cast<std::size_t>(row.op);
        const std::string op(row.name);
        for (std::size_t i = 0; i < outcomes.size(); ++i)
            ops_[index][i] = metrics.counter("harvest_connsrv_ops_total", "Live requests answered.",
                                             {{"slot", slot}, {"op", op}, {"outcome", outcomes[i]}});
        durations_[index] = metrics.histogram("harvest_connsrv_op_duration_seconds",
                                              "Time from a live request to its reply.", {{"slot", slot}, {"op", op}});
    }
    bad_ = metrics.counter("harvest_connsrv_ops_total", "Live requests answered.",
                           {{"slot", slot}, {"op", "unknown"}, {"outcome", "refused"}});
}

void Figures::opened(const std::string& transport)
{
    auto [at, added] = connections_.try_emplace(transport);
    if (added)
        at->second = metrics_.gauge("harvest_connsrv_connections", "Connections held now.",
                                    {{"slot", slot_}, {"transport", transport}});
    at->second.add(1);
}

void Figures::closed(const std::string& transport, CloseReason reason)
{
    if (const auto at = connections_.find(transport); at != connections_.end()) at->second.add(-1);
    metrics_
        .counter("harvest_connsrv_closes_total", "Connections ended, by reason.",
                 {{"slot", slot_}, {"reason", std::string(to_string(reason))}})
        .add();
}

void Figures::handshake_failed(std::string_view reason)
{
    metrics_
        .counter("harvest_connsrv_handshake_failures_total", "Connections that did not sign in, by reason.",
                 {{"slot", slot_}, {"reason", std::string(reason)}})
        .add();
}

void Figures::served(Op op, Outcome outcome, Millis took)
{
    const auto index = static_cast<std::size_t>(op);
    ops_[index][static_cast<std::size_t>(outcome)].add();
    durations_[index].observe(static_cast<double>(took.count()) / 1000.0);
}

} // namespace harvest::connsrv
