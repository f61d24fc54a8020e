// admin: to look. Status and health, players, matches, events, replay.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {
namespace {

// A command of admin that only reads.
Command reading(std::string_view path, std::string_view summary, Returns returns, Handler handler,
                std::vector<Example> examples)
{
    Command row{path, summary};
    row.returns = returns;
    row.handler = handler;
    row.examples = std::move(examples);
    row.scope = "viewer";
    row.exits = {0, 66, 69, 77, 124};
    row.offline = false;
    return row;
}

// Has no --timeout: each look has one.
const std::vector<Flag> watching{{"watch", "", "look again and again; with -o json or jsonl each time is a line"},
                                 {"interval", "DURATION", "how long between two looks (2s)"}};

void add_state(std::vector<Command>& rows)
{
    Command status =
        reading("admin status", "show every daemon of every process: state, version, uptime, load, last error",
                Returns::list, admin_status,
                {{"harvestctl admin status", "all daemons"},
                 {"harvestctl admin status instance -o json", "one kind, for programs"}});
    status.arguments = {{"DAEMON", "a daemon or one slot of it (instance, instance-0); else all", false}};
    status.flags = watching;
    rows.push_back(status);

    Command health =
        reading("admin health", "give the verdict with its reasons; exit 1 if unhealthy", Returns::list, admin_health,
                {{"harvestctl admin health", "is it well?"},
                 {"harvestctl admin health --exit-when-healthy --timeout 30s", "wait until it is"}});
    health.flags = watching;
    health.flags.push_back({"exit-when-healthy", "", "look again until it is healthy or --timeout runs out"});
    health.exits = {0, 1, 69, 77, 124};
    rows.push_back(health);

    Command wait = reading("admin wait", "wait until a condition holds, for playbooks", Returns::object, admin_wait,
                           {{"harvestctl admin wait system --for ready --timeout 30s", "everything answers"},
                            {"harvestctl admin wait daemon/instance --for ready", "one daemon answers"}});
    wait.arguments = {{"WHAT", "system, or daemon/NAME"}};
    wait.flags = {{"for", "CONDITION", "ready, healthy, drained, lag<N or matches=N"}};
    wait.exits = {0, 69, 124};
    rows.push_back(wait);

    Command explain = reading("admin explain", "say what a general code, exit code, alert or configuration key means",
                              Returns::object, admin_explain,
                              {{"harvestctl admin explain unavailable", "an error code"},
                               {"harvestctl admin explain gateway.port", "a configuration key"}});
    explain.arguments = {{"WHAT", "a general error code, exit code, alert or health check, or configuration key"}};
    explain.offline = true;
    explain.scope = {};
    explain.exits = {0, 66};
    rows.push_back(explain);
}

void add_players(std::vector<Command>& rows)
{
    Command get = reading("admin player get", "show one player: ratings, balances, sanctions, matches", Returns::object,
                          admin_player_get,
                          {{"harvestctl admin player get @demo_1_0001", "by name"},
                           {"harvestctl admin player get @demo_1_0001 -o json", "for programs"}});
    get.arguments = {{"PLAYER", "an id, its short form, or @name"}};
    rows.push_back(get);

    Command list = reading("admin player list", "list players", Returns::list, admin_player_list,
                           {{"harvestctl admin player list --limit 10", "the first ten"},
                            {"harvestctl admin player list --name demo -o name", "ids of those whose name begins so"}});
    list.flags = {{"name", "PREFIX", "whose names begin so"},
                  {"bots", "WHICH", "with or without bots", 0, false, {"true", "false"}}};
    rows.push_back(list);

    Command sanctions = reading("admin player sanctions", "list what keeps a player out, by whom and why",
                                Returns::list, admin_player_sanctions,
                                {{"harvestctl admin player sanctions @demo_1_0001", "one player"},
                                 {"harvestctl admin player sanctions @demo_1_0001 -o json", "for programs"}});
    sanctions.arguments = {{"PLAYER", "an id, its short form, or @name"}};
    rows.push_back(sanctions);

    Command sessions = reading("admin session list", "list the sessions of a player, and which are live", Returns::list,
                               admin_session_list,
                               {{"harvestctl admin session list --player @demo_1_0001", "one player's"},
                                {"harvestctl admin session list --player @demo_1_0001 -o json", "for programs"}});
    sessions.flags = {{"player", "PLAYER", "an id, its short form, or @name"}};
    rows.push_back(sessions);
}

void add_play(std::vector<Command>& rows)
{
    Command list = reading("admin match list", "list matches, the newest first", Returns::list, admin_match_list,
                           {{"harvestctl admin match list --state ended --limit 5", "the last five that ended"},
                            {"harvestctl admin match list -o name --limit 1", "an id for `admin replay`"}});
    list.flags = {{"state", "STATE", "in this state", 0, false, {"made", "playing", "ended", "aborted"}},
                  {"mode", "MODE", "of this mode"},
                  {"player", "PLAYER", "of this player"}};
    rows.push_back(list);

    Command get = reading("admin match get", "show one match", Returns::object, admin_match_get,
                          {{"harvestctl admin match get m_01JDB00000000000000000000A", "by id"},
                           {"harvestctl admin match get m_8WQ4TZ1F -o json", "by short form, for programs"}});
    get.arguments = {{"MATCH", "an id or its short form"}};
    rows.push_back(get);

    Command replay =
        reading("admin replay", "play a match again and verify it, or a player's value from events", Returns::object,
                admin_replay,
                {{"harvestctl admin replay m_01JDB00000000000000000000A", "prove it"},
                 {"harvestctl admin replay m_01JDB00000000000000000000A --tell", "read it turn by turn"},
                 {"harvestctl admin replay --player @ada", "do the events explain what ada has?"},
                 {"harvestctl admin replay --player p_7F3KX9QA --until -1h -o json", "as it was an hour ago"}});
    replay.description =
        "Takes the record from the running system, else from the data directory, or from a file. Exit 1 if "
        "the replay diverges, the chance was not fair, or it comes to another end than was settled; a file is held "
        "against no store. Exit 3 if --nonce came too late to count. With --player: sums what events moved for the "
        "player, in "
        "balances, escrow and numbered cards, and compares it with the store. While they differ, both are read again "
        "for as long as they move, and 5s more. With --until, the store's side are its histories. Exit 1 if they "
        "differ; 3 if the events begin too late, or are older than their member changes.";
    replay.arguments = {{"MATCH", "an id or its short form, a file with a record, or -", false}};
    replay.flags = {{"player", "PLAYER", "this player's holdings instead: an id, its short form, or @name"},
                    {"until", "TIME", "what came before: -1h, RFC 3339, or epoch milliseconds"},
                    {"tell", "", "tell the game turn by turn"},
                    {"save", "FILE", "write the record to FILE"},
                    {"commitment", "HEX", "the commitment that was published before the match"},
                    {"nonce", "HEX", "the nonce that you gave; a seat must have it, or the zeros of one too late"},
                    {"set", "KEY=VALUE", "set one configuration key (content_dir)", 0, true}};
    replay.exits = {0, 1, 3, 65, 66, 69};
    rows.push_back(replay);
}

void add_queue(std::vector<Command>& rows)
{
    Command queue = reading("admin queue list", "list who waits for a match", Returns::list, admin_queue_list,
                            {{"harvestctl admin queue list", "everybody"},
                             {"harvestctl admin queue list --mode ranked -o json", "one mode"},
                             {"harvestctl admin queue list --ratings -o jsonl", "as admin queue simulate reads it"}});
    queue.flags = {{"mode", "MODE", "of this mode"},
                   {"ratings", "", "with ratings, as admin queue simulate takes them (-o jsonl)"}};
    rows.push_back(queue);
    Command explain = reading("admin queue explain", "tell why a ticket waits: which rule rejects whom, and until when",
                              Returns::list, admin_queue_explain,
                              {{"harvestctl admin queue explain q_7F3KX9QA", "the nearest opponents first"},
                               {"harvestctl admin queue explain q_7F3KX9QA -o json", "with the ticket's own window"}});
    explain.description =
        "Shows the other tickets of the mode, at most 50, with what the matcher holds against each: window (they are "
        "further apart than both windows reach yet, in rating points with latency and a recent match counted in), "
        "delayed (one of the two walked out of matches and has to wait), rating_gap (one of them wants nobody so "
        "far), blocked, party (a challenge is for one party), or fits: they are paired in the next cycle unless "
        "somebody closer is there. RELAXES IN says when the rule no longer keeps them apart; without it, never.";
    explain.arguments = {{"TICKET", "an id or its short form", true}};
    rows.push_back(explain);
    Command simulate{"admin queue simulate",
                     "run the matcher on recorded tickets, with the rules as they are or changed"};
    simulate.description =
        "Each line of FILE is a ticket as admin queue list --ratings -o jsonl prints it: mode, queued_at, rating, and "
        "where wanted ticket, player, deviation and max_rating_gap; a ticket that comes again counts once. Tells, by "
        "mode, how long people would have waited and how far apart the two of a match would have been. Rules are the "
        "keys match.* of the configuration.";
    simulate.arguments = {{"FILE", "recorded tickets, or -", true}};
    simulate.flags = {{"config", "PATH", "a YAML file or a directory of them"},
                      {"set", "KEY=VALUE", "change one rule (match.window, match.window_growth, …)", 0, true},
                      {"baseline", "", "beside it, the rules without --set"}};
    simulate.returns = Returns::list;
    simulate.handler = admin_queue_simulate;
    simulate.exits = {0, 65, 66, 78};
    simulate.examples = {
        {"harvestctl admin queue simulate day.jsonl", "the rules as they are"},
        {"harvestctl admin queue simulate day.jsonl --set match.window=80 --baseline", "would 80 be fairer?"}};
    rows.push_back(simulate);

    rows.push_back(reading("admin ledger check", "recompute the ledger from its history; exit 1 if it is unsound",
                           Returns::list, admin_ledger_check,
                           {{"harvestctl admin ledger check", "zero sum by asset"},
                            {"harvestctl admin ledger check -o json", "with every figure"}}));
}

void add_ledger(std::vector<Command>& rows)
{
    Command show = reading("admin ledger show", "list the transfers of one account", Returns::list, admin_ledger_show,
                           {{"harvestctl admin ledger show @demo_1_0001", "a player's"},
                            {"harvestctl admin ledger show mint --limit 5", "an account of the system"}});
    show.arguments = {{"ACCOUNT", "mint, sink, reward, …, or a player"}};
    show.flags = {{"after", "N", "after this sequence number"}};
    rows.push_back(show);
}

void add_events(std::vector<Command>& rows)
{
    Command events = reading("admin events", "show domain events, decoded", Returns::list, admin_events,
                             {{"harvestctl admin events --limit 20", "the last ones"},
                              {"harvestctl admin events --type 'game.match.*' --since -10m", "of one kind and time"}});
    events.flags = {{"follow", "", "go on as they come", 'f'},
                    {"type", "TYPE", "of this type; game.match.* for all that begin so"},
                    {"player", "KEY", "of this player, match or channel (whole id)"},
                    {"since", "TIME", "-10m, @<epoch ms> or RFC 3339"}};
    rows.push_back(events);
}

} // namespace

std::vector<Command> look_commands()
{
    std::vector<Command> rows;
    add_state(rows);
    add_players(rows);
    add_play(rows);
    add_queue(rows);
    add_ledger(rows);
    add_events(rows);
    return rows;
}

} // namespace harvest::cli
