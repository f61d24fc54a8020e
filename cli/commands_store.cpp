// admin db: the store itself, without a daemon.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {

std::vector<Command> store_commands()
{
    std::vector<Command> rows;
    Command status{"admin db status", "list the migrations of the store and which of them it has"};
    status.description =
        "Reads the store that --config names, beside running daemons too, and changes nothing. Exit 1 if "
        "some are pending, 74 if one is not what was applied or was left out, 65 if the store is of a newer program.";
    status.returns = Returns::list;
    status.handler = admin_db_status;
    status.exits = {0, 1, 65, 66, 69, 74, 78};
    status.examples = {{"harvestctl admin db status", "the embedded store of this user"},
                       {"harvestctl admin db status --filter state=pending -o name", "what a start would apply"}};
    rows.push_back(status);

    Command migrate{"admin db migrate", "bring the schema of the store up to date, as a daemon's start does"};
    migrate.description =
        "Forward only, all pending steps in one transaction under the store's lock: of several at once one works and "
        "the others find nothing left. What fails leaves the store as it was.";
    migrate.flags = {{"dry-run", "", "print the plan and change nothing"},
                     {"yes", "", "do not ask"},
                     {"plan", "ID", "apply this plan only, if nothing has changed since"}};
    migrate.returns = Returns::object;
    migrate.handler = admin_db_migrate;
    migrate.exits = {0, 4, 65, 66, 69, 74, 78};
    migrate.endless = true;
    migrate.examples = {{"harvestctl admin db migrate --dry-run", "the plan and its id"},
                        {"harvestctl admin db migrate --yes", "do it"}};
    rows.push_back(migrate);
    return rows;
}

} // namespace harvest::cli
