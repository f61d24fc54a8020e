#include "common/protocol/account.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/problem.hpp"
#include "daemons/gateway/handlers.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::Problem;
using protocol::TokenPair;

namespace {

std::string credentials(std::string_view name, std::string_view password = "correct horse")
{
    protocol::LoginRequest body;
    body.name = name;
    body.password = password;
    return protocol::encode(body);
}

TokenPair sign_up(GatewayWorld& world, std::string_view name)
{
    const HttpResponse response = world.ask("POST", "/v1/auth/register", credentials(name));
    REQUIRE(response.status == 201);
    return body_of<TokenPair>(response);
}

Problem problem_of(const HttpResponse& response, int status)
{
    CHECK(response.status == status);
    CHECK(response.content_type == "application/problem+json");
    const Problem problem = body_of<Problem>(response);
    CHECK(problem.status == status);
    CHECK(header(response, "traceparent").find(problem.trace_id) == 3);
    return problem;
}

std::vector<std::string> legal_cards()
{
    std::vector<std::string> cards;
    for (int i = 0; i < 12; ++i)
        for (int copy = 0; copy < 2; ++copy) cards.push_back("card-" + std::to_string(i));
    return cards;
}

} // namespace

TEST_CASE("register, account, log in, refresh, log out over REST", "[gateway]")
{
    GatewayWorld world;
    const TokenPair tokens = sign_up(world, "Kestrel");
    const HttpResponse account = world.ask("GET", "/v1/account", {}, tokens.access_token);
    REQUIRE(account.status == 200);
    const auto info = body_of<protocol::AccountInfo>(account);
    CHECK(info.id == tokens.player);
    CHECK(info.name == "Kestrel");
    CHECK(info.session == tokens.session);
    CHECK(info.created_at == to_rfc3339(world.clock.now()));
    CHECK(header(account, "Cache-Control") == "no-store");
    CHECK(header(account, "RateLimit").starts_with("\"account\";r=199;"));
    CHECK(header(account, "RateLimit-Policy") == "\"account\";q=200;w=10");

    const HttpResponse login = world.ask("POST", "/v1/auth/login", credentials("kestrel"));
    REQUIRE(login.status == 200);
    protocol::RefreshRequest refresh;
    refresh.refresh_token = body_of<TokenPair>(login).refresh_token;
    const HttpResponse renewed = world.ask("POST", "/v1/auth/refresh", protocol::encode(refresh));
    REQUIRE(renewed.status == 200);
    refresh.refresh_token = body_of<TokenPair>(renewed).refresh_token;
    CHECK(world.ask("POST", "/v1/auth/logout", protocol::encode(refresh)).status == 204);
    CHECK(problem_of(world.ask("POST", "/v1/auth/refresh", protocol::encode(refresh)), 401).code ==
          "auth.session_ended");
    CHECK(problem_of(world.ask("POST", "/v1/auth/login", credentials("kestrel", "wrong horse")), 401).code ==
          "auth.bad_credentials");
    CHECK(problem_of(world.ask("POST", "/v1/auth/register", credentials("KESTREL")), 409).code == "auth.name_taken");
}

TEST_CASE("a collection, an inventory and two legal decks from the start", "[gateway]")
{
    GatewayWorld world;
    const std::string token = sign_up(world, "Kestrel").access_token;
    const auto collection = body_of<protocol::CardCollection>(world.ask("GET", "/v1/collection", {}, token));
    CHECK(collection.items.size() == 14);
    const auto inventory = body_of<protocol::Inventory>(world.ask("GET", "/v1/inventory", {}, token));
    REQUIRE(inventory.items.size() == 2);
    CHECK(inventory.items[0].asset == "coin");
    CHECK(inventory.items[0].amount.units == 100);
    CHECK(inventory.items[1].asset == "seed.wheat");
    const auto decks = body_of<protocol::DeckList>(world.ask("GET", "/v1/decks", {}, token));
    REQUIRE(decks.items.size() == 2);
    CHECK(decks.items[0].legal);
    CHECK(decks.items[1].legal);
}

