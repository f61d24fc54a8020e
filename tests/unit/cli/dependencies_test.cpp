#include "cli/api/dependencies.hpp"
#include "common/adapters/memory/manual_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <deque>

namespace harvest {
namespace {

using namespace std::chrono_literals;
using cli::api::Dependencies;
using cli::api::Dependency;

// One server that answers as the test says, asked once a second.
struct Watching {
    Watching()
    {
        Dependency server{"server", true, {}};
        server.ask = [this](Deadline) -> AsyncResult<void> {
            ++asked;
            if (answers) co_return Result<void>{};
            co_return Errc::unavailable;
        };
        std::vector<Dependency> all;
        all.push_back(std::move(server));
        dependencies = std::make_unique<Dependencies>(std::move(all), clock, io.get_executor());
        dependencies->start();
        io.poll();
    }

    ~Watching()
    {
        boost::asio::co_spawn(io, dependencies->stop(), [](std::exception_ptr) {});
        io.restart();
        io.run();
    }

    bool away() const { return dependencies->verdicts().front().away; }

    // As the server answers from now on, and what is said of it after each of the next questions.
    std::deque<bool> away_after(bool answer, int questions)
    {
        std::deque<bool> said;
        answers = answer;
        for (int i = 0; i < questions; ++i) {
            clock.advance(1s);
            io.restart();
            io.poll();
            said.push_back(away());
        }
        return said;
    }

    boost::asio::io_context io{1};
    memory::ManualClock clock;
    bool answers = true;
    int asked = 0;
    std::unique_ptr<Dependencies> dependencies;
};

TEST_CASE("A server is away when two of its last three answers failed, and back when two came", "[cli]")
{
    Watching watching;
    CHECK(watching.asked == 1);
    CHECK_FALSE(watching.away());
    CHECK(watching.away_after(false, 3) == std::deque{false, true, true});
    CHECK(watching.dependencies->verdicts().front().why == make_error_code(Errc::unavailable).message());
    CHECK(watching.away_after(true, 3) == std::deque{true, false, false});
    CHECK(watching.asked == 7);
}

TEST_CASE("A single failure between good answers is no outage", "[cli]")
{
    Watching watching;
    for (int round = 0; round < 5; ++round) {
        CHECK(watching.away_after(false, 1) == std::deque{false});
        CHECK(watching.away_after(true, 2) == std::deque{false, false});
    }
}

} // namespace
} // namespace harvest
