// serve, config, loadtest, version, completion, docs.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {
namespace {

const std::vector<Flag> serve_flags{
    {"data-dir", "DIR", "where data, keys and the admin socket live"},
    {"ports-from", "N",
     "gateway, connsrv UDP and TCP, instance UDP and TCP, admin on N to N+5, plain ENet on N+7 and N+8, child "
     "instances on N+10 up; 0: the system chooses"},
    {"log-level", "LEVEL", "least level that is logged", 0, false, {"debug", "info", "warn", "error"}},
    {"log-format", "FORMAT", "form of the log on stderr", 0, false, {"json", "text"}},
    {"drain-timeout", "DURATION", "how long a stop may wait for what is at hand"},
    {"check", "", "do all start checks, then exit"},
    {"explain", "", "print the configuration with origins and the listeners, then exit"},
    {"dev", "", "development secrets and looser limits"},
    {"no-context", "", "write no context by which admin commands find it"},
};

Command serve_all_row()
{
    Command row{"serve all", "run every daemon in one process"};
    row.description =
        "Runs auth, match, instance, chat, metrics, connsrv and gateway with their stores in one data directory, "
        "in the foreground, until SIGTERM or Ctrl-C; a second signal ends it at once. SIGHUP reloads.";
    row.flags = serve_flags;
    row.flags.push_back({"only", "DAEMONS", "run only these, separated by commas"});
    row.flags.push_back({"except", "DAEMONS", "run all but these"});
    row.flags.push_back({"ephemeral", "", "temporary data and development secrets, removed at exit"});
    row.flags.push_back({"keep", "", "with --ephemeral: keep the data at exit and say where they are"});
    row.flags.push_back(
        {"bots", "N", "let N bots play; they are on no leaderboard and in no figure of what people do"});
    row.returns = Returns::object;
    row.exits = {0, 1, 65, 66, 69, 73, 74, 78};
    row.examples = {{"harvestctl serve all --ephemeral --bots 20 --ports-from 0", "a demo with bots that play"},
                    {"harvestctl serve all --data-dir DIR --check", "would it start?"}};
    row.handler = serve_all;
    row.endless = true;
    return row;
}

Command serve_one_row(std::string_view path, std::string_view summary)
{
    Command row{path, summary};
    row.description =
        "Runs one daemon of a distributed system, over PostgreSQL, Kafka, Redis and mutual TLS between the "
        "daemons (`admin key ca` makes the certificates). A second one of the same kind takes another "
        "--id: its ports stand ten on, its own files in a folder of that name in the data directory.";
    row.flags = serve_flags;
    row.flags.push_back({"id", "ID", "the daemon's id, like auth-0"});
    row.flags.push_back({"slots", "N", "slots of this daemon"});
    row.returns = Returns::object;
    row.exits = {0, 1, 65, 66, 69, 73, 74, 78};
    row.handler = serve_one;
    row.endless = true;
    return row;
}

void add_config(std::vector<Command>& rows)
{
    Command check{"config check", "check a configuration and name every fault with its place"};
    check.arguments = {{"FILE", "a file or a directory of *.yaml; else what --config names", false}};
    check.flags = {{"strict", "", "take warnings for errors"}};
    check.returns = Returns::list;
    check.exits = {0, 66, 78};
    check.examples = {{"harvestctl config check config/all_in_one.yaml", "check one file"},
                      {"harvestctl config check -o json", "for programs"}};
    check.handler = config_check;
    rows.push_back(check);

    Command print{"config print", "print the effective values and where each comes from"};
    print.flags = {{"key", "KEY", "only this key, or the keys of this section"},
                   {"defaults", "", "the defaults, whatever is set"}};
    print.returns = Returns::list;
    print.exits = {0, 66, 78};
    print.examples = {{"harvestctl config print --key gateway", "one section"},
                      {"harvestctl config print --set gateway.port=9443 -o json", "what a flag would do"}};
    print.handler = config_print;
    rows.push_back(print);

    Command diff{"config diff", "compare two configurations; exit 1 if they differ"};
    diff.arguments = {{"A", "a file or directory"}, {"B", "another; else the defaults", false}};
    diff.returns = Returns::list;
    diff.exits = {0, 1, 66, 78};
    diff.examples = {{"harvestctl config diff config/all_in_one.yaml", "a file against the defaults"},
                     {"harvestctl config diff config/all_in_one.yaml config/all_in_one.yaml -o json", "two files"}};
    diff.handler = config_diff;
    rows.push_back(diff);

    Command schema{"config schema", "print the JSON Schema of the configuration, for editors"};
    schema.examples = {{"harvestctl config schema", "to stdout"},
                       {"harvestctl config schema --quiet", "the same, without warnings"}};
    schema.handler = config_schema;
    rows.push_back(schema);

    Command init{"config init", "print a commented starter configuration"};
    init.arguments = {{"KIND", "which starter", true, false, {"all-in-one", "distributed"}}};
    init.examples = {{"harvestctl config init all-in-one", "everything in one process"},
                     {"harvestctl config init distributed", "separate daemons"}};
    init.handler = config_init;
    rows.push_back(init);
}

void add_loadtest(std::vector<Command>& rows)
{
    Command run{"loadtest run", "let bots play against a running system and judge what they met"};
    run.description =
        "Bots sign in over REST, connect by ENet and WebSocket, farm, queue, play whole matches, chat, and "
        "resume after a cut. The exit code is the verdict: 0 pass, 1 fail, 3 inconclusive.";
    run.arguments = {{"SCENARIO", "a name of `loadtest scenarios` or a file; else smoke", false}};
    run.flags = {{"bots", "N", "how many bots"},
                 {"duration", "DURATION", "how long they play"},
                 {"seed", "N", "same seed: same schedule and choices"},
                 {"verify", "", "afterwards check each bot's inventory, the ledger and every match"},
                 {"threshold", "RULE", "a rule like 'errors: rate < 1%'", 0, true},
                 {"out", "DIR", "write summary.json, report.txt and junit.xml there"},
                 {"as", "FORMAT", "form of the report on stdout", 0, false, {"text", "junit"}}};
    run.returns = Returns::object;
    run.exits = {0, 1, 3, 4, 66, 69, 73, 78, 130};
    run.offline = false;
    run.endless = true;
    run.examples = {{"harvestctl loadtest run smoke --bots 4 --duration 10s", "a short test"},
                    {"harvestctl loadtest run mixed --bots 4 --duration 10s --verify", "farm too, then check all"},
                    {"harvestctl loadtest run smoke --bots 2 --duration 5s -o json", "its figures"}};
    run.handler = loadtest_run;
    rows.push_back(run);

    Command scenarios{"loadtest scenarios", "list the scenarios that come along"};
    scenarios.returns = Returns::list;
    scenarios.examples = {{"harvestctl loadtest scenarios", "all of them"},
                          {"harvestctl loadtest scenarios -o name", "their names"}};
    scenarios.handler = loadtest_scenarios;
    rows.push_back(scenarios);

    Command lint{"loadtest lint", "check a scenario and say what it needs"};
    lint.arguments = {{"FILE", "a scenario"}};
    lint.returns = Returns::object;
    lint.exits = {0, 66, 78};
    lint.examples = {{"harvestctl loadtest lint config/loadtest/smoke.yaml", "one file"},
                     {"harvestctl loadtest lint config/loadtest/smoke.yaml -o json", "for programs"}};
    lint.handler = loadtest_lint;
    rows.push_back(lint);
}

} // namespace

