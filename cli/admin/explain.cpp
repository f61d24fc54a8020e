// admin explain and admin game check: answers that need no daemon.
#include "cli/content.hpp"
#include "cli/handlers.hpp"
#include "cli/settings.hpp"
#include "common/base/suggest.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

struct AlertText {
    std::string_view name, meaning, check;
};
constexpr AlertText alerts[] = {
    {"HarvestNotReady", "a daemon does not answer requests", "harvestctl admin status; harvestctl admin health"},
    {"HarvestLoopStalled", "a daemon's loop has not turned for too long", "harvestctl admin status -o wide"},
    {"HarvestConsumerStuck", "a consumer group is far behind on the event log", "harvestctl admin kafka lag"},
    {"HarvestDbSlow", "the store does not answer, or slowly", "harvestctl admin health; df on the data directory"},
    {"HarvestAuditWriteFailing", "the audit log takes no records, so no change is done",
     "harvestctl admin audit verify; free space on the data directory"},
    {"HarvestDiskFilling", "the disk of the data directory is nearly full", "df; move or enlarge it"},
    {"HarvestLedgerUnbalanced", "an asset's balances do not add up to what was minted",
     "harvestctl admin ledger check"},
    {"HarvestHashMismatch", "a match was played differently by two builds", "harvestctl admin replay MATCH"},
    {"HarvestDaemonDown", "a daemon's /metrics does not answer",
     "systemctl status 'harvest*'; harvestctl admin status"},
    {"HarvestErrorRate", "more than 1 % of the requests fail on our side", "harvestctl admin health; the log"},
    {"HarvestRestSlow", "1 REST request in 100 takes half a second or longer",
     "harvestctl admin status -o wide; harvestctl admin health"},
    {"HarvestCommandSlow", "1 battle command in 100 takes 0.1 s or longer", "harvestctl admin status -o wide"},
    {"HarvestQueueWait", "players wait long for a match",
     "harvestctl admin queue list --ratings; harvestctl admin queue explain TICKET"},
    {"HarvestQueueStalled", "tickets wait and no match is made",
     "harvestctl admin queue list; harvestctl admin status"},
    {"HarvestAllocationFailing", "matches get no instance", "harvestctl admin status; the log of the instances"},
    {"HarvestMatchesAborted", "more than 2 % of the matches are aborted",
     "harvestctl admin match list --state aborted"},
    {"HarvestEventsParked", "events were set aside that could not be applied", "harvestctl admin kafka parked list"},
    {"HarvestBrokerDown", "a daemon does not reach the event log",
     "harvestctl admin health; harvestctl admin kafka topics"},
    {"HarvestOutboxOld", "what was committed does not reach the event log",
     "harvestctl admin kafka topics; harvestctl admin health; the log of match"},
    {"HarvestReloadFailed", "a reload was rejected, and what was read before stays in force",
     "harvestctl config check; harvestctl admin game check; the log says why; then harvestctl admin reload"},
    {"HarvestCertificateExpiring", "a certificate that is shown to clients or to other daemons is over soon",
     "to daemons: harvestctl admin key ca list; to clients: a new file at tls.certificate, and a restart"},
    {"HarvestReconnectStorm", "connections end much faster than usual",
     "harvestctl admin status -o wide; harvestctl admin health"},
    {"HarvestVersionMixed", "daemons of different versions run side by side", "harvestctl admin status"},
    {"HarvestRegistrationSpike", "many more new accounts than in the same hour a week ago",
     "harvestctl admin events --type user.registered.*"},
    {"HarvestReportsSpike", "players report much more than in the week before", "harvestctl admin report list"},
    {"HarvestCoinInflation", "many more coins are paid out than spent, compared with the week",
     "harvestctl admin ledger show mint"},
    {"HarvestCredentialStuffing", "most logins are denied, many a second",
     "harvestctl admin events --type user.login.*; the address limits of the gateway"},
    {"HarvestRefreshReuse", "refresh tokens were used a second time, which ended their sessions",
     "harvestctl admin events --type user.session.revoked.*"},
    {"HarvestTokenForged", "many tokens are refused", "harvestctl admin key list"},
    {"HarvestHandshakeFlood", "many connections do not sign in",
     "harvestctl admin status; the connection limits of connsrv"},
    {"HarvestProtocolAbuse", "connections are closed for what they send",
     "harvestctl admin status -o wide; the log of connsrv"},
    {"HarvestStaleFenceWrites", "writes of former owners of matches were refused",
     "harvestctl admin status; the log of the instances"},
    {"HarvestInstanceCapacityLow", "hardly a place for another match is left",
     "harvestctl admin status; start another instance"},
    {"HarvestMemoryGrowing", "a process has grown for hours", "harvestctl admin status -o wide"},
    {"HarvestSeriesTooMany", "a daemon exports more metrics than it should", "GET /metrics"},
    {"HarvestCpuHigh", "the processors are nearly busy all the time", "harvestctl admin status -o wide; another host"},
    {"HarvestMemoryHigh", "the machine's memory is nearly full", "harvestctl admin status -o wide; another host"},
    {"HarvestClockSkew", "the machine's clock is off", "timedatectl"},
};

