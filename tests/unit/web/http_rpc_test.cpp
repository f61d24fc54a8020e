// HttpRpc on real loopback sockets: whom it lets in, what it promises when the other side is slow, gone or wrong.
#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/web/http_rpc.hpp"
#include "common/crypto/secret_file.hpp"
#include "tests/contract/support/peers.hpp"
#include "tests/contract/support/run.hpp"
#include "tests/unit/web/support.hpp"

#include <boost/asio/ip/tcp.hpp>

using namespace harvest;
using namespace harvest::web;
using harvest::test::get;
using harvest::test::TestCa;
using harvest::web::test::RawClient;
using WorkLoop = harvest::web::test::Loop;

namespace {

constexpr const char* any_address = "127.0.0.1:";
const RpcRules everybody{{"auth", "*", {"*"}}, {"chat", "*", {"*"}}, {"instance", "*", {"*"}}};

// A process: its in-process Rpc, its network, and a loop for its daemons.
struct Process {
    Process(Clock& on, HttpRpcConfig config) : clock(on), network(std::move(config), local, clock) {}

    void serve(const std::string& daemon, const std::string& id, RpcHandler handler)
    {
        network.serve(daemon, id, loop.executor(), std::move(handler));
    }
    std::string target() const { return any_address + std::to_string(network.port()); }
    Result<std::string> ask(const std::string& daemon, const std::string& id = {}, Millis within = 5s,
                            std::string method = "x")
    {
        return get(network.call({daemon, id, std::move(method), "{}", "", clock.after(within)}));
    }

    Clock& clock;
    WorkLoop loop;
    local::LocalRpc local{clock};
    HttpRpc network;
};

HttpRpcConfig serving(crypto::PeerFiles files)
{
    HttpRpcConfig config;
    config.tls = std::move(files);
    config.rules = everybody;
    config.port = 0;
    config.drain_timeout = 50ms;
    config.handshake_timeout = 300ms;
    return config;
}

HttpRpcConfig calling(crypto::PeerFiles files, RpcTargets targets)
{
    HttpRpcConfig config;
    config.tls = std::move(files);
    config.listen = false;
    config.targets = std::move(targets);
    config.breaker = {.failures = 3, .first_wait = 50ms, .longest_wait = 100ms};
    config.connect_timeout = 1s;
    return config;
}

RpcHandler says(std::string text)
{
    return [text](RpcRequest) -> AsyncResult<std::string> {
        std::string reply = text;
        co_return reply;
    };
}

AsyncResult<std::string> asleep(Clock& clock, Millis length)
{
    (void)co_await clock.sleep_until(clock.after(length));
    co_return "late";
}

// One request by hand, with a certificate or without.
Result<HttpResponse> raw_call(Clock& clock, std::uint16_t port, const crypto::PeerFiles& files, bool show_own,
                              std::size_t body = 2)
{
    WorkLoop loop;
    HttpClientConfig config;
    config.ca_pem = *crypto::read_file(files.ca);
    if (show_own) {
        config.cert_pem = *crypto::read_file(files.certificate);
        config.key_pem = *crypto::read_file(files.key);
    }
    std::unique_ptr<HttpClients> clients;
    std::unique_ptr<HttpClient> client;
    loop.call([&] {
        clients = make_http_clients(config, loop.executor(), clock);
        HttpTarget target;
        target.host = "127.0.0.1";
        target.port = port;
        target.certificate_name = "auth.harvest";
        client = clients->make(std::move(target));
    });
    auto response = loop.run<Result<HttpResponse>>([&]() -> Task<Result<HttpResponse>> {
        HttpRequest request;
        request.method = "POST";
        request.path = "/rpc/auth/-/x";
        request.headers.emplace_back("x-deadline-ms", "1000");
        request.body.assign(body, '1');
        Result<HttpResponse> got = co_await client->send(std::move(request), clock.after(3s));
        co_return got;
    });
    loop.call([&] {
        client.reset();
        clients.reset();
    });
    return response;
}

} // namespace

