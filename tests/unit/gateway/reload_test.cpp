// What a running gateway does once its configuration has changed.
#include "tests/support/reloadable.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

// A request that is counted under one limit, by an address of its own and, where `signed_in`, an account of its own.
struct Counted {
    std::string name;
    gateway::Limit gateway::Limits::* limit;
    std::string method, path;
    bool signed_in;
};

const std::vector<Counted> counted{{"address", &gateway::Limits::address, "GET", "/v1/catalog/cards", false},
                                   {"account", &gateway::Limits::account, "GET", "/v1/account", true},
                                   {"write", &gateway::Limits::write, "POST", "/v1/decks", true},
                                   {"register", &gateway::Limits::registering, "POST", "/v1/auth/register", false},
                                   {"login", &gateway::Limits::login, "POST", "/v1/auth/login", false},
                                   {"device", &gateway::Limits::device, "POST", "/v1/auth/device", false},
                                   {"refresh", &gateway::Limits::refresh, "POST", "/v1/auth/refresh", false},
                                   {"password", &gateway::Limits::password, "PUT", "/v1/account/password", true},
                                   {"mail", &gateway::Limits::mail, "PUT", "/v1/account/email", true},
                                   {"export", &gateway::Limits::exporting, "GET", "/v1/account/export", true},
                                   {"report", &gateway::Limits::reporting, "POST", "/v1/reports", true}};

// Repeats such a request, under limits that change meanwhile.
class Asking {
public:
    explicit Asking(const Counted& what) : what_(what)
    {
        if (what.signed_in) token_ = world_.register_player("Kestrel").value().access_token;
    }
    bool limited()
    {
        HttpRequest request;
        request.method = what_.method;
        request.path = what_.path;
        request.remote_address = "192.0.2.7";
        if (!token_.empty()) request.headers.emplace_back("authorization", "Bearer " + token_);
        if (what_.method != "GET") {
            request.headers.emplace_back("content-type", "application/json");
            request.body = "{}";
        }
        return world_.ask(std::move(request)).status == 429;
    }
    void change(const gateway::Limit& limit)
    {
        gateway::Config config = test_gateway_config();
        config.limits.*what_.limit = limit;
        world_.gateway.configure(config);
    }
    void wait(Millis length) { world_.clock.advance(length); }

private:
    const Counted& what_;
    GatewayWorld world_;
    std::string token_;
};

void change_burst(const Counted& what)
{
    Asking asking(what);
    CHECK_FALSE(asking.limited());
    CHECK_FALSE(asking.limited());
    asking.change({1, 1s});
    (void)asking.limited(); // what was counted under the other rule is a full burst of this one at most
    asking.wait(1s);
    CHECK_FALSE(asking.limited());
    CHECK(asking.limited());
    asking.change({0, 1s});
    CHECK_FALSE(asking.limited());
}

void change_interval(const Counted& what)
{
    Asking asking(what);
    asking.change({1, 1h});
    CHECK_FALSE(asking.limited());
    asking.wait(1s);
    CHECK(asking.limited());
    asking.change({1, 1s});
    (void)asking.limited();
    asking.wait(1s);
    CHECK_FALSE(asking.limited());
}

void change_origins()
{
    GatewayWorld world;
    const auto allowed = [&world] {
        HttpRequest request;
        request.method = "GET";
        request.path = "/v1/catalog/cards";
        request.remote_address = "192.0.2.7";
        request.headers.emplace_back("origin", "https://new.example.org");
        return header(world.ask(std::move(request)), "Access-Control-Allow-Origin");
    };
    CHECK(allowed() == "");
    gateway::Config config;
    config.cors_origins = {"https://new.example.org"};
    world.gateway.configure(config);
    CHECK(allowed() == "https://new.example.org");
}

} // namespace

TEST_CASE("What a reload may change of the gateway holds for the next request", "[gateway][reload]")
{
    ReloadEffects effects;
    effects["cors_origins"] = change_origins;
    for (const Counted& each : counted) {
        effects["limits." + each.name + ".burst"] = [&each] { change_burst(each); };
        effects["limits." + each.name + ".interval"] = [&each] { change_interval(each); };
    }
    check_reload_effects<gateway::Config>(effects);
}