TEST_CASE("decks are made, read, changed and thrown away by their owner", "[gateway]")
{
    GatewayWorld world;
    const std::string token = sign_up(world, "Kestrel").access_token, other = sign_up(world, "Otter").access_token;
    protocol::NewDeck deck;
    deck.name = "Hens";
    deck.farmer = "gardener";
    deck.cards = legal_cards();
    const HttpResponse made = world.ask("POST", "/v1/decks", protocol::encode(deck), token);
    REQUIRE(made.status == 201);
    const std::string path = header(made, "Location");
    CHECK(body_of<protocol::DeckInfo>(world.ask("GET", path, {}, token)).name == "Hens");

    protocol::DeckUpdate update;
    static_cast<protocol::NewDeck&>(update) = deck;
    update.name = "More hens";
    update.version = 1;
    CHECK(world.ask("PUT", path, protocol::encode(update), token).status == 200);
    CHECK(problem_of(world.ask("PUT", path, protocol::encode(update), token), 409).code == "conflict");
    CHECK(body_of<protocol::DeckInfo>(world.ask("GET", path, {}, token)).version == 2);

    // T38: another's deck is none.
    CHECK(problem_of(world.ask("GET", path, {}, other), 404).code == "not_found");
    update.version = 2;
    CHECK(problem_of(world.ask("PUT", path, protocol::encode(update), other), 404).code == "not_found");
    CHECK(problem_of(world.ask("DELETE", path, {}, other), 404).code == "not_found");
    CHECK(world.ask("DELETE", path, {}, token).status == 204);
    CHECK(problem_of(world.ask("GET", path, {}, token), 404).code == "not_found");
}

TEST_CASE("a deck that is not legal is refused with every reason", "[gateway]")
{
    GatewayWorld world;
    const std::string token = sign_up(world, "Kestrel").access_token;
    protocol::NewDeck deck;
    deck.name = "";
    deck.farmer = "nobody";
    deck.cards = legal_cards();
    deck.cards[0] = "hen";
    deck.cards[2] = "card-3";
    deck.cards[5] = "phoenix";
    deck.cards.push_back("card-13");
    const Problem problem = problem_of(world.ask("POST", "/v1/decks", protocol::encode(deck), token), 400);
    CHECK(problem.code == "deck.illegal");
    REQUIRE(problem.faults.has_value());
    std::vector<std::string> kinds;
    for (const auto& fault : *problem.faults) kinds.push_back(fault.kind);
    for (const char* kind : {"bad_name", "wrong_size", "unknown_farmer", "token", "unknown_card", "too_many_copies"}) {
        INFO(kind);
        CHECK(std::find(kinds.begin(), kinds.end(), kind) != kinds.end());
    }
    CHECK(body_of<protocol::DeckList>(world.ask("GET", "/v1/decks", {}, token)).items.size() == 2);
}

