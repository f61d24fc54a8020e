// admin replay: plays a match again from its record, proves its chance, and tells it turn by turn; or --player.
#include "cli/admin/client.hpp"
#include "cli/admin/contexts.hpp"
#include "cli/admin/player_replay.hpp"
#include "cli/admin/rules_book.hpp"
#include "cli/compose.hpp"
#include "cli/content.hpp"
#include "cli/handlers.hpp"
#include "cli/offline.hpp"
#include "common/game/battle/record.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace harvest::cli {
namespace {

namespace battle = game::battle;

struct ReplayBody {
    std::string match, verdict, fair_chance, players, content, commitment, final_hash;
    std::string winner, ending;
    std::int64_t turns{}, commands{}, shuffles{}, draws{};
    std::optional<std::int64_t> first_difference_command;
    std::string path, recorded, replayed;
    std::vector<std::string> story;
};
BOOST_DESCRIBE_STRUCT(ReplayBody, (),
                      (match, verdict, fair_chance, players, content, commitment, final_hash, winner, ending, turns,
                       commands, shuffles, draws, first_difference_command, path, recorded, replayed, story))

// The record: of a file, of a running system, or of a data directory that no process holds.
std::variant<RecordedMatch, Failure> fetch(const Invocation& invocation, const RulesBook::Rules& here)
{
    const std::string which = invocation.argument(0);
    std::error_code error;
    const bool is_file = which == "-" || std::filesystem::is_regular_file(which, error);
    RulesBook book(here);
    RulesBook::Get get = [](const std::string&) { return AdminClient::Body(Failure{}); };
    std::optional<AdminClient> client;
    std::string text;
    if (is_file) {
        std::ifstream file(which);
        std::istream& in = which == "-" ? std::cin : file;
        text.assign(std::istreambuf_iterator<char>(in), {});
    } else {
        auto opened = open_admin(invocation);
        if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
        client.emplace(std::move(std::get<AdminClient>(opened)));
        get = [&client](const std::string& path) { return client->get(path); };
        AdminClient::Body body = get("/admin/v1/matches/" + which + "/record");
        if (Failure* failed = std::get_if<Failure>(&body)) {
            if (failed->exit != 69 || client->data_dir().empty()) return *failed;
            return read_record_offline(client->data_dir(), which, here);
        }
        text = to_json_text(std::get<json::object>(body).at("record"));
    }
    std::string why;
    Result<battle::BattleRecord> record = protocol::decode<battle::BattleRecord>(text, &why);
    if (record) {
        RulesBook::Rules rules = book.find(record->header.content, get);
        return RecordedMatch{std::move(*record), std::move(rules)};
    }
    return Failure{65,
                   "invalid_argument",
                   fmt::format("'{}' is no battle record", which),
                   why,
                   "give a match's id, or a file from `admin replay MATCH --save`",
                   false,
                   {}};
}

ReplayBody judge(const battle::BattleRecord& record, const battle::Content& content)
{
    ReplayBody body;
    const battle::Verdict verdict = battle::replay(record, content);
    body.match = record.header.match;
    body.verdict = std::string(boost::describe::enum_to_string(verdict.kind, "unknown"));
    body.players =
        record.header.seats.size() == 2 ? record.header.seats[0].name + " vs " + record.header.seats[1].name : "";
    body.content = record.header.content;
    body.commitment = record.header.commitment;
    body.final_hash = verdict.final_hash;
    body.winner = std::string(boost::describe::enum_to_string(verdict.winner, "none"));
    body.ending = std::string(boost::describe::enum_to_string(verdict.ending, "none"));
    body.turns = verdict.turns;
    body.commands = verdict.moves;
    body.fair_chance = verdict.kind == battle::VerdictKind::unfair ? "broken" : "unproved";
    if (battle::shuffles(record.header, content)) {
        body.shuffles = 2;
        if (verdict.kind == battle::VerdictKind::verified) body.fair_chance = "proved";
    }
    if (!record.moves.empty() && record.moves.back().draws.size() > 2) body.draws = record.moves.back().draws[2];
    if (verdict.kind != battle::VerdictKind::verified) {
        if (verdict.move >= 0) body.first_difference_command = verdict.move + 1;
        body.path = verdict.path;
        body.recorded = verdict.recorded;
        body.replayed = verdict.replayed;
    }
    return body;
}

std::string text_of(const ReplayBody& body)
{
    std::string out;
    for (const std::string& line : body.story) out += sanitized(line) + '\n';
    if (!out.empty()) out += '\n';
    out += fmt::format("{}   {}   {} turns, {} commands   rules {}\n", short_id(body.match), sanitized(body.players),
                       body.turns, body.commands, body.content.substr(0, 8));
    if (body.verdict == "unfair")
        out += "fair chance  BROKEN: the server seed is not what the commitment promised\n";
    else
        out += fmt::format("fair chance  {}   {} shuffles and {} draws played again\n", body.fair_chance, body.shuffles,
                           body.draws);
    if (body.verdict == "verified")
        return out + fmt::format("VERIFIED     every state hash agrees; {} by {}; final hash {}\n", body.winner,
                                 body.ending, body.final_hash);
    if (body.first_difference_command)
        out += fmt::format("DIVERGED at command {}   {}: recorded {}, replayed {}\n", *body.first_difference_command,
                           body.path, body.recorded, body.replayed);
    else if (!body.path.empty())
        out += fmt::format("DIVERGED     {}: recorded {}, replayed {}\n", body.path, body.recorded, body.replayed);
    return out;
}

} // namespace

Answer admin_replay(Invocation& invocation)
{
    if (invocation.has("player") == !invocation.arguments.empty())
        return usage_failure("'admin replay' needs a MATCH or --player, and not both", "",
                             "type: harvestctl admin replay --help");
    if (invocation.has("player")) return replay_player(invocation);
    if (invocation.has("until"))
        return usage_failure("--until goes with --player", "", "type: harvestctl admin replay --help");
    LoadedSettings loaded = load_settings(invocation, config_path(invocation));
    const RulesBook::Rules here = find_game(loaded.settings.content_dir).data.battle;
    auto fetched = fetch(invocation, here);
    if (Failure* failed = std::get_if<Failure>(&fetched)) return *failed;
    const auto& [record, rules] = std::get<RecordedMatch>(fetched);
    if (const auto save = invocation.value("save")) {
        std::ofstream file(*save, std::ios::trunc);
        file << protocol::encode(record) << '\n';
        if (!file.flush())
            return Failure{73, "unavailable", fmt::format("{} cannot be written", *save), "", "", false, {}};
    }
    if (record.header.server_seed.empty())
        return Failure{3,
                       "failed_precondition",
                       "the match was not played to its end, or not yet",
                       "its chance is revealed when it ends",
                       "see where it stands: harvestctl admin match get " + record.header.match,
                       false,
                       {}};
    if (!rules)
        return Failure{
            3,
            "failed_precondition",
            "the match was played with rules that are not known here",
            fmt::format("its content is {}, here is {}", record.header.content.substr(0, 8), here->hash().substr(0, 8)),
            "name the folder with its rules: --set content_dir=DIR",
            false,
            {}};
    ReplayBody body = judge(record, *rules);
    if (invocation.has("tell")) body.story = battle::tell(record, *rules);
    Document document;
    document.kind = "Replay";
    document.name_key = "match";
    document.object = to_object(body);
    document.text = text_of(body);
    return {std::move(document), body.verdict == "verified" ? 0 : 1};
}

} // namespace harvest::cli
