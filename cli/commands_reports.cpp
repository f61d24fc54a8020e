// admin report: what players brought before moderators.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {
namespace {

const Argument report{"REPORT", "an id or its short form"};

Command moderating(std::string_view path, std::string_view summary, Handler handler, std::vector<Example> examples)
{
    Command made{path, summary};
    made.scope = "moderator";
    made.returns = Returns::object;
    made.handler = handler;
    made.examples = std::move(examples);
    made.exits = {0, 66, 69, 77, 124};
    made.offline = false;
    return made;
}

} // namespace

std::vector<Command> report_commands()
{
    std::vector<Command> rows;
    Command list =
        moderating("admin report list", "list what players reported, the newest first", admin_report_list,
                   {{"harvestctl admin report list --state open", "what nobody has taken yet"},
                    {"harvestctl admin report list --mine -o json", "what you took or closed, for programs"}});
    list.returns = Returns::list;
    list.flags = {{"state", "STATE", "in this state", 0, false, {"open", "taken", "closed"}},
                  {"mine", "", "taken or closed by you"},
                  {"player", "PLAYER", "of this player: an id, its short form, or @name"}};
    rows.push_back(list);

    Command get = moderating("admin report get", "show one report with its evidence", admin_report_get,
                             {{"harvestctl admin report get r_01JDB00000000000000000000A", "by id"},
                              {"harvestctl admin report get r_8WQ4TZ1F -o json", "by short form, for programs"}});
    get.description = "Of a message the evidence is the message as it stood when it was reported, with what was said "
                      "before it; its author's edits and deletions come too late. Of a player it is the match, if the "
                      "reporter named one: admin replay shows it.";
    get.arguments = {report};
    rows.push_back(get);

    Command take = moderating("admin report take", "take a report, so that others leave it to you", admin_report_take,
                              {{"harvestctl admin report take r_01JDB00000000000000000000A", "yours from now on"},
                               {"harvestctl admin report take r_8WQ4TZ1F --dry-run -o json", "what it would do"}});
    take.description = "Also out of the hands of another moderator, and a closed one again.";
    take.danger = Danger::mild;
    take.exits = {0, 4, 66, 69, 75, 77, 124};
    take.arguments = {report};
    rows.push_back(take);

    Command close = take;
    close.path = "admin report close";
    close.summary = "close a report: it was right, or it was not";
    close.description = "It punishes nobody: admin mute and admin ban do, and name the report in their --reason.";
    close.handler = admin_report_close;
    close.flags = {{"outcome", "OUTCOME", "what was found", 0, false, {"upheld", "dismissed"}}};
    close.examples = {
        {"harvestctl admin report close r_8WQ4TZ1F --outcome upheld --reason 'muted for 1d'", "it was right"},
        {"harvestctl admin report close r_8WQ4TZ1F --outcome dismissed --dry-run", "what it would do"}};
    rows.push_back(close);
    return rows;
}

} // namespace harvest::cli
