#include "cli/loadtest/commands/verify.hpp"

#include "cli/admin/client.hpp"
#include "cli/admin/recorded_match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <thread>

namespace harvest::cli {
namespace {

using namespace std::chrono_literals;
using loadtest::ThresholdReport;

// The admin API again and again: each client has the command's --timeout in all, and a daemon may be starting. Once it
// has not come back in time, nobody waits for it again.
class Questions {
public:
    explicit Questions(const Invocation& invocation) : invocation_(invocation) {}

    std::variant<json::object, Failure> get(const std::string& path)
    {
        for (int attempt = 0;; ++attempt) {
            if (!client_ || client_->left() < 10s) {
                auto opened = open_admin(invocation_);
                if (Failure* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
                client_.emplace(std::move(std::get<AdminClient>(opened)));
            }
            AdminClient::Body body = client_->get(path);
            const Failure* failure = std::get_if<Failure>(&body);
            if (!failure || failure->exit != 69) {
                gone_ = false;
                return body;
            }
            client_.reset();
            if (gone_ || attempt == 15) {
                gone_ = true;
                return body;
            }
            std::this_thread::sleep_for(1s);
        }
    }

private:
    const Invocation& invocation_;
    std::optional<AdminClient> client_;
    bool gone_ = false;
};

struct Played {
    std::string match, from, to; // RFC 3339 of one width: text compares as time
};

// The first player who was in two matches at one time, or "".
std::string overlap(std::map<std::string, std::vector<Played>> lives)
{
    for (auto& [player, played] : lives) {
        std::ranges::sort(played, {}, &Played::from);
        for (std::size_t i = 1; i < played.size(); ++i)
            if (played[i].from < played[i - 1].to)
                return fmt::format("{} in {} and {}", player, played[i - 1].match, played[i].match);
    }
    return {};
}

ThresholdReport check_ledger(Questions& questions)
{
    ThresholdReport row{"verify ledger: sound", false, ""};
    const auto body = questions.get("/admin/v1/ledger");
    if (const Failure* failure = std::get_if<Failure>(&body)) {
        row.measured = failure->message;
        return row;
    }
    const json::object& ledger = std::get<json::object>(body);
    row.passed = ledger.at("sound").as_bool();
    row.measured = fmt::format("{} transfers", std::string(ledger.at("transfers").as_string()));
    return row;
}

// Replays one match and notes who was in it from when to when. Gives what is wrong, or "".
std::string check_match(Questions& questions, RulesBook& book, const std::string& id,
                        std::map<std::string, std::vector<Played>>& lives)
{
    namespace battle = game::battle;
    const auto body = questions.get("/admin/v1/matches/" + id + "/record");
    if (const Failure* failure = std::get_if<Failure>(&body)) return id + ": " + failure->message;
    const json::object& answer = std::get<json::object>(body);
    const json::object& match = answer.at("match").as_object();
    for (const json::value& seat : match.at("seats").as_array())
        if (seat.at("bot").as_string().empty()) // a bot of the house may sit at several tables
            lives[std::string(seat.at("player").as_string())].push_back(
                {id, std::string(match.at("created_at").as_string()), std::string(match.at("ended_at").as_string())});
    const auto get = [&questions](const std::string& path) { return questions.get(path); };
    std::string why;
    const Result<RecordedMatch> recorded = read_recorded_match(answer, book, get, why);
    if (!recorded) return id + ": its record cannot be read: " + why;
    if (!recorded->rules) return id + ": its rules are not known";
    const battle::Verdict verdict = replay(*recorded);
    if (verdict.kind != battle::VerdictKind::verified) return fmt::format("{}: differs at {}", id, verdict.path);
    return {};
}

// Asks of each of `ids` until the answer to all of them is "", or for `patience`. Gives the first other answer.
template <class Ask>
std::string all_in_time(const std::vector<std::string>& ids, std::chrono::seconds patience, Ask ask)
{
    const auto until = std::chrono::steady_clock::now() + patience;
    for (const std::string& id : ids) {
        for (;;) {
            const std::string fault = ask(id);
            if (fault.empty()) break;
            if (std::chrono::steady_clock::now() >= until) return fault;
            std::this_thread::sleep_for(500ms);
        }
    }
    return {};
}

// A match whose instance died is resumed elsewhere and comes to its end by its clocks, at the latest.
ThresholdReport check_settled(Questions& questions, const std::vector<std::string>& matches)
{
    const std::string fault = all_in_time(matches, 180s, [&](const std::string& id) -> std::string {
        const auto body = questions.get("/admin/v1/matches/" + id);
        if (const Failure* failure = std::get_if<Failure>(&body)) return id + ": " + failure->message;
        const std::string state(std::get<json::object>(body).at("state").as_string());
        return state == "ended" || state == "aborted" ? std::string() : id + " is " + state;
    });
    return {"verify matches: each settled", fault.empty(),
            fault.empty() ? fmt::format("{} begun", matches.size()) : fault};
}

// Presence forgets within a minute whom it did not see leave.
ThresholdReport check_sessions(Questions& questions, const std::vector<std::string>& players)
{
    const std::string fault = all_in_time(players, 90s, [&](const std::string& player) -> std::string {
        const auto body = questions.get("/admin/v1/sessions?" + query_pair("player", player));
        if (const Failure* failure = std::get_if<Failure>(&body)) return player + ": " + failure->message;
        for (const json::value& session : std::get<json::object>(body).at("items").as_array())
            if (!session.at("connsrv").as_string().empty())
                return fmt::format("{} of {} is open", std::string(session.at("id").as_string()), player);
        return {};
    });
    return {"verify sessions: none of a bot is open", fault.empty(),
            fault.empty() ? fmt::format("{} bots", players.size()) : fault};
}

} // namespace

std::vector<ThresholdReport> verify_system(const Invocation& invocation,
                                           const std::shared_ptr<const game::battle::Content>& rules,
                                           const loadtest::Report& report)
{
    const std::vector<std::string>& matches = report.match_ids;
    Questions questions(invocation);
    std::vector<ThresholdReport> rows;
    rows.push_back(check_settled(questions, report.begun_ids));
    rows.push_back(check_sessions(questions, report.player_ids));
    rows.push_back(check_ledger(questions));
    RulesBook book(rules);
    std::map<std::string, std::vector<Played>> lives;
    std::size_t sound = 0;
    std::string first_fault;
    for (const std::string& id : matches) {
        const std::string fault = check_match(questions, book, id, lives);
        sound += fault.empty() ? 1 : 0;
        if (first_fault.empty()) first_fault = fault;
    }
    rows.push_back({"verify matches: each ended and replays", first_fault.empty(),
                    first_fault.empty() ? fmt::format("{} of {}", sound, matches.size())
                                        : fmt::format("{} of {}: {}", sound, matches.size(), first_fault)});
    const std::string twice = overlap(std::move(lives));
    rows.push_back({"verify players: in one match at a time", twice.empty(), twice.empty() ? "none in two" : twice});
    return rows;
}

} // namespace harvest::cli