std::vector<Command> top_commands()
{
    std::vector<Command> rows{serve_all_row()};
    rows.push_back(serve_one_row("serve gateway", "run the REST door"));
    rows.push_back(serve_one_row("serve connsrv", "run the live door (ENet over DTLS, WebSocket)"));
    rows.push_back(serve_one_row("serve auth", "run sign-in and the keys"));
    rows.push_back(serve_one_row("serve match", "run matchmaking"));
    rows.push_back(serve_one_row("serve instance", "run the rooms in which matches are played"));
    rows.push_back(serve_one_row("serve chat", "run chat"));
    rows.push_back(serve_one_row("serve metrics", "run the game and business metrics"));
    for (Command& row : rows)
        if (row.examples.empty())
            row.examples = {{"harvestctl config check config/distributed.yaml", "check what it would read"},
                            {"harvestctl config print --key data_dir", "where its data would be"}};
    add_config(rows);
    add_loadtest(rows);

    Command version_row{"version", "print the version of this binary"};
    version_row.returns = Returns::object;
    version_row.examples = {{"harvestctl version", "one line"},
                            {"harvestctl version -o json", "with build and libraries"}};
    version_row.handler = version;
    rows.push_back(version_row);

    Command completion_row{"completion", "print the completion script of a shell"};
    completion_row.arguments = {{"SHELL", "which shell", true, false, {"bash", "zsh", "fish"}}};
    completion_row.examples = {{"harvestctl completion bash", "for ~/.bashrc: source <(harvestctl completion bash)"},
                               {"harvestctl completion fish", "for ~/.config/fish/completions"}};
    completion_row.handler = completion;
    rows.push_back(completion_row);

    Command docs_row{"docs", "print reference made from the program itself"};
    docs_row.arguments = {
        {"WHAT", "which reference", true, false, {"man", "commands", "exit-codes", "metrics", "events"}},
        {"PAGE", "of `docs man`: one page, else --out DIR for all; of `docs events`: a type", false}};
    docs_row.flags = {{"out", "DIR", "write all pages into DIR"}};
    docs_row.exits = {0, 66, 73};
    docs_row.examples = {{"harvestctl docs exit-codes", "what exit codes mean"},
                         {"harvestctl docs man harvestctl.1", "one man page in mdoc"},
                         {"harvestctl docs events harvest.game.match.ended.v1", "the JSON Schema of an event"}};
    docs_row.handler = docs;
    rows.push_back(docs_row);

    Command words{"__complete", "candidates for the word under the cursor"};
    words.arguments = {{"WORD", "the words so far", false, true}};
    words.handler = complete_words;
    rows.push_back(words);
    return rows;
}

} // namespace harvest::cli
