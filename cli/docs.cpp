// docs: reference made from the program itself.
#include "cli/handlers.hpp"
#include "cli/manual.hpp"
#include "common/base/suggest.hpp"
#include "common/protocol/event_schema_texts.hpp"
#include "common/protocol/event_schemas.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace harvest::cli {
namespace {

Answer man(const Invocation& invocation)
{
    const std::vector<std::string> names = man_page_names();
    const std::string page = invocation.argument(1);
    if (!page.empty()) {
        std::string text = man_page(page);
        if (!text.empty()) return text_document(std::move(text));
        const auto near = suggest(page, names);
        return Failure{66,
                       "not_found",
                       fmt::format("no man page '{}'", page),
                       fmt::format("the pages are {}", fmt::join(names, ", ")),
                       near ? fmt::format("did you mean: harvestctl docs man {}", *near) : "",
                       false,
                       {}};
    }
    const auto out = invocation.value("out");
    if (!out) return text_document(fmt::format("{}\n", fmt::join(names, "\n")));
    std::error_code error;
    std::filesystem::create_directories(*out, error);
    for (const std::string& name : names) {
        std::ofstream file(*out + '/' + name, std::ios::trunc);
        file << man_page(name);
        if (!file.flush())
            return Failure{73,
                           "unavailable",
                           fmt::format("{}/{} cannot be written", *out, name),
                           "",
                           "choose another: --out DIR",
                           false,
                           {}};
    }
    return text_document(fmt::format("{} pages in {}\n", names.size(), *out));
}

Answer events(const std::string& type)
{
    std::string all;
    std::vector<std::string> types;
    for (const protocol::EventSchema& each : protocol::event_schemas()) {
        all += fmt::format("{}\n    {}\n", each.type, std::string(each.schema.at("description").as_string()));
        types.push_back(each.type);
    }
    if (type.empty()) return text_document(std::move(all));
    for (const std::string_view text : protocol::event_schema_texts())
        if (text.find(fmt::format("\"title\": \"{}\"", type)) != std::string_view::npos)
            return text_document(std::string(text));
    const auto near = suggest(type, types);
    return Failure{66,
                   "not_found",
                   fmt::format("no type of event '{}'", type),
                   "a type is like harvest.game.match.ended.v1",
                   near ? fmt::format("did you mean: harvestctl docs events {}", *near)
                        : "see all: harvestctl docs events",
                   false,
                   {}};
}

std::string all_commands()
{
    std::string out;
    for (const Command& command : commands())
        if (!command.path.starts_with("__")) out += fmt::format("{}\n    {}\n", usage_line(command), command.summary);
    return out;
}

std::string all_exit_codes()
{
    std::string out;
    for (const ExitCode& code : exit_codes())
        out += fmt::format("{:>3}  {:<14} {}\n", code.code, code.name, code.meaning);
    return out;
}

constexpr std::string_view metrics_text =
    "harvest_runtime_ready                     gauge    daemon, slot   whether a slot answers requests\n"
    "harvest_runtime_loop_age_seconds          gauge    daemon, slot   time since a slot's loop last turned\n"
    "harvest_runtime_build_info                gauge    version        the build that runs\n"
    "harvest_runtime_system_events_dropped_total counter               samples, failures the log did not take\n"
    "harvest_runtime_loops_begun_anew_total    counter                 loops that ended by an exception\n"
    "process_resident_memory_bytes             gauge                   resident memory\n"
    "harvest_metrics_matches_total             counter  mode, seats    matches ended, by who sat at them\n"
    "harvest_metrics_coins_minted_total        counter  by             coins that people were paid, as events tell it\n"
    "harvest_metrics_coins_sunk_total          counter  by             coins that people spent, as events tell it\n"
    "harvest_enet_links                        gauge    daemon         links by ENet that are open\n"
    "harvest_enet_{datagrams,bytes}_total      counter  daemon, direction\n"
    "harvest_enet_{hellos,cookies_sent}_total  counter  daemon         before an address has shown that it is its own\n"
    "harvest_enet_handshakes_total             counter  daemon, outcome   DTLS handshakes: done, failed\n"
    "harvest_enet_refused_total                counter  daemon, reason    newcomers: quota, rate, descriptors, "
    "evicted\n"
    "harvest_enet_guard_{dropped,breaches}_total counter daemon        datagrams that the guard dropped, peers that it "
    "closed\n"
    "harvest_enet_guard_rules_total            counter  daemon, rule   both, by rule\n"
    "harvest_enet_{slow_consumers,send_failed}_total counter daemon\n"
    "harvest_web_connections_total             counter  daemon, outcome   accepted, refused_total, refused_address\n"
    "harvest_web_handshakes_total              counter  daemon, outcome   TLS handshakes: done, resumed, failed\n"
    "harvest_web_requests_total                counter  daemon, outcome   answered, rejected, timed_out\n"
    "harvest_web_messages_total                counter  daemon, direction\n"
    "harvest_web_cut_off_total                 counter  daemon, reason    WebSockets: slow_consumer, unresponsive, "
    "breach\n"
    "harvest_runtime_config_last_reload_successful gauge               whether the last reload was taken over\n"
    "harvest_runtime_certificate_expiry_timestamp_seconds gauge shown_to   clients, daemons: when a certificate is "
    "over\n"
    "harvest_runtime_log_dropped_total         counter                 log lines that were overrun\n"
    "harvest_audit_healthy                     gauge                   whether the audit log takes records\n"
    "harvest_audit_{dropped,write_failures,copy_failures}_total counter\n"
    "harvest_eventlog_reachable                gauge                   whether the event log answered\n"
    "harvest_eventlog_events                   gauge    topic          events that a topic keeps\n"
    "harvest_eventlog_lag_messages             gauge    group, topic   events that a group has not done with\n"
    "harvest_eventlog_outbox_age_seconds       gauge                   age of the oldest event that Kafka lacks\n"
    "harvest_runtime_spans_{exported,dropped}_total counter            spans to the collector\n"
    "and those of each daemon, harvest_<daemon>_<what>_<unit>; all of a running system: GET /metrics on the admin "
    "port\n";

} // namespace

Answer docs(Invocation& invocation)
{
    const std::string what = invocation.argument(0);
    if (what == "man") return man(invocation);
    if (what == "events") return events(invocation.argument(1));
    if (what == "commands") return text_document(all_commands());
    if (what == "exit-codes") return text_document(all_exit_codes());
    return text_document(std::string(metrics_text));
}

} // namespace harvest::cli
