#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/web/http_rpc.hpp"
#include "common/ports/rpc.hpp"
#include "tests/contract/support/peers.hpp"
#include "tests/contract/support/run.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

class TestDomain final : public DomainCategory {
public:
    const char* name() const noexcept override { return "rpc_test"; }
    std::string message(int) const override { return "no"; }
    std::string_view wire_code(int value) const noexcept override
    {
        return value == 1 ? "rpc_test.first" : value == 2 ? "rpc_test.not_your_turn" : std::string_view{};
    }
    boost::system::error_condition default_error_condition(int) const noexcept override
    {
        return {static_cast<int>(Errc::failed_precondition), errc_category()};
    }
};

const TestDomain& test_domain()
{
    static const TestDomain domain;
    return domain;
}

// A daemon on a thread of its own, as in `serve all`.
class Callee {
public:
    Callee() : guard_(io_.get_executor()), thread_([this] { io_.run(); }) {}
    ~Callee()
    {
        guard_.reset();
        thread_.join();
    }
    Executor executor() { return io_.get_executor(); }
    std::thread::id thread() const { return thread_.get_id(); }

private:
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::thread thread_;
};

RpcRequest request(const Clock& clock, std::string daemon, std::string method, std::string body = "{}",
                   Millis within = 5s)
{
    return {std::move(daemon), "", std::move(method), std::move(body), "00-trace", clock.after(within)};
}

AsyncResult<std::string> echo(RpcRequest request)
{
    if (request.method == "refuse") co_return Error{2, test_domain()};
    if (request.method == "conflict") co_return Errc::conflict;
    if (request.method == "throw") throw std::runtime_error("oops");
    co_return request.method + ":" + request.body + ":" + request.traceparent;
}

struct Local {
    system::SystemClock clock;
    local::LocalRpc rpc{clock, 8};
};

// Two processes: one that serves, one that calls it over loopback.
class TwoProcesses final : public Rpc {
public:
    explicit TwoProcesses(Clock& clock) : here_(clock), there_(clock, 8)
    {
        const std::vector<std::string> daemons{"auth", "match", "instance", "slow"};
        web::HttpRpcConfig config;
        config.tls = ca_.issue("all", daemons);
        config.port = 0;
        for (const std::string& daemon : daemons) config.rules.push_back({daemon, "*", {"*"}});
        server_ = std::make_unique<web::HttpRpc>(config, there_, clock);
        config.listen = false;
        for (const std::string& daemon : daemons) {
            std::string target = "127.0.0.1:" + std::to_string(server_->port());
            config.targets[daemon].push_back(std::move(target));
        }
        client_ = std::make_unique<web::HttpRpc>(config, here_, clock);
        // Nobody serves yet, but each call leaves a connection behind, so that deadlines measure no handshake.
        for (const std::string& daemon : daemons)
            REQUIRE(get(client_->call(request(clock, daemon, "x"))).error() == Errc::unavailable);
    }

    AsyncResult<std::string> call(RpcRequest asked) override { return client_->call(std::move(asked)); }
    void serve(std::string daemon, std::string id, Executor executor, RpcHandler handler) override
    {
        server_->serve(std::move(daemon), std::move(id), std::move(executor), std::move(handler));
    }
    void withdraw(const std::string& daemon, const std::string& id) override { server_->withdraw(daemon, id); }

private:
    TestCa ca_;
    local::LocalRpc here_, there_;
    std::unique_ptr<web::HttpRpc> server_, client_;
};

struct Http {
    system::SystemClock clock;
    TwoProcesses rpc{clock};
};

} // namespace

TEMPLATE_TEST_CASE("A call runs on the callee's thread, its answer on the caller's", "[rpc]", Local, Http)
{
    TestType world;
    Callee callee;
    std::thread::id ran_on, came_back_on;
    world.rpc.serve("auth", "auth-0", callee.executor(), [&ran_on](RpcRequest asked) {
        ran_on = std::this_thread::get_id();
        return echo(std::move(asked));
    });
    Rpc& rpc = world.rpc;
    Clock& clock = world.clock;
    Loop loop;
    Result<std::string> reply = Errc::internal;
    loop.spawn([&]() -> Task<void> {
        RpcRequest asked = request(clock, "auth", "login", R"({"name":"moss"})");
        reply = co_await rpc.call(std::move(asked));
        came_back_on = std::this_thread::get_id();
    });
    loop.run();
    REQUIRE(reply);
    CHECK(*reply == R"(login:{"name":"moss"}:00-trace)");
    CHECK(ran_on == callee.thread());
    CHECK(came_back_on == std::this_thread::get_id());
}

