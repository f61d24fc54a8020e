#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "common/ports/clock.hpp"
#include "common/ports/entropy.hpp"
#include "tests/contract/support/run.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <set>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

struct SystemTime {
    system::SystemClock clock;
    void pass(Loop& loop) { loop.run(); }
};

// Moves time along whenever nothing else is left to do.
struct ManualTime {
    memory::ManualClock clock;
    void pass(Loop& loop)
    {
        do loop.poll();
        while (clock.advance_to_next());
    }
};

} // namespace

TEMPLATE_TEST_CASE("Sleepers wake no earlier than asked, in order of their deadlines", "[clock]", SystemTime,
                   ManualTime)
{
    TestType time;
    Clock& clock = time.clock;
    Loop loop;
    std::vector<int> order;
    std::vector<Millis> early;
    const Millis start = clock.monotonic();
    for (const int delay : {30, 10, 20, 0, -5})
        loop.spawn([&order, &early, &clock, start, delay]() -> Task<void> {
            const Deadline by{start + Millis{delay}};
            const Result<void> slept = co_await clock.sleep_until(by);
            REQUIRE(slept);
            if (clock.monotonic() < by.at) early.push_back(by.at - clock.monotonic());
            order.push_back(delay);
        });
    time.pass(loop);
    CHECK(early.empty());
    REQUIRE(order.size() == 5);
    CHECK(order[2] == 10);
    CHECK(order[3] == 20);
    CHECK(order[4] == 30);
}

TEMPLATE_TEST_CASE("A sleeper that is cancelled hears canceled", "[clock]", SystemTime, ManualTime)
{
    using namespace asio::experimental::awaitable_operators;
    TestType time;
    Clock& clock = time.clock;
    Loop loop;
    std::size_t winner = 9;
    bool canceled = false;
    loop.spawn([&clock, &winner, &canceled]() -> Task<void> {
        auto forever = [&clock, &canceled]() -> Task<void> {
            const Result<void> slept = co_await clock.sleep_until(Deadline{Millis::max()});
            canceled = !slept && slept.error() == Errc::canceled;
        };
        const auto first = co_await (forever() || clock.sleep_until(clock.after(5ms)));
        winner = first.index();
    });
    time.pass(loop);
    CHECK(winner == 1);
    CHECK(canceled);
}

TEST_CASE("The manual clock moves only when told, the wall apart from the monotonic one", "[clock]")
{
    memory::ManualClock clock{1h, 2h};
    CHECK(clock.now() == 1h);
    CHECK(clock.monotonic() == 2h);
    clock.advance(90s);
    CHECK(clock.now() == 1h + 90s);
    CHECK(clock.monotonic() == 2h + 90s);
    clock.jump_wall(-24h);
    CHECK(clock.now() == 1h + 90s - 24h);
    CHECK(clock.monotonic() == 2h + 90s);
    CHECK_FALSE(clock.advance_to_next());

    Loop loop;
    int woken = 0;
    loop.spawn([&clock, &woken]() -> Task<void> {
        co_await clock.sleep_until(clock.after(10s));
        ++woken;
    });
    loop.poll();
    CHECK(clock.sleepers() == 1);
    clock.advance(9'999ms);
    loop.poll();
    CHECK(woken == 0);
    clock.advance(1ms);
    loop.poll();
    CHECK(woken == 1);
    CHECK(clock.sleepers() == 0);
}

TEST_CASE("The manual clock wakes sleepers of several threads on their own", "[clock]")
{
    memory::ManualClock clock;
    std::vector<std::thread> threads;
    std::atomic<int> asleep{0}, woken{0};
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&clock, &asleep, &woken, i] {
            Loop loop;
            loop.spawn([&clock, &asleep, &woken, i]() -> Task<void> {
                const auto self = std::this_thread::get_id();
                ++asleep;
                co_await clock.sleep_until(clock.after(Millis{10 * (i + 1)}));
                if (std::this_thread::get_id() == self) ++woken;
            });
            loop.run();
        });
    while (clock.sleepers() < 4) std::this_thread::yield();
    clock.advance(50ms);
    for (std::thread& thread : threads) thread.join();
    CHECK(woken == 4);
}

TEST_CASE("Chance of the system does not repeat, seeded chance does", "[entropy]")
{
    system::SystemEntropy system;
    std::set<std::array<std::uint8_t, 16>> seen;
    for (int i = 0; i < 1'000; ++i) seen.insert(system.bytes<16>());
    CHECK(seen.size() == 1'000);
    memory::SeededEntropy one{7}, same{7}, other{8};
    const auto first = one.bytes<33>();
    CHECK(first == same.bytes<33>());
    CHECK(first != other.bytes<33>());
    CHECK(first != one.bytes<33>());
}