Document explained(const std::string& what, const std::string& kind, const std::string& meaning,
                   const std::string& check)
{
    Document document;
    document.kind = "Explanation";
    document.name_key = "what";
    document.object = {{"what", what}, {"about", kind}, {"meaning", meaning}, {"check", check}};
    document.text = fmt::format("{} ({})\n  {}\n", what, kind, meaning);
    if (!check.empty()) *document.text += fmt::format("  check: {}\n", check);
    return document;
}

} // namespace

Answer admin_explain(Invocation& invocation)
{
    const std::string what = invocation.argument(0);
    std::vector<std::string> known;
    for (const ErrcRow& row : errc_table()) {
        known.emplace_back(row.code);
        if (row.code == what)
            return explained(what, "error code",
                             fmt::format("{}; HTTP {}, exit {}{}", row.message, row.http_status, row.exit_code,
                                         row.retryable ? ", try again" : ""),
                             "");
    }
    for (const ExitCode& code : exit_codes())
        if (std::to_string(code.code) == what) return explained(what, "exit code", std::string(code.meaning), "");
    for (const AlertText& alert : alerts) {
        known.emplace_back(alert.name);
        if (alert.name == what) return explained(what, "alert", std::string(alert.meaning), std::string(alert.check));
    }
    Settings settings;
    for (const config::Field& field : fields_of(settings)) {
        known.push_back(field.path);
        if (field.path != what) continue;
        const std::string range = config::range_text(field);
        return explained(what, "configuration key",
                         fmt::format("{} {}{}; default {}{}", field.info.doc, config::type_name(field),
                                     range.empty() ? "" : ", " + range, config::value_text(field),
                                     field.info.reloadable ? "; may change by reload" : ""),
                         "harvestctl config print --key " + what);
    }
    const auto near = suggest(what, known);
    return Failure{66,
                   "not_found",
                   fmt::format("nothing is known about '{}'", what),
                   "it explains error codes, exit codes, alerts and configuration keys",
                   near ? fmt::format("did you mean: harvestctl admin explain {}", *near)
                        : "type: harvestctl docs exit-codes",
                   false,
                   {}};
}

Answer admin_game_check(Invocation& invocation)
{
    try {
        const auto [content, farm, market, recipes, quests, leagues, tournaments] =
            find_game(invocation.argument(0)).data;
        Document document;
        document.kind = "GameCheck";
        document.name_key = "content";
        document.object = {{"valid", true},
                           {"content", content->hash()},
                           {"version", content->version()},
                           {"cards", content->cards().size()},
                           {"farmers", content->farmers().size()},
                           {"starter_decks", content->starters().size()},
                           {"crops", farm->crops().size()},
                           {"farm_content", farm->hash()},
                           {"market_content", market->hash()},
                           {"recipes", recipes->recipes().size()},
                           {"recipe_content", recipes->hash()},
                           {"achievements", quests->achievements().size()},
                           {"quests", quests->quests().size()},
                           {"quest_content", quests->hash()},
                           {"leagues", leagues->leagues().size()},
                           {"league_content", leagues->hash()},
                           {"tournaments", tournaments->size()}};
        document.text =
            fmt::format("ok: {} cards, {} farmers, {} starter decks, {} crops, {} recipes, {} achievements, "
                        "{} quests, {} leagues; rules {}\n",
                        content->cards().size(), content->farmers().size(), content->starters().size(),
                        farm->crops().size(), recipes->recipes().size(), quests->achievements().size(),
                        quests->quests().size(), leagues->leagues().size(), content->hash().substr(0, 8));
        return document;
    }
    catch (const boost::system::system_error& e) {
        std::string what = e.what();
        what.erase(std::min(what.size(), what.rfind(": the request is not valid")));
        return Failure{65, "invalid_argument", what, "", "mend the files and check again", false, {}};
    }
}

} // namespace harvest::cli