TEMPLATE_TEST_CASE("Errors keep their wire code, domain codes included", "[rpc]", Local, Http)
{
    TestType world;
    Callee callee;
    world.rpc.serve("match", "match-0", callee.executor(), echo);
    const auto error = [&](std::string method) {
        return get(world.rpc.call(request(world.clock, "match", std::move(method)))).error();
    };
    CHECK(error("refuse") == Error{2, test_domain()});
    CHECK(wire_code(error("refuse")) == "rpc_test.not_your_turn");
    CHECK(classify(error("refuse")) == Errc::failed_precondition);
    CHECK(error("conflict") == Errc::conflict);
    CHECK(error("throw") == Errc::internal);
    CHECK(get(world.rpc.call(request(world.clock, "nobody", "x"))).error() == Errc::unavailable);
    CHECK(from_wire_code("rpc_test.unheard_of") == Errc::internal);
    for (const ErrcRow& row : errc_table()) CHECK(from_wire_code(row.code) == row.errc);
}

TEMPLATE_TEST_CASE("Slots take turns, one can be named, and one can go", "[rpc]", Local, Http)
{
    TestType world;
    Callee callee;
    for (const std::string id : {"instance-0", "instance-1"})
        world.rpc.serve("instance", id, callee.executor(), [id](RpcRequest) -> AsyncResult<std::string> {
            std::string name = id;
            co_return name;
        });
    const auto ask = [&](const std::string& id) {
        RpcRequest asked = request(world.clock, "instance", "who");
        asked.id = id;
        return get(world.rpc.call(asked));
    };
    CHECK(ask("").value() != ask("").value());
    CHECK(ask("instance-1").value() == "instance-1");
    CHECK(ask("instance-7").error() == Errc::unavailable);
    world.rpc.withdraw("instance", "instance-1");
    CHECK(ask("").value() == "instance-0");
    CHECK(ask("").value() == "instance-0");
    CHECK(ask("instance-1").error() == Errc::unavailable);
    world.rpc.withdraw("instance", "instance-0");
    CHECK(ask("").error() == Errc::unavailable);
}

TEMPLATE_TEST_CASE("I10: no call waits past its deadline, and none queues without end", "[rpc]", Local, Http)
{
    TestType world;
    Callee callee;
    Clock& clock = world.clock;
    world.rpc.serve("slow", "slow-0", callee.executor(), [&clock](RpcRequest) -> AsyncResult<std::string> {
        co_await clock.sleep_until(clock.after(150ms));
        co_return "late";
    });
    const Millis start = clock.monotonic();
    CHECK(get(world.rpc.call(request(clock, "slow", "x", "{}", 30ms))).error() == Errc::in_doubt);
    CHECK(clock.monotonic() - start < 140ms);
    CHECK(get(world.rpc.call(request(clock, "slow", "x", "{}", 0ms))).error() == Errc::timed_out);

    Loop loop;
    int refused = 0, answered = 0;
    for (int i = 0; i < 20; ++i)
        loop.spawn([&]() -> Task<void> {
            RpcRequest asked = request(clock, "slow", "x");
            const Result<std::string> reply = co_await world.rpc.call(std::move(asked));
            if (reply)
                ++answered;
            else if (reply.error() == Errc::resource_exhausted)
                ++refused;
        });
    loop.run();
    CHECK(answered >= 7); // the first call may still be on its way
    CHECK(answered + refused == 20);
}

TEMPLATE_TEST_CASE("A body has at most 1 MiB, whichever way it goes", "[rpc]", Local, Http)
{
    TestType world;
    Callee callee;
    std::size_t reply_bytes = 0;
    world.rpc.serve("auth", "auth-0", callee.executor(), [&reply_bytes](RpcRequest asked) -> AsyncResult<std::string> {
        reply_bytes = asked.method == "more" ? max_rpc_body_bytes + 1 : asked.body.size();
        std::string reply(reply_bytes, 'r');
        co_return reply;
    });
    const auto ask = [&](std::string method, std::size_t size) {
        return get(world.rpc.call(request(world.clock, "auth", std::move(method), std::string(size, 'q'))));
    };
    CHECK(ask("x", max_rpc_body_bytes).value().size() == max_rpc_body_bytes);
    CHECK(ask("x", 0).value().empty());
    reply_bytes = 7;
    CHECK(ask("x", max_rpc_body_bytes + 1).error() == Errc::invalid_argument);
    CHECK(reply_bytes == 7); // it was not asked
    CHECK(ask("more", 1).error() == Errc::internal);
}

TEST_CASE("A call that its callee's loop never begins has timed out, not half happened", "[rpc]")
{
    memory::ManualClock clock;
    local::LocalRpc rpc{clock};
    asio::io_context idle;
    int begun = 0;
    rpc.serve("auth", "auth-0", idle.get_executor(), [&begun](RpcRequest) -> AsyncResult<std::string> {
        ++begun;
        co_return "";
    });
    Loop loop;
    Result<std::string> reply = Errc::internal;
    loop.spawn([&]() -> Task<void> {
        RpcRequest asked = request(clock, "auth", "x", "{}", 1s);
        reply = co_await rpc.call(std::move(asked));
    });
    loop.poll();
    clock.advance(1s);
    loop.run();
    CHECK(reply.error() == Errc::timed_out);
    idle.run();
    CHECK(begun == 0);
}
