// Who may call what over the network: a daemon that somebody has taken over can ask for no more than it needs.
#include "cli/compose_rpc.hpp"
#include "daemons/registry.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace harvest;
using namespace harvest::cli;

namespace {

// What is served, by daemon; beside each method who may call it.
const std::map<std::string, std::map<std::string, std::string>> wanted{
    {"auth",
     {{"jwks", "auth chat connsrv gateway instance match metrics"},
      {"sign_ticket", "match"},
      {"rotate_keys", "auth"},
      {"register", "gateway"},
      {"login", "gateway"},
      {"device", "gateway"},
      {"refresh", "gateway"},
      {"logout", "gateway"},
      {"password", "gateway"},
      {"rename", "gateway"},
      {"forget", "gateway"},
      {"link_device", "gateway"},
      {"link_password", "gateway"},
      {"totp", "gateway"},
      {"confirm_totp", "gateway"},
      {"drop_totp", "gateway"},
      {"email", "gateway"},
      {"confirm_email", "gateway"},
      {"ask_reset", "gateway"},
      {"reset", "gateway"},
      {"name", "connsrv"}}},
    {"match",
     {{"queue", "connsrv"},
      {"cancel", "connsrv"},
      {"status", "connsrv"},
      {"watch", "connsrv"},
      {"rematch", "connsrv"},
      {"party.create", "connsrv"},
      {"party.join", "connsrv"},
      {"tournament.list", "gateway"},
      {"tournament.enter", "gateway"},
      {"absent", "instance"},
      {"explain", "auth chat connsrv gateway instance match metrics"}}},
    {"instance",
     {{"host", "match"},
      {"farm.get", "connsrv gateway"},
      {"farm.harvest", "connsrv gateway"},
      {"market.order", "connsrv gateway"},
      {"market.cancel", "connsrv gateway"},
      {"craft.make", "connsrv gateway"},
      {"other", ""}}},
    {"chat",
     {{"join", "connsrv"},
      {"history", "connsrv"},
      {"edit", "connsrv"},
      {"delete", "connsrv"},
      {"read", "connsrv"},
      {"unread", "connsrv"},
      {"report", "connsrv gateway"}}},
    {"connsrv",
     {{"push", "gateway instance match"}, {"statuses", "connsrv"}, {"surrender", "connsrv"}, {"replace", "connsrv"}}},
    {"gateway", {{"x", ""}}},
    {"metrics", {{"x", ""}}},
};

} // namespace

TEST_CASE("Each daemon may call what it needs of the others, and nothing else", "[cli][rpc]")
{
    const web::RpcRules rules = rpc_rules();
    std::set<std::string> named;
    for (const auto& [daemon, methods] : wanted) {
        named.insert(daemon);
        for (const auto& [method, callers] : methods) {
            std::string may;
            for (const auto& [caller, unused] : wanted)
                if (web::may_call(rules, caller, daemon, method)) may += (may.empty() ? "" : " ") + caller;
            INFO(daemon << '.' << method);
            CHECK(may == callers);
            CHECK_FALSE(web::may_call(rules, "", daemon, method)); // a certificate of no daemon
        }
    }
    std::set<std::string> all;
    for (const DaemonRow& row : daemon_rows()) all.emplace(row.name);
    CHECK(named == all);
    for (const web::RpcRule& rule : rules) {
        CHECK(all.contains(rule.daemon));
        for (const std::string& caller : rule.callers) CHECK((caller == "*" || all.contains(caller)));
    }
}

TEST_CASE("The first rule that fits decides", "[cli][rpc]")
{
    const web::RpcRules rules{{"auth", "sign.*", {"match"}}, {"auth", "*", {"gateway"}}};
    CHECK(web::may_call(rules, "match", "auth", "sign.ticket"));
    CHECK_FALSE(web::may_call(rules, "gateway", "auth", "sign.ticket"));
    CHECK(web::may_call(rules, "gateway", "auth", "sign"));
    CHECK_FALSE(web::may_call(rules, "gateway", "chat", "join"));
    CHECK_FALSE(web::may_call({}, "gateway", "auth", "sign"));
    CHECK(web::daemon_of("auth.harvest") == "auth");
    CHECK(web::daemon_of(".harvest").empty());
    CHECK(web::daemon_of("auth.harvest.example").empty());
}
