#include "common/protocol/problem.hpp"
#include "common/protocol/tournament_errc.hpp"
#include "daemons/gateway/routes.hpp"
#include "tests/unit/gateway/contract.hpp"
#include "tests/unit/gateway/world.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <set>

using namespace harvest;
using namespace harvest::test;
namespace json = boost::json;

namespace {

const json::object* operation(const gateway::Route& route)
{
    const json::value* path = contract().at("paths").as_object().if_contains(route.pattern);
    const json::value* found = path ? path->as_object().if_contains(lower_case(route.method)) : nullptr;
    return found ? &found->as_object() : nullptr;
}

std::string concrete(std::string_view pattern)
{
    std::string path(pattern);
    const std::size_t open = path.find('{');
    if (open == std::string::npos) return path;
    const std::string_view id = path.find("decks") != std::string::npos     ? "d_01JDC8Z5K7QMBW2X9T4R6V0HNE"
                                : path.find("matches") != std::string::npos ? "m_01JDC8Z5K7QMBW2X9T4R6V0HNE"
                                                                            : "p_01JDC8Z5K7QMBW2X9T4R6V0HNE";
    return path.replace(open, path.find('}') - open + 1, id);
}

bool is_switched_off(const HttpResponse& response)
{
    return response.status == 501 && body_of<protocol::Problem>(response).code == "feature_disabled";
}

HttpResponse ask(GatewayWorld& world, const gateway::Route& route, const std::string& token)
{
    return world.ask(std::string(route.method), concrete(route.pattern), gateway::has_body(route) ? "{}" : "", token);
}

} // namespace

TEST_CASE("every route is in the contract with a schema, and the contract has no other", "[gateway]")
{
    std::set<std::pair<std::string, std::string>> described;
    for (const auto& [path, item] : contract().at("paths").as_object())
        for (const auto& [method, ignored] : item.as_object())
            if (method != "parameters") described.emplace(method, path);
    for (const gateway::Route& route : gateway::routes()) {
        INFO(route.method << " " << route.pattern);
        CHECK(described.erase({lower_case(route.method), std::string(route.pattern)}) == 1);
    }
    for (const auto& [method, path] : described) FAIL_CHECK("no route answers " << method << " " << path);
}

TEST_CASE("every operation describes its replies, its body and its problems", "[gateway]")
{
    std::set<std::string> ids;
    for (const gateway::Route& route : gateway::routes()) {
        INFO(route.method << " " << route.pattern);
        const json::object* found = operation(route);
        REQUIRE(found != nullptr);
        CHECK(ids.insert(std::string(found->at("operationId").as_string())).second);
        CHECK(found->contains("summary"));
        const bool open = found->contains("security") && found->at("security").as_array().empty();
        CHECK(open == (route.access == gateway::Access::open));
        CHECK(found->contains("requestBody") == gateway::has_body(route));
        bool has_success = false;
        for (const auto& [status, reply] : found->at("responses").as_object()) {
            const json::object& response = resolved(reply).as_object();
            if (status == "204" || status == "304") {
                has_success = has_success || status == "204";
                continue;
            }
            REQUIRE(response.contains("content"));
            for (const auto& [type, media] : response.at("content").as_object())
                CHECK(resolved(media.as_object().at("schema")).is_object());
            if (status.starts_with('2')) has_success = true;
        }
        CHECK(has_success);
        CHECK(found->at("responses").as_object().contains("default"));
    }
}

TEST_CASE("the served contract is the file's", "[gateway]")
{
    GatewayWorld world;
    const HttpResponse response = world.ask("GET", "/v1/openapi.json");
    CHECK(response.status == 200);
    CHECK(json::parse(response.body) == contract());
}

TEST_CASE("T38: every route for every identity: nobody passes without a good token of his own", "[gateway]")
{
    GatewayWorld world, foreign;
    world.rpc.serve("match", "match-0", world.loop.get_executor(), [](RpcRequest) -> AsyncResult<std::string> {
        co_return protocol::TournamentErrc::no_such_tournament;
    });
    const auto player = world.register_player("Kestrel"), stranger = foreign.register_player("Kestrel");
    TicketClaims place{
        player->player,           MatchId{"m_01JDC8Z5K7QMBW2X9T4R6V0HNG"}, 1, "harvest", world.clock.now(),
        world.clock.now() + 10min};
    AccessClaims old{player->player, player->session,        "Kestrel",
                     false,          world.clock.now() - 1h, world.clock.now() - 50min};
    const std::string cut = player->access_token.substr(0, player->access_token.size() - 1);
    const std::vector<std::pair<std::string, std::string>> nobodies{
        {"nothing", ""},
        {"rubbish", "rubbish"},
        {"a refresh token", player->refresh_token},
        {"a match ticket", world.signer.ticket(place)},
        {"an expired token", world.signer.access_token(old)},
        {"a cut token", cut},
        {"an unsigned token",
         "eyJhbGciOiJub25lIn0." + player->access_token.substr(player->access_token.find('.') + 1)}};
    int checked = 0;
    for (const gateway::Route& route : gateway::routes()) {
        for (const auto& [who, token] : nobodies) {
            INFO(route.method << " " << route.pattern << " with " << who);
            const HttpResponse response = ask(world, route, token);
            if (route.access == gateway::Access::bearer) {
                CHECK(response.status == 401);
                CHECK(header(response, "WWW-Authenticate").starts_with("Bearer"));
            } else {
                CHECK(response.status != 401);
            }
            CHECK((response.status < 500 || is_switched_off(response)));
            ++checked;
        }
        INFO(route.method << " " << route.pattern << " with a good token");
        const HttpResponse good = ask(world, route, player->access_token);
        CHECK(good.status != 401);
        CHECK((good.status < 500 || is_switched_off(good)));
    }
    CHECK(checked == static_cast<int>(gateway::routes().size() * nobodies.size()));
    world.rpc.withdraw("match", "match-0");
}

TEST_CASE("a reply is held against the contract: status, media type, members and their values", "[gateway]")
{
    GatewayWorld world;
    HttpResponse response = world.ask("GET", "/v1/catalog/cards");
    REQUIRE(reply_fault("GET", "/v1/catalog/cards", response).empty());
    HttpResponse changed = response;
    changed.status = 202;
    CHECK(reply_fault("GET", "/v1/catalog/cards", changed) == "has the undeclared status 202");
    changed = response;
    changed.content_type = "text/html";
    CHECK_FALSE(reply_fault("GET", "/v1/catalog/cards", changed).empty());
    changed = response;
    changed.body.insert(1, R"("surprise":1,)");
    CHECK(reply_fault("GET", "/v1/catalog/cards", changed) == "surprise: is not known");
    changed.body = "{}";
    CHECK_FALSE(reply_fault("GET", "/v1/catalog/cards", changed).empty());
}
