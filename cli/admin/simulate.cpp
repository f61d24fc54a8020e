// admin queue simulate: the real matcher on recorded tickets, under the rules as they are or changed.
#include "cli/handlers.hpp"
#include "cli/settings.hpp"
#include "daemons/match/simulation.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <set>

namespace harvest::cli {
namespace {

constexpr std::size_t tickets_at_most = 1'000'000;

// A line of the file; `ticket` and `player` may be left out.
struct RecordedTicket {
    std::string mode, queued_at;
    double rating{};
    std::optional<double> deviation, max_rating_gap;
    std::optional<std::string> ticket, player;
};
BOOST_DESCRIBE_STRUCT(RecordedTicket, (), (mode, queued_at, rating, deviation, max_rating_gap, ticket, player))

struct SimulationItem {
    std::string rules, mode;
    std::int64_t tickets{}, paired{}, with_bots{}, left{};
    double wait_p50_seconds{}, wait_p95_seconds{}, wait_max_seconds{}, gap_mean{}, gap_p95{};
};
BOOST_DESCRIBE_STRUCT(SimulationItem, (),
                      (rules, mode, tickets, paired, with_bots, left, wait_p50_seconds, wait_p95_seconds,
                       wait_max_seconds, gap_mean, gap_p95))

Failure bad_ticket_line(std::size_t number, const std::string& what)
{
    return Failure{65,
                   "invalid_argument",
                   fmt::format("line {}: {}", number, what),
                   "each line is a ticket, as admin queue list --ratings -o jsonl prints it",
                   "",
                   false,
                   {}};
}

std::variant<std::vector<match::Seeker>, Failure> read_tickets(std::istream& in)
{
    std::vector<match::Seeker> tickets;
    std::set<std::string> known;
    std::size_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
        std::string why;
        const auto read = protocol::decode<RecordedTicket>(line, &why, protocol::Unknown::ignore);
        if (!read) return bad_ticket_line(number, why.empty() ? "is no ticket" : why);
        const Result<Millis> queued_at = parse_rfc3339(read->queued_at);
        if (!queued_at) return bad_ticket_line(number, "queued_at: is no RFC 3339 time");
        if (read->ticket && !known.insert(*read->ticket).second) continue;
        if (tickets.size() == tickets_at_most)
            return bad_ticket_line(number, "there are more tickets than can be held");
        match::Seeker& seeker = tickets.emplace_back();
        seeker.ticket.value = read->ticket.value_or(fmt::format("q_line{}", number));
        seeker.player.value = read->player.value_or(fmt::format("p_line{}", number));
        seeker.mode = read->mode;
        seeker.since = *queued_at;
        seeker.rating = read->rating;
        if (read->deviation) seeker.deviation = *read->deviation;
        seeker.max_rating_gap = read->max_rating_gap;
    }
    return tickets;
}

void add_rows(Document& document, std::string_view rules, const std::vector<match::QueueFigures>& figures)
{
    for (const match::QueueFigures& each : figures)
        document.items.push_back(to_object(SimulationItem{std::string(rules), each.mode, each.tickets, each.paired,
                                                          each.with_bots, each.left, each.wait_p50, each.wait_p95,
                                                          each.wait_max, each.gap_mean, each.gap_p95}));
}

} // namespace

Answer admin_queue_simulate(Invocation& invocation)
{
    const std::string path = invocation.argument(0);
    std::ifstream file;
    if (path != "-") file.open(path);
    if (path != "-" && !file)
        return Failure{66,
                       "not_found",
                       "cannot read " + path,
                       "",
                       "record some: harvestctl admin queue list --ratings -o jsonl >tickets.jsonl",
                       false,
                       {}};
    auto read = read_tickets(path == "-" ? std::cin : file);
    if (Failure* failed = std::get_if<Failure>(&read)) return std::move(*failed);
    const std::vector<match::Seeker>& tickets = std::get<std::vector<match::Seeker>>(read);

    Invocation unchanged = invocation;
    unchanged.flags.erase("set");
    const LoadedSettings baseline = load_settings(unchanged, config_path(invocation));
    const LoadedSettings changed = load_settings(invocation, config_path(invocation));
    for (const LoadedSettings* loaded : {&baseline, &changed})
        if (!loaded->loaded.ok()) return config_failure(loaded->loaded);

    Document document;
    document.kind = "QueueSimulation";
    document.list = true;
    document.name_key = "mode";
    document.columns = {{"RULES", "rules"},
                        {"MODE", "mode"},
                        {"TICKETS", "tickets", Form::number},
                        {"PAIRED", "paired", Form::number},
                        {"BOTS", "with_bots", Form::number},
                        {"LEFT", "left", Form::number},
                        {"WAIT P50", "wait_p50_seconds"},
                        {"P95", "wait_p95_seconds"},
                        {"MAX", "wait_max_seconds"},
                        {"GAP MEAN", "gap_mean"},
                        {"P95", "gap_p95"}};
    if (invocation.has("baseline"))
        add_rows(document, "baseline", match::simulate(tickets, baseline.settings.daemons.match));
    add_rows(document, invocation.has("set") ? "changed" : "configured",
             match::simulate(tickets, changed.settings.daemons.match));
    return document;
}

} // namespace harvest::cli