TEST_CASE("Only a daemon with a certificate of the CA is let in", "[web][rpc]")
{
    TestCa ca, stranger;
    Process server(ca.clock, serving(ca.issue("auth", {"auth"})));
    std::atomic<int> handled{0};
    server.serve("auth", "auth-0", [&handled](RpcRequest) -> AsyncResult<std::string> {
        ++handled;
        co_return "{}";
    });
    const auto ask = [&](const crypto::PeerFiles& files, bool own = true) {
        return raw_call(server.clock, server.network.port(), files, own);
    };
    CHECK(ask(ca.issue("chat", {"chat"}))->status == 200);
    REQUIRE(handled == 1);
    CHECK(ask(ca.files("chat"), false).error() == Errc::permission_denied); // none shown

    crypto::PeerFiles foreign = stranger.issue("chat", {"chat"});
    foreign.ca = ca.files("chat").ca; // it trusts us, we do not trust it
    CHECK(ask(foreign).error() == Errc::permission_denied);

    std::string why;
    const std::vector<std::string> names{"late.harvest"};
    REQUIRE(crypto::PrivateCa::open(ca.directory, why)->issue("late", names, ca.clock.now() - 10h, 1h, why));
    CHECK(ask(ca.files("late")).error() == Errc::permission_denied);

    const std::vector<std::string> plain{"game.example"};
    REQUIRE(crypto::PrivateCa::open(ca.directory, why)->issue("plain", plain, ca.clock.now(), 1h, why));
    CHECK(ask(ca.files("plain"))->status == 403); // of the CA, but no daemon
    CHECK(handled == 1);
    CHECK(server.network.counters().handshakes_failed >= 3);
}

TEST_CASE("A client refuses a peer that is another daemon or of another CA", "[web][rpc]")
{
    TestCa ca, stranger;
    Process server(ca.clock, serving(ca.issue("auth", {"auth"})));
    Process other(ca.clock, serving(stranger.issue("auth", {"auth"})));
    server.serve("auth", "auth-0", says("auth"));
    server.serve("chat", "chat-0", says("chat"));
    other.serve("auth", "auth-0", says("stranger"));
    Process client(ca.clock, calling(ca.issue("gateway", {"gateway"}),
                                     {{"auth", {other.target(), server.target()}}, {"chat", {server.target()}}}));
    CHECK(client.ask("chat").error() == Errc::unavailable); // it says that it is auth
    for (int i = 0; i < 4; ++i) CHECK(client.ask("auth").value() == "auth");
}

TEST_CASE("A daemon may say who may call it", "[web][rpc]")
{
    TestCa ca;
    HttpRpcConfig config = serving(ca.issue("auth", {"auth"}));
    config.rules = {{"auth", "sign_ticket", {"match"}}, {"auth", "*", {"gateway", "match"}}};
    Process server(ca.clock, std::move(config));
    server.serve("auth", "auth-0", says("yes"));
    Process gateway(ca.clock, calling(ca.issue("gateway", {"gateway"}), {{"auth", {server.target()}}}));
    Process chat(ca.clock, calling(ca.issue("chat", {"chat"}), {{"auth", {server.target()}}}));
    Process whole(ca.clock, calling(ca.issue("all", {"chat", "match"}), {{"auth", {server.target()}}}));
    const auto asked = [](Process& process, const std::string& method) { return process.ask("auth", {}, 5s, method); };
    CHECK(gateway.ask("auth").value() == "yes");
    CHECK(asked(gateway, "sign_ticket").error() == Errc::permission_denied);
    CHECK(chat.ask("auth").error() == Errc::permission_denied);
    CHECK(asked(whole, "sign_ticket").value() == "yes"); // any daemon of its certificate will do
    CHECK(server.ask("auth").value() == "yes");          // its own process asks nobody
}

TEST_CASE("A start without usable certificates says what to type", "[web][rpc]")
{
    TestCa ca;
    const auto start = [&ca](HttpRpcConfig config) {
        local::LocalRpc local(ca.clock);
        try {
            const HttpRpc network(std::move(config), local, ca.clock);
            return std::string();
        }
        catch (const boost::system::system_error& error) {
            return std::string(error.what());
        }
    };
    CHECK(start(serving(ca.files("auth"))).find("type: harvestctl admin key ca issue auth") != std::string::npos);
    std::string why;
    const std::vector<std::string> names{"auth.harvest"};
    REQUIRE(crypto::PrivateCa::open(ca.directory, why)->issue("auth", names, ca.clock.now() - 10h, 1h, why));
    CHECK(start(serving(ca.files("auth"))).find("expired at") != std::string::npos);
    CHECK(start(calling(ca.issue("auth", {"auth"}), {{"chat", {"nowhere"}}})).find("rpc.targets.chat: \"nowhere\"") !=
          std::string::npos);
}

