// A gateway before the auth daemon of tests/support/auth_world.hpp; requests are handed to it as the listener would.
#pragma once

#include "common/adapters/memory/memory_cache.hpp"
#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/sql/crafting.hpp"
#include "common/adapters/sql/farms.hpp"
#include "common/adapters/sql/groups.hpp"
#include "common/adapters/sql/market.hpp"
#include "common/adapters/sql/progress.hpp"
#include "common/adapters/sql/seasons.hpp"
#include "common/adapters/sql/social.hpp"
#include "common/protocol/problem.hpp"
#include "daemons/gateway/gateway.hpp"
#include "daemons/instance/craft_desk.hpp"
#include "daemons/instance/farm_desk.hpp"
#include "daemons/instance/market_desk.hpp"
#include "tests/support/auth_world.hpp"
#include "tests/support/hand_listener.hpp"
#include "tests/support/small_leagues.hpp"
#include "tests/support/small_market.hpp"
#include "tests/support/small_quests.hpp"
#include "tests/support/small_recipes.hpp"
#include "tests/unit/gateway/contract.hpp"
#include "tests/unit/gateway/moody_groups.hpp"

namespace harvest::test {

inline gateway::Config test_gateway_config()
{
    gateway::Config config;
    config.cors_origins = {"https://play.example.org"};
    return config;
}

class GatewayWorld : public AuthWorld {
public:
    explicit GatewayWorld(gateway::Config config = test_gateway_config())
        : gateway(std::move(config), "gateway-0", loop.get_executor(), listener, contents, rpc, log, cache, accounts,
                  decks, ledger, matches, crafting, progress, seasons, social, groups, personal, presence, limits,
                  gateway_verifier, clock, entropy, metrics, spans)
    {
        contents.set({borrowed(content), borrowed(farm), shared_market(), borrowed(recipes), borrowed(quests),
                      borrowed(ladder)});
        rpc.serve("instance", "instance-0", loop.get_executor(), [this](RpcRequest request) {
            if (instance::MarketDesk::answers(request.method)) return market_desk.serve(std::move(request));
            if (instance::CraftDesk::answers(request.method)) return craft_desk.serve(std::move(request));
            return farm_desk.serve(std::move(request));
        });
        start(gateway);
        while (!gateway.ready()) loop.run_one();
    }
    ~GatewayWorld()
    {
        rpc.withdraw("instance", "instance-0");
        gateway.stop();
        auth.stop();
        drain();
    }

    HttpResponse ask(HttpRequest request)
    {
        auto call = [](HandListener& door, HttpRequest message) -> AsyncResult<HttpResponse> {
            HttpResponse response = co_await door.ask(std::move(message));
            co_return response;
        };
        const std::string method = request.method;
        const std::string path = request.path;
        Result<HttpResponse> response = wait(call(listener, std::move(request)));
        INFO(method << " " << path << " answered " << response->status << " " << response->body);
        CHECK(reply_fault(method, path, *response) == "");
        return std::move(*response);
    }

    HttpResponse ask(std::string method, std::string path, std::string body = {}, std::string token = {})
    {
        HttpRequest request;
        request.method = std::move(method);
        request.path = std::move(path);
        request.remote_address = "192.0.2.1";
        if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
        if (!token.empty()) request.headers.emplace_back("authorization", "Bearer " + token);
        request.body = std::move(body);
        return ask(std::move(request));
    }

    // Lets what is ready happen.
    void settle()
    {
        for (int i = 0; i < 50; ++i) loop.poll();
    }

    HandListener listener;
    crypto::JwtVerifier gateway_verifier;
    game::farm::Content farm = small_farm();
    sql::SqlFarms farms{database};
    instance::FarmDesk farm_desk{"instance-0", contents, farms, clock, entropy};
    sql::SqlMarket market{database};
    instance::MarketDesk market_desk{"instance-0", contents, market, accounts, clock, entropy};
    game::crafting::Content recipes = small_recipes();
    sql::SqlCrafting crafting{database};
    sql::SqlSocial social{database};
    sql::SqlGroups stored_groups{database};
    MoodyGroups groups{stored_groups};
    memory::MemoryPresence presence{clock};
    memory::MemoryCache cache{clock};
    instance::CraftDesk craft_desk{"instance-0", contents, crafting, clock, entropy};
    game::progress::Content quests = small_quests();
    game::rating::Ladder ladder = small_leagues();
    sql::SqlProgress progress{database};
    sql::SqlSeasons seasons{database};
    gateway::Gateway gateway;
};

inline std::string header(const HttpResponse& response, std::string_view name)
{
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return {};
}

template <class T>
T body_of(const HttpResponse& response)
{
    std::string why;
    Result<T> value = protocol::decode<T>(response.body, &why);
    INFO(response.status << " " << response.body << " " << why);
    REQUIRE(value.has_value());
    return std::move(*value);
}

inline std::string code_of(const HttpResponse& response)
{
    return body_of<protocol::Problem>(response).code;
}

// Somebody who is signed in.
struct Person {
    Person(GatewayWorld& in, const std::string& name) : world(in), tokens(in.register_player(name).value()) {}

    HttpResponse send(const std::string& method, const std::string& path, std::string body = "",
                      const std::string& query = "")
    {
        HttpRequest request;
        request.method = method;
        request.path = "/v1/" + path;
        request.query = query;
        request.remote_address = "192.0.2.1";
        request.headers = {{"authorization", "Bearer " + tokens.access_token}};
        if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
        request.body = std::move(body);
        return world.ask(std::move(request));
    }
    const std::string& id() const { return tokens.player.value; }

    GatewayWorld& world;
    protocol::TokenPair tokens;
};

} // namespace harvest::test
