// admin: to change. Every row has a danger level; parse.cpp and client.cpp take the flags and the asking from it.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {
namespace {

Command changing(std::string_view path, std::string_view summary, Danger danger, std::string_view scope,
                 Handler handler, std::vector<Example> examples)
{
    Command row{path, summary};
    row.danger = danger;
    row.scope = scope;
    row.returns = Returns::object;
    row.handler = handler;
    row.examples = std::move(examples);
    row.exits = {0, 4, 66, 69, 75, 77, 124};
    row.offline = false;
    return row;
}

Command balance_command()
{
    Command row{"admin game balance", "let bots play bots, and show what wins too often"};
    row.description =
        "Half of the games are between random legal decks, a quarter between starter decks, a quarter "
        "between one of each. A thing counts in the games in which one side has it and the other has not: "
        "cards, families (more of it than the average deck) and farmers between random decks only. "
        "Balanced: each seat 47 to 53 %, no starter deck above 56 %, with the whole interval.";
    row.flags = {{"games", "N", "how many games (2000)"},
                 {"bot", "LEVEL", "who plays (greedy)", 0, false, {"random", "greedy", "planner"}},
                 {"seed", "N", "same seed: same games, whatever the number of threads (1)"},
                 {"deck", "STARTER", "one side of every game plays this starter deck"},
                 {"threads", "N", "how many threads (one a core)"}};
    row.returns = Returns::list;
    row.handler = admin_game_balance;
    row.exits = {0, 1, 3, 65, 66};
    row.endless = true;
    row.examples = {{"harvestctl admin game balance --games 20000 --bot greedy --seed 1", "the figures of a release"},
                    {"harvestctl admin game balance --sort -rate --filter kind=card", "the strongest cards first"}};
    return row;
}

const Argument player{"PLAYER", "an id, its short form, or @name"};

Command season_status()
{
    Command row{"admin season status", "show the season that is open, and the last ones"};
    row.description = "A season that is over is ending until its end has come to every ranked player: PLAYERS is how "
                      "many it has reset, REWARDED how many of them it paid.";
    row.returns = Returns::list;
    row.scope = "viewer";
    row.handler = admin_season_status;
    row.exits = {0, 69, 77};
    row.offline = false;
    row.examples = {{"harvestctl admin season status", "the newest first"},
                    {"harvestctl admin season status -o json", "for programs"}};
    return row;
}

void add_projections(std::vector<Command>& rows)
{
    Command list{"admin projections list", "list what is made of the events: statistics, achievements"};
    list.description = "A projection can be dropped and made again from the event log at any time: admin projections "
                       "rebuild. LAG is how many events its readers are behind.";
    list.returns = Returns::list;
    list.scope = "viewer";
    list.handler = admin_projections_list;
    list.exits = {0, 69, 77};
    list.offline = false;
    list.examples = {{"harvestctl admin projections list", "all, with their lag"},
                     {"harvestctl admin projections list -o json", "for programs"}};
    rows.push_back(list);
    Command rebuild =
        changing("admin projections rebuild", "drop a projection and make it again from the event log",
                 Danger::moderate, "operator", admin_projections_rebuild,
                 {{"harvestctl admin projections rebuild statistics --dry-run", "what it would do"},
                  {"harvestctl admin projections rebuild achievements --reason 'new quests' --yes", "do it"}});
    rebuild.description = "The game goes on meanwhile; until the past has been read again, players see what has been "
                          "counted so far. What was earned stays earned and is not paid again.";
    rebuild.arguments = {{"NAME", "statistics or achievements"}};
    rows.push_back(rebuild);
}

void add_sanctions(std::vector<Command>& rows)
{
    Command ban = changing(
        "admin ban", "keep a player out; sessions end within a second", Danger::moderate, "moderator", admin_ban,
        {{"harvestctl admin ban @demo_1_0001 --for 7d --reason 'case 5512' --dry-run", "what it would do"},
         {"harvestctl admin ban @demo_1_0001 --for 7d --reason 'case 5512' --yes", "do it"}});
    ban.arguments = {player};
    ban.flags = {{"for", "DURATION", "how long, or permanent"},
                 {"scope", "SCOPE", "kept out of what", 0, false, {"all", "login", "ranked", "casual", "market"}}};
    rows.push_back(ban);
    Command unban = changing("admin unban", "lift the bans of a player", Danger::mild, "moderator", admin_unban,
                             {{"harvestctl admin unban @demo_1_0001", "lift them"},
                              {"harvestctl admin unban @demo_1_0001 --dry-run -o json", "what it would do"}});
    unban.arguments = {player};
    rows.push_back(unban);
    Command mute =
        changing("admin mute", "let a player say nothing in chat for a while", Danger::mild, "moderator", admin_mute,
                 {{"harvestctl admin mute @demo_1_0001 --for 10m --reason 'case 5513'", "ten minutes"},
                  {"harvestctl admin mute @demo_1_0001 --reason spam --dry-run -o json", "what it would do"}});
    mute.arguments = {player};
    mute.flags = {{"for", "DURATION", "how long, or permanent; else 1h"}};
    rows.push_back(mute);
    Command unmute = changing("admin unmute", "let a muted player speak again", Danger::mild, "moderator", admin_unmute,
                              {{"harvestctl admin unmute @demo_1_0001", "lift it"},
                               {"harvestctl admin unmute @demo_1_0001 --dry-run -o json", "what it would do"}});
    unmute.arguments = {player};
    rows.push_back(unmute);
    Command kick = changing("admin kick", "end the sessions of a player, who may sign in again", Danger::moderate,
                            "moderator", admin_kick,
                            {{"harvestctl admin kick @demo_1_0001 --reason stuck --dry-run", "what it would do"},
                             {"harvestctl admin kick @demo_1_0001 --reason stuck --yes", "do it"}});
    kick.arguments = {player};
    rows.push_back(kick);
}

void add_process(std::vector<Command>& rows)
{
    Command seed = changing("admin seed", "make players; those that are there stay as they are", Danger::mild,
                            "operator", admin_seed,
                            {{"harvestctl admin seed --set demo --players 5", "five players"},
                             {"harvestctl admin seed --players 5 --dry-run -o json", "what it would do"}});
    seed.flags = {{"set", "SET", "which set", 0, false, {"demo", "ci", "load"}},
                  {"players", "N", "how many"},
                  {"seed", "N", "another seed makes other players"}};
    seed.description = "Where each daemon is a process with a certificate of its own, ask the one of auth or of the "
                       "gateway: no other may have players made.";
    seed.reach = "players";
    rows.push_back(seed);

    Command drain =
        changing("admin drain", "finish what is at hand, then stop", Danger::moderate, "operator", admin_drain,
                 {{"harvestctl admin drain all --dry-run", "what holds it"},
                  {"harvestctl admin drain all --dry-run -o json", "for programs"}});
    drain.arguments = {{"DAEMON", "all"}};
    rows.push_back(drain);
    Command reload = changing(
        "admin reload", "take a changed configuration where that needs no restart", Danger::mild, "operator",
        admin_reload,
        {{"harvestctl admin reload", "the running system"}, {"harvestctl admin reload -o json", "for programs"}});
    reload.planned = false;
    reload.description =
        "Reads the configuration and the game's content again. Settings that may change by reload (harvest.yaml(5) and "
        "`config print -o wide` say which: limits, rates, the chat's filter, the search for opponents, the log's "
        "level) "
        "hold from the next request on, in the instance processes of `serve all` too; the others that differ are named "
        "and wait for a restart. Configuration and content are each taken whole or not at all: a fault in one (65) "
        "leaves "
        "that one as it was, and the other is taken all the same.";
    reload.exits = {0, 4, 65, 66, 69, 75, 77, 124};
    rows.push_back(reload);
}

void add_keys(std::vector<Command>& rows)
{
    Command keys{"admin key list", "list the keys that sign tokens, by id"};
    keys.returns = Returns::list;
    keys.scope = "viewer";
    keys.handler = admin_key_list;
    keys.exits = {0, 69, 77};
    keys.offline = false;
    keys.examples = {{"harvestctl admin key list", "all that are published"},
                     {"harvestctl admin key list -o name", "their ids"}};
    rows.push_back(keys);
    Command rotate = changing("admin key rotate", "make a new signing key; the old one stays for its overlap",
                              Danger::moderate, "owner", admin_key_rotate,
                              {{"harvestctl admin key rotate --dry-run", "what it would do"},
                               {"harvestctl admin key rotate --yes", "do it"}});
    rotate.description = "Where each daemon is a process with a certificate of its own, ask the one of auth: it takes "
                         "this from no other.";
    rows.push_back(rotate);
}

void add_audit(std::vector<Command>& rows)
{
    Command audit{"admin audit list", "list who did what, and what touched the safety of accounts, the newest first"};
    audit.description =
        "The log of the process that is asked. Outcome noted: nobody asked for it here: a refused admin call, a used "
        "refresh token, an account locked by guessing, or what an owner changed. COUNT is above 1 where anybody can "
        "cause it: those of a minute are one record.";
    audit.returns = Returns::list;
    audit.scope = "operator";
    audit.flags = {
        {"actor", "WHO", "done by this operator"},
        {"target", "ID", "done to this target, whole or short as the table shows it"},
        {"since", "TIME", "-10m, @<epoch ms> or RFC 3339"},
        {"log", "WHICH", "of the daemon, or of commands that needed none", 0, false, {"daemon", "commands"}}};
    audit.handler = admin_audit_list;
    audit.exits = {0, 69, 77};
    audit.offline = false;
    audit.examples = {{"harvestctl admin audit list --limit 10", "the last ten"},
                      {"harvestctl admin audit list --since -1h -o jsonl", "of the last hour, for programs"}};
    rows.push_back(audit);
    Command verify = audit;
    verify.path = "admin audit verify";
    verify.summary = "verify the chain of audit records; names the first bad one, exit 1";
    verify.returns = Returns::object;
    verify.flags = {};
    verify.handler = admin_audit_verify;
    verify.exits = {0, 1, 69, 77};
    verify.examples = {{"harvestctl admin audit verify", "the whole chain"},
                       {"harvestctl admin audit verify -o json", "for programs"}};
    rows.push_back(verify);

    Command undo = changing("admin undo", "undo a change by the inverse that its audit record keeps", Danger::moderate,
                            "operator", admin_undo,
                            {{"harvestctl admin undo a_5M0C7Q2H --dry-run", "what it would do"},
                             {"harvestctl admin undo a_5M0C7Q2H --reason 'the wrong player' --yes", "do it"}});
    undo.description = "If the state still allows it: nothing has come in between that this would undo too. Exit 65 if "
                       "the change cannot be undone, which its plan has said. An undone change is a change, and may be "
                       "undone.";
    undo.arguments = {{"AUDIT", "the id that the change was answered with, or its short form"}};
    undo.exits = {0, 4, 65, 66, 69, 75, 77, 124};
    rows.push_back(undo);
}

void add_contexts(std::vector<Command>& rows)
{
    Command contexts{"admin context list", "list the systems that --context may name"};
    contexts.returns = Returns::list;
    contexts.handler = admin_context_list;
    contexts.examples = {{"harvestctl admin context list", "all"},
                         {"harvestctl admin context list -o name", "their names"}};
    rows.push_back(contexts);
    Command use{"admin context use", "choose the system that commands go to by default"};
    use.arguments = {{"NAME", "a context"}};
    use.returns = Returns::object;
    use.handler = admin_context_use;
    use.exits = {0, 66, 73};
    use.examples = {{"harvestctl admin context use local", "the one on this machine"},
                    {"harvestctl admin context use demo", "the demo"}};
    rows.push_back(use);
    Command unlock{"admin context unlock", "let a protected context be changed for a while"};
    unlock.description = "In a protected context a change counts one level higher, needs --context NAME on that very "
                         "line and an unlock in force; --plan ID of a --dry-run stands in for the unlock. A context is "
                         "protected by `protected: true` in contexts.yaml.";
    unlock.arguments = {{"NAME", "a context"}};
    unlock.flags = {{"for", "DURATION", "how long: 15m, at most 8h"},
                    {"reason", "TEXT", "why; it is kept beside the contexts"}};
    unlock.returns = Returns::object;
    unlock.handler = admin_context_unlock;
    unlock.exits = {0, 66, 73};
    unlock.examples = {{"harvestctl admin context unlock prod --for 15m --reason 'case 5512'", "a quarter of an hour"},
                       {"harvestctl admin context unlock prod --reason 'case 5512' -o json", "for programs"}};
    rows.push_back(unlock);
}

void add_content(std::vector<Command>& rows)
{
    Command game{"admin game check", "check the game's content and name every fault with its place"};
    game.arguments = {{"DIR",
                       "a folder with battle, cards, farm, market, recipes, quests, leagues and tournaments .yaml; "
                       "else the one in use",
                       false}};
    game.returns = Returns::object;
    game.handler = admin_game_check;
    game.exits = {0, 65, 66};
    game.examples = {{"harvestctl admin game check", "what this binary uses"},
                     {"harvestctl admin game check config/game", "a folder"}};
    rows.push_back(game);
    Command again = changing("admin game reload", "take the game's content from its files again", Danger::mild,
                             "operator", admin_game_reload,
                             {{"harvestctl admin game reload", "the running system"},
                              {"harvestctl admin game reload -o json", "for programs"}});
    again.exits = {0, 4, 65, 66, 69, 75, 77, 124};
    again.planned = false;
    again.description =
        "Reads content_dir as it is now. Matches that have begun keep their rules, and their replays find them; what "
        "comes later is played, grown, sold, crafted and paid under the new content. Refused, with the old content "
        "still in force: a fault in a file, a card or crop that is gone, another seed of the weather, another calendar "
        "of seasons. A process that has no admin door of its own reloads by SIGHUP.";
    rows.push_back(again);
}

} // namespace

std::vector<Command> operate_commands()
{
    std::vector<Command> rows;
    add_sanctions(rows);
    add_process(rows);
    add_keys(rows);
    add_audit(rows);
    add_contexts(rows);
    add_content(rows);
    rows.push_back(balance_command());
    add_projections(rows);
    rows.push_back(season_status());
    return rows;
}

} // namespace harvest::cli
