// admin replay: plays a match again from its record, proves its chance, and tells it turn by turn; or --player.
#include "cli/admin/client.hpp"
#include "cli/admin/contexts.hpp"
#include "cli/admin/player_replay.hpp"
#include "cli/compose.hpp"
#include "cli/content.hpp"
#include "cli/handlers.hpp"
#include "cli/offline.hpp"
#include "common/base/encoding.hpp"
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
    std::string match, verdict, fair_chance;
    std::string settled; // "the_same" as was settled; "not_asked": the record is of a file; "": not verified
    std::string players, content, commitment, final_hash;
    std::string winner, ending;
    std::int64_t turns{}, commands{}, shuffles{}, draws{};
    std::optional<std::int64_t> first_difference_command;
    std::string path, recorded, replayed;
    std::vector<std::string> story;
};
BOOST_DESCRIBE_STRUCT(ReplayBody, (),
                      (match, verdict, fair_chance, settled, players, content, commitment, final_hash, winner, ending,
                       turns, commands, shuffles, draws, first_difference_command, path, recorded, replayed, story))

Failure no_record(const std::string& which, const std::string& why)
{
    return Failure{65,
                   "invalid_argument",
                   fmt::format("'{}' is no battle record", which),
                   why,
                   "give a match's id, or a file from `admin replay MATCH --save`",
                   false,
                   {}};
}

// The record: of a file, of a running system, or of a data directory that no process holds.
std::variant<RecordedMatch, Failure> fetch(const Invocation& invocation, const RulesBook::Rules& here)
{
    const std::string which = invocation.argument(0);
    std::error_code error;
    RulesBook book(here);
    std::string why;
    if (which == "-" || std::filesystem::is_regular_file(which, error)) {
        std::ifstream file(which);
        std::istream& in = which == "-" ? std::cin : file;
        const std::string text(std::istreambuf_iterator<char>(in), {});
        Result<battle::BattleRecord> record = protocol::decode<battle::BattleRecord>(text, &why);
        if (!record) return no_record(which, why);
        const auto nobody = [](const std::string&) { return AdminClient::Body(Failure{}); };
        RulesBook::Rules rules = book.find(record->header.content, nobody);
        return RecordedMatch{std::move(*record), std::move(rules), {}};
    }
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    const auto get = [&client](const std::string& path) { return client.get(path); };
    const AdminClient::Body body = get("/admin/v1/matches/" + which + "/record");
    if (const Failure* failed = std::get_if<Failure>(&body)) {
        if (failed->exit != 69 || client.data_dir().empty()) return *failed;
        return read_record_offline(client.data_dir(), which, here);
    }
    Result<RecordedMatch> match = read_recorded_match(std::get<json::object>(body), book, get, why);
    if (!match) return no_record(which, why);
    return std::move(*match);
}

// What was noted, as the record writes it. A slip in it must not accuse anybody.
std::variant<Noted, Failure> read_noted(const Invocation& invocation)
{
    Noted noted;
    for (const auto& [flag, text] : {std::pair{"commitment", &noted.commitment}, std::pair{"nonce", &noted.nonce}}) {
        const auto given = invocation.value(flag);
        if (!given) continue;
        const Result<Bytes> bytes = from_hex(*given);
        if (!bytes || bytes->size() != 32)
            return usage_failure(fmt::format("--{} must be 64 hexadecimal digits, lower case", flag), "",
                                 "type: harvestctl admin replay --help");
        *text = to_hex(*bytes);
    }
    return noted;
}

ReplayBody judge(const RecordedMatch& match, const Noted& noted)
{
    ReplayBody body;
    const auto& [record, rules, settled] = match;
    const battle::Content& content = *rules;
    battle::Verdict verdict = replay(match);
    const Held held = hold(record.header, noted);
    if (held.promise == Promise::broken) {
        verdict.kind = battle::VerdictKind::unfair;
        verdict.path = held.path;
        verdict.recorded = held.recorded;
        verdict.replayed = held.noted;
    }
    body.match = record.header.match;
    body.settled = !settled ? "not_asked" : verdict.kind == battle::VerdictKind::verified ? "the_same" : "";
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
        if (verdict.kind == battle::VerdictKind::verified && held.promise == Promise::kept) body.fair_chance = "proved";
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
        out += fmt::format("fair chance  BROKEN: {} is {}, and not {}\n", body.path, sanitized(body.recorded),
                           sanitized(body.replayed));
    else
        out += fmt::format("fair chance  {}   {} shuffles and {} draws played again\n", body.fair_chance, body.shuffles,
                           body.draws);
    if (body.verdict == "verified" && body.fair_chance == "unproved")
        out += "             no seat has the nonce given; zeros stand for one that came too late\n";
    if (body.verdict == "verified")
        return out + fmt::format("VERIFIED     every state hash agrees; {} by {}; final hash {}{}\n", body.winner,
                                 body.ending, body.final_hash,
                                 body.settled == "the_same" ? ", as settled" : " (a file: no store was asked)");
    if (body.first_difference_command)
        out += fmt::format("DIVERGED at command {}   {}: recorded {}, replayed {}\n", *body.first_difference_command,
                           body.path, body.recorded, body.replayed);
    else if (body.verdict != "unfair")
        out += fmt::format("DIVERGED     {}: recorded {}, replayed {}\n", body.path, body.recorded, body.replayed);
    return out;
}

} // namespace

Answer admin_replay(Invocation& invocation)
{
    if (invocation.has("player") == !invocation.arguments.empty())
        return usage_failure("'admin replay' needs a MATCH or --player, and not both", "",
                             "type: harvestctl admin replay --help");
    auto noted = read_noted(invocation);
    if (Failure* failed = std::get_if<Failure>(&noted)) return *failed;
    if (invocation.has("player") && (invocation.has("commitment") || invocation.has("nonce")))
        return usage_failure("--commitment and --nonce go with MATCH", "", "type: harvestctl admin replay --help");
    if (invocation.has("player")) return replay_player(invocation);
    if (invocation.has("until"))
        return usage_failure("--until goes with --player", "", "type: harvestctl admin replay --help");
    LoadedSettings loaded = load_settings(invocation, config_path(invocation));
    const RulesBook::Rules here = find_game(loaded.settings.content_dir).data.battle;
    auto fetched = fetch(invocation, here);
    if (Failure* failed = std::get_if<Failure>(&fetched)) return *failed;
    const RecordedMatch& match = std::get<RecordedMatch>(fetched);
    const auto& [record, rules, settled] = match;
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
    ReplayBody body = judge(match, std::get<Noted>(noted));
    if (invocation.has("tell")) body.story = battle::tell(record, *rules);
    Document document;
    document.kind = "Replay";
    document.name_key = "match";
    document.object = to_object(body);
    document.text = text_of(body);
    if (body.verdict != "verified") return {std::move(document), 1};
    return {std::move(document), body.fair_chance == "proved" ? 0 : 3};
}

} // namespace harvest::cli