TEST_CASE("Before the handshake a peer has a slot and a moment, no more", "[web][rpc]")
{
    TestCa ca;
    HttpRpcConfig config = serving(ca.issue("auth", {"auth"}));
    config.max_peers = 3;
    Process server(ca.clock, std::move(config));
    std::vector<std::unique_ptr<RawClient>> silent;
    for (int i = 0; i < 4; ++i) silent.push_back(std::make_unique<RawClient>(server.network.port(), false));
    CHECK(silent[3]->read_to_end(1000).empty());
    CHECK(silent[3]->ended);
    CHECK(server.network.counters().refused_total == 1);
    silent[0]->read_to_end(2000);
    CHECK(silent[0]->ended);
    CHECK(server.network.counters().timed_out >= 1);
}

TEST_CASE("A body of more than 1 MiB is refused before it is read", "[web][rpc]")
{
    TestCa ca;
    Process server(ca.clock, serving(ca.issue("auth", {"auth"})));
    server.serve("auth", "auth-0", says("{}"));
    CHECK(raw_call(server.clock, server.network.port(), ca.files("auth"), true, max_rpc_body_bytes)->status == 200);
    CHECK(raw_call(server.clock, server.network.port(), ca.files("auth"), true, max_rpc_body_bytes + 1)->status == 413);
}

TEST_CASE("The deadline shrinks on its way, and a slow answer is in doubt without harm to its peer", "[web][rpc]")
{
    TestCa ca;
    Process server(ca.clock, serving(ca.issue("auth", {"auth"})));
    Clock& clock = server.clock;
    Millis left{};
    server.serve("auth", "auth-0", [&clock, &left](RpcRequest asked) -> AsyncResult<std::string> {
        left = asked.by.at - clock.monotonic();
        return asleep(clock, asked.method == "slow" ? 3s : 0s);
    });
    Process client(ca.clock, calling(ca.issue("chat", {"chat"}), {{"auth", {server.target()}}}));
    REQUIRE(client.ask("auth", "", 2s));
    CHECK(left < 2s);
    CHECK(left > 1s);
    // Long enough for the peer to answer 20 ms before it is over.
    for (int i = 0; i < 5; ++i) CHECK(client.ask("auth", "", 400ms, "slow").error() == Errc::in_doubt);
    CHECK(client.network.targets().at(0).breaker == Breaker::State::closed);
    CHECK(client.ask("auth"));
}

TEST_CASE("A peer that is killed while it works leaves the call in doubt, and it is not made again", "[web][rpc]")
{
    TestCa ca;
    auto server = std::make_unique<Process>(ca.clock, serving(ca.issue("auth", {"auth"})));
    Process second(ca.clock, serving(ca.files("auth")));
    Clock& clock = second.clock;
    std::atomic<int> begun{0};
    const auto sleeper = [&clock, &begun](RpcRequest) {
        ++begun;
        return asleep(clock, 2s);
    };
    server->serve("auth", "auth-0", sleeper);
    second.serve("auth", "auth-1", says("second"));
    Process client(ca.clock, calling(ca.issue("chat", {"chat"}), {{"auth", {server->target(), second.target()}}}));
    std::thread killer([&] {
        while (begun == 0) std::this_thread::sleep_for(5ms);
        server->network.stop();
    });
    const Result<std::string> first = client.ask("auth", "auth-0", 10s);
    killer.join();
    CHECK(first.error() == Errc::in_doubt);
    CHECK(begun == 1);
    // What is not sent goes to the other one.
    for (int i = 0; i < 6; ++i) CHECK(client.ask("auth").value() == "second");
}

TEST_CASE("A breaker opens on a peer that is away and lets it back in", "[web][rpc]")
{
    TestCa ca;
    HttpRpcConfig config = serving(ca.issue("auth", {"auth"}));
    {
        Process first(ca.clock, config);
        config.port = first.network.port();
    }
    Process client(ca.clock,
                   calling(ca.issue("chat", {"chat"}), {{"auth", {any_address + std::to_string(config.port)}}}));
    for (int i = 0; i < 5; ++i) CHECK(client.ask("auth").error() == Errc::unavailable);
    const std::vector<RpcTargetInfo> down = client.network.targets();
    REQUIRE(down.size() == 1);
    CHECK(down[0].breaker == Breaker::State::open);
    CHECK(down[0].calls == 3); // the others were refused here
    Process server(ca.clock, config);
    server.serve("auth", "auth-0", says("back"));
    Result<std::string> reply = Errc::unavailable;
    for (int i = 0; i < 100 && !reply; ++i) {
        std::this_thread::sleep_for(20ms);
        reply = client.ask("auth");
    }
    CHECK(reply.value() == "back");
    CHECK(client.network.targets().at(0).breaker == Breaker::State::closed);
}

