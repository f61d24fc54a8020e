// admin key ca: the certificates of daemons among each other, on files.
#include "cli/handlers.hpp"
#include "cli/tables.hpp"

namespace harvest::cli {
namespace {

const Flag directory{"dir", "DIR", "where the CA is; else keys/rpc in the data directory"};
const Flag life{"life", "DURATION", "how long it is good, from now on"};

} // namespace

std::vector<Command> key_commands()
{
    std::vector<Command> rows;
    Command init{"admin key ca init", "make the private CA by which the daemons of an installation know each other"};
    init.description = "Writes ca.key and ca.crt, mode 0600. Daemons need ca.crt only; whoever has ca.key can pass for "
                       "any of them.";
    init.flags = {directory, life};
    init.returns = Returns::object;
    init.handler = admin_key_ca_init;
    init.exits = {0, 73};
    init.examples = {{"harvestctl admin key ca init", "in the data directory, for ten years"},
                     {"harvestctl admin key ca init --dir ca --life 1825d", "elsewhere, for five"}};
    rows.push_back(init);

    Command issue{"admin key ca issue", "make the certificate and key that one process shows its peers"};
    issue.description = "Writes PROCESS.crt and PROCESS.key, mode 0600; made again, both are new. A running process "
                        "takes changed files by itself.";
    issue.arguments = {{"PROCESS", "a daemon, all, or another name together with --daemon"}};
    issue.flags = {directory,
                   life,
                   {"daemon", "NAME", "a daemon in that process", 0, true},
                   {"host", "NAME", "one more DNS name or address in the certificate", 0, true}};
    issue.returns = Returns::object;
    issue.handler = admin_key_ca_issue;
    issue.exits = {0, 65, 66, 73, 74};
    issue.examples = {{"harvestctl admin key ca issue auth", "for the daemon auth, 90 days"},
                      {"harvestctl admin key ca issue front --daemon gateway --daemon connsrv", "two in one process"}};
    rows.push_back(issue);

    Command rotate{"admin key ca rotate", "make a new CA while the old one stays trusted, or drop the old one"};
    rotate.description =
        "First without --retire; when every daemon has the new ca.crt and a certificate of the new CA, "
        "with it. Exit 4 if a certificate beside it is still of the old one.";
    rotate.flags = {directory, life, {"retire", "", "trust the newest CA only"}};
    rotate.returns = Returns::object;
    rotate.handler = admin_key_ca_rotate;
    rotate.exits = {0, 4, 66, 73, 74};
    rotate.examples = {{"harvestctl admin key ca rotate", "a new one; both are trusted"},
                       {"harvestctl admin key ca rotate --retire", "the old one is trusted no longer"}};
    rows.push_back(rotate);

    Command list{"admin key ca list", "list the CAs and certificates there, for whom and until when"};
    list.flags = {directory};
    list.returns = Returns::list;
    list.handler = admin_key_ca_list;
    list.exits = {0, 66, 74};
    list.examples = {{"harvestctl admin key ca list", "all of them"},
                     {"harvestctl admin key ca list --filter state=expired -o name", "what has to be issued anew"}};
    rows.push_back(list);
    return rows;
}

} // namespace harvest::cli
