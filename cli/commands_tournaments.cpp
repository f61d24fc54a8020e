// admin tournament: opened from templates, played by the match daemon, judged by people.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {
namespace {

const Argument which{"TOURNAMENT", "an id or its short form"};

Command judging(std::string_view path, std::string_view summary, Danger danger, Handler handler,
                std::vector<Example> examples)
{
    Command made{path, summary};
    made.scope = danger == Danger::read ? "viewer" : "operator";
    made.danger = danger;
    made.returns = Returns::object;
    made.handler = handler;
    made.arguments = {which};
    made.examples = std::move(examples);
    if (danger == Danger::read)
        made.exits = {0, 66, 69, 77, 124};
    else
        made.exits = {0, 4, 66, 69, 75, 77, 124};
    made.offline = false;
    return made;
}

void add_looks(std::vector<Command>& rows)
{
    Command list =
        judging("admin tournament list", "list tournaments, the newest first", Danger::read, admin_tournament_list,
                {{"harvestctl admin tournament list --state running", "what is being played"},
                 {"harvestctl admin tournament list -o json", "for programs"}});
    list.returns = Returns::list;
    list.arguments = {};
    list.flags = {{"state", "STATE", "in this state", 0, false, {"open", "running", "ended", "cancelled"}}};
    rows.push_back(list);
    rows.push_back(judging("admin tournament get", "show one tournament with its table and pairings", Danger::read,
                           admin_tournament_get,
                           {{"harvestctl admin tournament get k_01JDB00000000000000000000A", "by id"},
                            {"harvestctl admin tournament get k_8WQ4TZ1F -o json", "by short form, for programs"}}));
}

} // namespace

std::vector<Command> tournament_commands()
{
    std::vector<Command> rows;
    add_looks(rows);
    Command create = judging(
        "admin tournament create", "open a tournament that players may enter", Danger::mild, admin_tournament_create,
        {{"harvestctl admin tournament create weekly", "as tournaments.yaml has it"},
         {"harvestctl admin tournament create knockout --name Finals --max-players 8", "for once"}});
    create.description =
        "Templates are those of tournaments.yaml; flags change their rules for this one. Players enter "
        "with PUT /v1/tournaments/{id}/entry.";
    create.arguments = {{"TEMPLATE", "weekly, knockout, or another of tournaments.yaml"}};
    create.flags = {{"name", "NAME", "what players see"},
                    {"rounds", "N", "of Swiss; else as many as its players need"},
                    {"round-minutes", "N", "time to come to the table"},
                    {"min-players", "N", "with fewer it does not start"},
                    {"max-players", "N", "more are refused"}};
    rows.push_back(create);
    Command start = judging("admin tournament start", "begin a tournament with those who have entered",
                            Danger::moderate, admin_tournament_start,
                            {{"harvestctl admin tournament start k_8WQ4TZ1F", "the first round follows"},
                             {"harvestctl admin tournament start k_8WQ4TZ1F --dry-run", "what it would do"}});
    start.description = "The match daemon pairs and seats the players, round by round, until it ends.";
    rows.push_back(start);
    Command drop =
        judging("admin tournament drop", "take a player out of a tournament", Danger::moderate, admin_tournament_drop,
                {{"harvestctl admin tournament drop k_8WQ4TZ1F @ada --reason 'left the venue'", "by name"},
                 {"harvestctl admin tournament drop k_8WQ4TZ1F @ada --dry-run", "what it would do"}});
    drop.description = "One who dropped is paired no more and has lost an open pairing.";
    drop.arguments = {which, {"PLAYER", "an id, its short form, or @name"}};
    rows.push_back(drop);
    Command judge =
        judging("admin tournament override", "decide a pairing as its judge", Danger::mild, admin_tournament_override,
                {{"harvestctl admin tournament override k_8WQ4TZ1F --round 1 --table 3 --outcome first",
                  "the first player won"},
                 {"harvestctl admin tournament override k_8WQ4TZ1F --round 1 --table 3 --outcome both_lost --dry-run",
                  "what it would do"}});
    judge.description = "Also instead of what was decided before: in Swiss of every round, in elimination of the last "
                        "alone. A match that goes on at that table decides nothing any more.";
    judge.flags = {{"round", "N", "of the pairing"},
                   {"table", "N", "of the pairing"},
                   {"outcome", "OUTCOME", "who won", 0, false, {"first", "second", "draw", "both_lost"}}};
    rows.push_back(judge);
    Command end = judging("admin tournament end", "cancel a tournament", Danger::moderate, admin_tournament_end,
                          {{"harvestctl admin tournament end k_8WQ4TZ1F --reason 'too few came'", "nothing is paid"},
                           {"harvestctl admin tournament end k_8WQ4TZ1F --dry-run", "what it would do"}});
    end.description = "One that is played to its end ends by itself, and pays its prizes.";
    rows.push_back(end);
    return rows;
}

} // namespace harvest::cli