TEST_CASE("A peer that never shakes hands costs the connect timeout, not the call's deadline", "[web][rpc]")
{
    TestCa ca;
    asio::io_context io; // the kernel accepts, nobody answers
    asio::ip::tcp::acceptor silent(io, {asio::ip::address_v4::loopback(), 0});
    HttpRpcConfig config =
        calling(ca.issue("chat", {"chat"}), {{"auth", {any_address + std::to_string(silent.local_endpoint().port())}}});
    config.connect_timeout = 100ms;
    Process client(ca.clock, std::move(config));
    const Millis start = client.clock.monotonic();
    CHECK(client.ask("auth", "", 5s).error() == Errc::unavailable);
    CHECK(client.clock.monotonic() - start < 3s);
    CHECK(client.ask("auth", "", 20ms).error() == Errc::timed_out); // nothing was sent
}

TEST_CASE("A slot is found behind targets without ids, and a name stands for its addresses", "[web][rpc]")
{
    TestCa ca;
    Process one(ca.clock, serving(ca.issue("instance", {"instance"})));
    Process two(ca.clock, serving(ca.files("instance")));
    one.serve("instance", "instance-1", says("one"));
    two.serve("instance", "instance-2", says("two"));
    Process client(ca.clock, calling(ca.issue("match", {"match"}),
                                     {{"instance", {"localhost:" + std::to_string(one.network.port()), two.target()}},
                                      {"away", {"no-such-host.invalid:1"}}}));
    for (int i = 0; i < 3; ++i) {
        CHECK(client.ask("instance", "instance-1").value() == "one");
        CHECK(client.ask("instance", "instance-2").value() == "two");
    }
    CHECK(client.ask("instance", "instance-3").error() == Errc::unavailable);
    CHECK(client.ask("away", "", 8s).error() == Errc::unavailable);
    std::string why;
    REQUIRE(client.network.retarget({{"instance", {"instance-2@" + two.target()}}}, why));
    CHECK(client.ask("instance").value() == "two");
    CHECK(client.ask("instance", "instance-1").error() == Errc::unavailable);
    CHECK(client.network.retarget({{"instance", {"nowhere"}}}, why).error() == Errc::invalid_argument);
    CHECK(client.ask("instance").value() == "two");
}

TEST_CASE("A daemon of this process is not asked over the network", "[web][rpc]")
{
    TestCa ca;
    Process server(ca.clock, serving(ca.issue("all", {"auth", "chat"})));
    server.serve("auth", "auth-0", says("far"));
    Process client(ca.clock, calling(ca.files("all"), {{"auth", {server.target()}}}));
    client.serve("auth", "auth-1", says("near"));
    CHECK(client.ask("auth").value() == "near");
    CHECK(client.ask("auth", "auth-0").value() == "far");
    client.network.withdraw("auth", "auth-1");
    CHECK(client.ask("auth").value() == "far");
}

TEST_CASE("A CA is rotated under load without a failed call, and then the old one is out", "[web][rpc]")
{
    TestCa ca;
    std::string why;
    Process server(ca.clock, serving(ca.issue("auth", {"auth"})));
    server.serve("auth", "auth-0", says("yes"));
    HttpRpcConfig config = calling(ca.issue("chat", {"chat"}), {{"auth", {server.target()}}});
    config.files_checked_every = 20ms; // the client sees the change by itself
    Process client(ca.clock, std::move(config));
    const auto step = [&](const char* what) {
        INFO(what);
        REQUIRE(server.network.reload(why));
        std::this_thread::sleep_for(100ms);
        for (int i = 0; i < 3; ++i) CHECK(client.ask("auth").value() == "yes");
    };
    step("before");
    crypto::PeerFiles old = ca.issue("old", {"chat"});
    REQUIRE(crypto::PrivateCa::open(ca.directory, why)->rotate(ca.clock.now(), 24h, why));
    step("two are trusted");
    CHECK(raw_call(server.clock, server.network.port(), old, true)->status == 200);
    ca.issue("auth", {"auth"});
    step("the server is of the new one");
    ca.issue("chat", {"chat"});
    step("both are");
    std::filesystem::rename(old.certificate, old.certificate.string() + ".bak");
    old.certificate += ".bak";
    REQUIRE(crypto::PrivateCa::open(ca.directory, why)->retire(why));
    step("the old one is out");
    CHECK(raw_call(server.clock, server.network.port(), old, true).error() == Errc::permission_denied);

    REQUIRE(crypto::write_secret_file(ca.files("auth").certificate, "nonsense"));
    CHECK(server.network.reload(why).error() == Errc::invalid_argument);
    CHECK(why.find("auth.crt: is not a certificate in PEM; type: ") != std::string::npos);
    CHECK(client.ask("auth").value() == "yes"); // the old one stays
}