TEST_CASE("bodies are read strictly", "[gateway]")
{
    GatewayWorld world;
    for (const std::string& body :
         {std::string("{"), std::string("null"), std::string("[]"), std::string(R"({"name":"kestrel"})"),
          std::string(R"({"name":"kestrel","password":"correct horse","admin":true})"),
          std::string(R"({"name":"kestrel","name":"otter","password":"correct horse"})"),
          std::string(R"({"name":1,"password":"correct horse"})"), std::string(R"({"name":1e400,"password":"x"})"),
          std::string(R"({"name":"\ud800","password":"correct horse"})"), std::string(50'000, '['),
          std::string(R"({"name":"kestrel","password":"correct horse"}x)")}) {
        INFO(body.substr(0, 80));
        CHECK(problem_of(world.ask("POST", "/v1/auth/register", body), 400).code == "invalid_argument");
    }
    HttpRequest form;
    form.method = "POST";
    form.path = "/v1/auth/register";
    form.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    form.body = "name=kestrel";
    CHECK(problem_of(world.ask(std::move(form)), 415).code == "unsupported_media_type");
    CHECK(world.count_events(protocol::event_type::user_registered) == 0);
}

TEST_CASE("paths and methods that are not there say so", "[gateway]")
{
    GatewayWorld world;
    CHECK(problem_of(world.ask("GET", "/v1/nothing"), 404).code == "not_found");
    CHECK(problem_of(world.ask("GET", "/"), 404).code == "not_found");
    CHECK(problem_of(world.ask("GET", "/v1/account/../decks"), 404).code == "not_found");
    const HttpResponse wrong = world.ask("DELETE", "/v1/catalog/cards");
    CHECK(problem_of(wrong, 405).code == "method_not_allowed");
    CHECK(header(wrong, "Allow") == "GET, HEAD, OPTIONS");
    CHECK(world.ask("HEAD", "/v1/catalog/cards").status == 200);
}

TEST_CASE("web clients of allowed origins are let in, others are told nothing", "[gateway]")
{
    GatewayWorld world;
    const auto from = [&world](std::string method, std::string origin) {
        HttpRequest request;
        request.method = std::move(method);
        request.path = "/v1/decks";
        request.headers.emplace_back("origin", std::move(origin));
        request.headers.emplace_back("access-control-request-method", "POST");
        return world.ask(std::move(request));
    };
    const HttpResponse allowed = from("OPTIONS", "https://play.example.org");
    CHECK(allowed.status == 204);
    CHECK(header(allowed, "Access-Control-Allow-Origin") == "https://play.example.org");
    CHECK(header(allowed, "Access-Control-Allow-Methods") == "GET, HEAD, POST, OPTIONS");
    CHECK(header(allowed, "Access-Control-Allow-Credentials").empty());
    CHECK(header(allowed, "Vary") == "Origin");
    for (const char* origin : {"https://evil.example", "null", "", "https://play.example.org.evil.example",
                               "http://play.example.org", "*"}) {
        const HttpResponse refused = from("OPTIONS", origin);
        CHECK(refused.status == 204);
        CHECK(header(refused, "Access-Control-Allow-Origin").empty());
    }
    CHECK(header(from("GET", "https://play.example.org"), "Access-Control-Allow-Origin") == "https://play.example.org");
}

TEST_CASE("limits are counted by account, address and route, and told", "[gateway]")
{
    gateway::Config config = test_gateway_config();
    config.limits.account = {5, 1s};
    config.limits.registering = {2, 60s};
    GatewayWorld world(config);
    const std::string one = sign_up(world, "Kestrel").access_token, two = sign_up(world, "Otter").access_token;
    const HttpResponse third = world.ask("POST", "/v1/auth/register", credentials("Badger"));
    CHECK(problem_of(third, 429).code == "resource_exhausted");
    CHECK(header(third, "Retry-After") == "60");
    for (int i = 0; i < 5; ++i) CHECK(world.ask("GET", "/v1/account", {}, one).status == 200);
    const HttpResponse over = world.ask("GET", "/v1/account", {}, one);
    problem_of(over, 429);
    CHECK(header(over, "Retry-After") == "1");
    CHECK(header(over, "RateLimit").starts_with("\"account\";r=0;"));
    CHECK(world.ask("GET", "/v1/account", {}, two).status == 200);
    world.clock.advance(1s);
    CHECK(world.ask("GET", "/v1/account", {}, one).status == 200);
    CHECK(world.metrics.exposition().find("harvest_gateway_rate_limited_total{limit=\"account\"} 1") !=
          std::string::npos);
}

TEST_CASE("T22: a revoked session is refused as soon as the event is there", "[gateway]")
{
    GatewayWorld world;
    const TokenPair first = sign_up(world, "Kestrel");
    const TokenPair second = body_of<TokenPair>(world.ask("POST", "/v1/auth/login", credentials("Kestrel")));
    const auto status = [&world](const TokenPair& tokens) {
        return world.ask("GET", "/v1/account", {}, tokens.access_token).status;
    };
    CHECK(status(first) == 200);
    protocol::RefreshRequest logout;
    logout.refresh_token = first.refresh_token;
    CHECK(world.ask("POST", "/v1/auth/logout", protocol::encode(logout)).status == 204);
    world.settle();
    CHECK(status(first) == 401);
    CHECK(status(second) == 200);

    protocol::PasswordRequest password;
    password.current = "correct horse";
    password.next = "battery staple";
    const HttpResponse changed =
        world.ask("POST", "/v1/auth/password", protocol::encode(password), second.access_token);
    REQUIRE(changed.status == 200);
    world.settle();
    CHECK(status(second) == 401);
    CHECK(status(body_of<TokenPair>(changed)) == 200); // though it was made in the same millisecond
}

TEST_CASE("T22: a ban reaches tokens that are out already, also those before our start", "[gateway]")
{
    GatewayWorld world;
    const TokenPair tokens = sign_up(world, "Kestrel");
    protocol::UserSanctioned data;
    data.player = tokens.player;
    data.kind = "ban";
    data.scope = "all";
    data.until = "2099-01-01T00:00:00.000Z";
    OutboxEvent event;
    event.topic = protocol::topic::user;
    event.event.id = new_id<EventId>(world.clock, world.entropy);
    event.event.type = protocol::event_type::user_sanctioned;
    event.event.source = "admin";
    event.event.subject = tokens.player.value;
    event.event.time = world.clock.now();
    event.event.data = protocol::encode(data);
    Sanction ban;
    ban.player = tokens.player;
    ban.kind = "ban";
    ban.scope = "all";
    ban.audit = new_id<AuditId>(world.clock, world.entropy);
    ban.until = world.clock.now() + 1h;
    REQUIRE(world.wait(world.accounts.sanction({ban}, {event}, world.by())).has_value());
    world.settle();
    CHECK(problem_of(world.ask("GET", "/v1/account", {}, tokens.access_token), 401).code == "unauthenticated");

    // Another gateway, started after the event.
    HandListener listener;
    crypto::JwtVerifier verifier;
    gateway::Gateway late(test_gateway_config(), "gateway-1", world.loop.get_executor(), listener, world.contents,
                          world.rpc, world.log, world.cache, world.accounts, world.decks, world.ledger, world.matches,
                          world.crafting, world.progress, world.seasons, world.social, world.groups, world.personal,
                          world.presence, world.limits, verifier, world.clock, world.entropy, world.metrics,
                          world.spans);
    world.start(late);
    while (!late.ready()) world.loop.run_one();
    world.settle();
    HttpRequest request;
    request.method = "GET";
    request.path = "/v1/account";
    request.headers.emplace_back("authorization", "Bearer " + tokens.access_token);
    auto ask = [](HandListener& door, HttpRequest message) -> AsyncResult<HttpResponse> {
        HttpResponse response = co_await door.ask(std::move(message));
        co_return response;
    };
    CHECK(world.wait(ask(listener, request))->status == 401);
    late.stop();
    while (late.ready() || listener.accepting) world.loop.run_one();
    world.settle();
}

TEST_CASE("T23: unknown keys ask auth at most once in thirty seconds", "[gateway]")
{
    GatewayWorld world;
    const std::string good = sign_up(world, "Kestrel").access_token;
    int fetches = 0;
    RpcHandler count = [&fetches, &world](RpcRequest) -> AsyncResult<std::string> {
        ++fetches;
        co_return world.signer.jwks();
    };
    world.rpc.serve("auth", "auth-0", world.loop.get_executor(), count);
    for (int i = 0; i < 1'000; ++i) {
        const std::string kid = to_base64url(world.entropy.bytes<32>());
        const std::string header_text = R"({"alg":"ES256","kid":")" + kid + R"(","typ":"at+jwt"})";
        const std::string token = to_base64url(as_bytes(header_text)) + good.substr(good.find('.'));
        CHECK(world.ask("GET", "/v1/account", {}, token).status == 401);
        world.clock.advance(60ms); // a minute in all
    }
    world.settle();
    CHECK(fetches >= 1);
    CHECK(fetches <= 3);
    CHECK(world.ask("GET", "/v1/account", {}, good).status == 200);
}

TEST_CASE("the catalogue is made once and known by its tag", "[gateway]")
{
    GatewayWorld world;
    const HttpResponse first = world.ask("GET", "/v1/catalog/cards");
    const auto catalogue = body_of<protocol::Catalogue>(first);
    CHECK(catalogue.items.size() == 15);
    CHECK(catalogue.farmers.size() == 1);
    HttpRequest again;
    again.method = "GET";
    again.path = "/v1/catalog/cards";
    again.headers.emplace_back("if-none-match", header(first, "ETag"));
    CHECK(world.ask(std::move(again)).status == 304);
}

TEST_CASE("profiles and matches are read by id; what is not there is not found", "[gateway]")
{
    GatewayWorld world;
    const TokenPair tokens = sign_up(world, "Kestrel"), other = sign_up(world, "Otter");
    const auto profile = body_of<protocol::PlayerProfile>(
        world.ask("GET", "/v1/players/" + tokens.player.value, {}, other.access_token));
    CHECK(profile.name == "Kestrel");
    CHECK(profile.ratings.empty());
    for (const char* path : {"/v1/players/p_01JDC8Z5K7QMBW2X9T4R6V0HNE", "/v1/players/kestrel", "/v1/players/%27",
                             "/v1/matches/m_01JDC8Z5K7QMBW2X9T4R6V0HNG", "/v1/matches/1",
                             "/v1/matches/m_01JDC8Z5K7QMBW2X9T4R6V0HNG/replay"})
        CHECK(problem_of(world.ask("GET", path, {}, tokens.access_token), 404).code == "not_found");
}

TEST_CASE("T38: a match that goes on is shown to its players only", "[gateway]")
{
    GatewayWorld world;
    const TokenPair one = sign_up(world, "Kestrel"), two = sign_up(world, "Otter"), third = sign_up(world, "Badger");
    Match match;
    match.id = new_id<MatchId>(world.clock, world.entropy);
    match.mode = "casual";
    match.content_hash = world.content.hash();
    match.seats[0] = {one.player, "Kestrel", "gardener", legal_cards(), ""};
    match.seats[1] = {two.player, "Otter", "gardener", legal_cards(), ""};
    match.created_at = world.clock.now();
    REQUIRE(world.wait(world.matches.make(match, {}, {}, world.by())).has_value());
    const std::string path = "/v1/matches/" + match.id.value;
    const HttpResponse mine = world.ask("GET", path, {}, one.access_token);
    REQUIRE(mine.status == 200);
    CHECK(mine.body.find("card-") == std::string::npos); // the other's deck is hidden
    CHECK(world.ask("GET", path, {}, two.access_token).status == 200);
    CHECK(world.ask("GET", path, {}, third.access_token).status == 404);
    CHECK(world.ask("GET", path + "/replay", {}, third.access_token).status == 404);
    CHECK(problem_of(world.ask("GET", path + "/replay", {}, one.access_token), 409).code == "failed_precondition");
}

TEST_CASE("a gateway that starts knows every revocation of a living token", "[gateway]")
{
    GatewayWorld world;
    const TokenPair left = sign_up(world, "Kestrel"), stayed = sign_up(world, "Otter");
    const auto append = [&world](std::vector<Event> events) {
        REQUIRE(world.wait(world.log.append(std::string(protocol::topic::user), std::move(events), world.by())));
    };
    const auto event_of = [&world](std::string_view type, std::string subject, std::string data) {
        Event event;
        event.id = new_id<EventId>(world.clock, world.entropy);
        event.type = type;
        event.source = "auth-0";
        event.subject = std::move(subject);
        event.time = world.clock.now();
        event.data = std::move(data);
        return event;
    };
    // Thousands of others in all partitions before it, or all in one partition.
    const bool spread = GENERATE(true, false);
    std::vector<Event> others;
    for (int i = 0; i < 12'000; ++i)
        others.push_back(event_of("harvest.user.other.v1", spread ? "p_" + std::to_string(i) : "p_1", "{}"));
    append(std::move(others));
    protocol::SessionRevoked ended{left.player, left.session, "logout"};
    std::vector<Event> one{event_of(protocol::event_type::session_revoked, left.player.value, protocol::encode(ended))};
    append(std::move(one));

    HandListener door;
    crypto::JwtVerifier verifier;
    gateway::Gateway second(test_gateway_config(), "gateway-1", world.loop.get_executor(), door, world.contents,
                            world.rpc, world.log, world.cache, world.accounts, world.decks, world.ledger, world.matches,
                            world.crafting, world.progress, world.seasons, world.social, world.groups, world.personal,
                            world.presence, world.limits, verifier, world.clock, world.entropy, world.metrics,
                            world.spans);
    world.start(second);
    while (!second.ready()) world.loop.run_one();
    const auto status_of = [&](const TokenPair& tokens) {
        HttpRequest request;
        request.method = "GET";
        request.path = "/v1/account";
        request.remote_address = "192.0.2.1";
        request.headers.emplace_back("authorization", "Bearer " + tokens.access_token);
        auto call = [](HandListener& at, HttpRequest message) -> AsyncResult<HttpResponse> {
            HttpResponse response = co_await at.ask(std::move(message));
            co_return response;
        };
        return world.wait(call(door, std::move(request)))->status;
    };
    CHECK(status_of(left) == 401);
    CHECK(status_of(stayed) == 200);
    second.stop();
    world.gateway.stop();
    world.auth.stop();
    world.drain();
}
