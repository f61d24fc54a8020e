// What a running connection server does once its configuration has changed.
#include "common/protocol/session.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/reloadable.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr std::string_view ping = R"({"op":"session.ping","id":7,"data":{}})";

// ann, before a connection server whose configuration changes.
class Visiting {
public:
    explicit Visiting(World& world) : world_(world), ann_(world.new_player("ann")) {}

    void change(const std::function<void(connsrv::Config&)>& how)
    {
        connsrv::Config config = world_.options.connsrv;
        how(config);
        world_.connsrvs.front()->configure(config);
    }
    Task<std::unique_ptr<LiveClient>> sign_in() { return world_.signed_in(ann_); }
    // "" or why she was not let in.
    Task<std::string> hello()
    {
        auto live = world_.client();
        const Result<void> up = co_await live->connect();
        REQUIRE(up);
        std::string data = World::hello(ann_);
        const Result<std::string> reply = co_await live->call("session.hello", std::move(data));
        co_return reply ? "" : live->error_text;
    }
    // Says nothing and is closed within that time.
    Task<bool> closed_silent(Millis within)
    {
        auto live = world_.client();
        const Result<void> up = co_await live->connect();
        REQUIRE(up);
        co_return co_await live->closed(within);
    }
    // The codes that so many messages at once are refused by.
    Task<std::map<std::string, int>> refused(LiveClient& live, std::string message, int times)
    {
        for (int i = 0; i < times; ++i)
            if (!live.send(message)) break;
        std::map<std::string, int> codes;
        for (int i = 0; i < times; ++i) {
            const Result<std::string> reply = co_await live.receive(1s);
            if (!reply) break;
            const auto read = protocol::decode<protocol::ServerMessage>(*reply);
            if (read && read->error) ++codes[read->error->code];
        }
        co_return codes;
    }
    Task<void> wait(Millis length) { (void)co_await world_.clock.sleep_until(world_.clock.after(length)); }

private:
    World& world_;
    Player ann_;
};

Task<void> changes_hello_within(Visiting& ann)
{
    bool closed = co_await ann.closed_silent(3s);
    CHECK_FALSE(closed);
    ann.change([](connsrv::Config& config) { config.hello_within = 1s; });
    closed = co_await ann.closed_silent(3s);
    CHECK(closed);
}

Task<void> changes_max_message(Visiting& ann)
{
    auto live = co_await ann.sign_in();
    std::string long_one = R"({"op":"session.ping","id":7,"data":{},"key":")" + std::string(400, 'k') + "\"}";
    auto codes = co_await ann.refused(*live, long_one, 1);
    CHECK_FALSE(codes.contains("live.too_big"));
    ann.change([](connsrv::Config& config) { config.max_message.bytes = 300; });
    codes = co_await ann.refused(*live, long_one, 1);
    CHECK(codes["live.too_big"] == 1);
}

Task<void> changes_inbox(Visiting& ann)
{
    auto live = co_await ann.sign_in();
    std::string asks_chat = R"({"op":"chat.history","id":7,"data":{"channel":"room:lobby"}})";
    auto codes = co_await ann.refused(*live, asks_chat, 5);
    CHECK_FALSE(codes.contains("live.busy"));
    ann.change([](connsrv::Config& config) { config.inbox = 1; });
    codes = co_await ann.refused(*live, asks_chat, 5);
    CHECK(codes["live.busy"] > 0);
}

Task<int> faults_borne(Visiting& ann, LiveClient& live)
{
    auto codes = co_await ann.refused(live, "nonsense", 20);
    co_return codes["live.bad_message"];
}

Task<void> changes_faults(Visiting& ann)
{
    auto live = co_await ann.sign_in();
    ann.change([](connsrv::Config& config) { config.faults = 3; });
    const int borne = co_await faults_borne(ann, *live);
    CHECK(borne == 3);
}

Task<void> changes_forgive_every(Visiting& ann)
{
    auto live = co_await ann.sign_in();
    auto codes = co_await ann.refused(*live, "nonsense", 7);
    CHECK(codes["live.bad_message"] == 7);
    ann.change([](connsrv::Config& config) { config.forgive_every = 1s; });
    co_await ann.wait(10s);
    const int borne = co_await faults_borne(ann, *live);
    CHECK(borne == 8);
}

Task<void> changes_hello_burst(Visiting& ann)
{
    ann.change([](connsrv::Config& config) { config.hello_burst = 1, config.hello_interval = 1h; });
    std::string why = co_await ann.hello();
    CHECK(why == "");
    why = co_await ann.hello();
    CHECK(why == "resource_exhausted");
    ann.change([](connsrv::Config& config) { config.hello_burst = 5, config.hello_interval = 1h; });
    why = co_await ann.hello();
    CHECK(why == "");
}

Task<void> changes_hello_interval(Visiting& ann)
{
    ann.change([](connsrv::Config& config) { config.hello_burst = 1, config.hello_interval = 1h; });
    std::string why = co_await ann.hello();
    CHECK(why == "");
    why = co_await ann.hello();
    CHECK(why == "resource_exhausted");
    ann.change([](connsrv::Config& config) { config.hello_burst = 1, config.hello_interval = 1s; });
    (void)co_await ann.hello();
    co_await ann.wait(1s);
    why = co_await ann.hello();
    CHECK(why == "");
}

Task<void> changes_op_burst_factor(Visiting& ann)
{
    auto live = co_await ann.sign_in();
    std::string message(ping);
    int limited = 0;
    for (int i = 0; i < 40; ++i) {
        auto codes = co_await ann.refused(*live, message, 1);
        limited += codes["resource_exhausted"];
    }
    CHECK(limited > 0);
    ann.change([](connsrv::Config& config) { config.op_burst_factor = 100; });
    auto codes = co_await ann.refused(*live, message, 20);
    CHECK_FALSE(codes.contains("resource_exhausted"));
}

} // namespace

TEST_CASE("What a reload may change of the connection server holds for open connections too", "[connsrv][reload]")
{
    const auto script = [](Task<void> (*run)(Visiting&)) {
        return [run] {
            World world;
            world.start();
            Visiting ann(world);
            world.play([&]() -> Task<void> { co_await run(ann); });
        };
    };
    check_reload_effects<connsrv::Config>({{"hello_within", script(changes_hello_within)},
                                           {"max_message", script(changes_max_message)},
                                           {"inbox", script(changes_inbox)},
                                           {"faults", script(changes_faults)},
                                           {"forgive_every", script(changes_forgive_every)},
                                           {"hello_burst", script(changes_hello_burst)},
                                           {"hello_interval", script(changes_hello_interval)},
                                           {"op_burst_factor", script(changes_op_burst_factor)}});
}
