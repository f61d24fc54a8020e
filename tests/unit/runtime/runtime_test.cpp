#include "common/adapters/memory/manual_clock.hpp"
#include "common/runtime/blocking_pool.hpp"
#include "common/runtime/mailbox.hpp"
#include "common/runtime/task_group.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace harvest;

namespace {

// Runs `body` to its end on a loop of its own.
template <class Body>
void run(Body body)
{
    asio::io_context loop;
    TaskGroup tasks(loop.get_executor());
    std::exception_ptr failure;
    const std::function<Task<void>()> task = [&]() -> Task<void> {
        try {
            co_await body(loop.get_executor());
        }
        catch (...) {
            failure = std::current_exception();
        }
    };
    tasks.spawn(task);
    loop.run();
    if (failure) std::rethrow_exception(failure);
}

} // namespace

TEST_CASE("task group: join waits for all, cancel ends what waits", "[runtime]")
{
    run([](Executor executor) -> Task<void> {
        TaskGroup group(executor);
        Signal never(executor);
        int ended = 0;
        for (int i = 0; i < 10; ++i) {
            const std::function<Task<void>()> task = [&]() -> Task<void> {
                const Result<void> rung = co_await never.wait();
                if (!rung && rung.error() == Errc::canceled) ++ended;
            };
            group.spawn(task);
        }
        CHECK(group.size() == 10);
        asio::post(executor, [&] { group.cancel(); });
        co_await group.join();
        CHECK(ended == 10);
        CHECK(group.size() == 0);
        bool started = false;
        const std::function<Task<void>()> late = [&]() -> Task<void> {
            started = true;
            co_return;
        };
        group.spawn(late);
        co_await group.join();
        CHECK_FALSE(started);
    });
}

TEST_CASE("task group: an exception ends its task only", "[runtime]")
{
    run([](Executor executor) -> Task<void> {
        TaskGroup group(executor);
        bool other = false;
        group.spawn([]() -> Task<void> {
            throw std::runtime_error("on purpose");
            co_return;
        });
        const std::function<Task<void>()> fine = [&]() -> Task<void> {
            other = true;
            co_return;
        };
        group.spawn(fine);
        co_await group.join();
        CHECK(other);
    });
}

TEST_CASE("task group: a loop that is kept begins anew after an exception, later each time", "[runtime]")
{
    asio::io_context loop;
    memory::ManualClock clock;
    TaskGroup group(loop.get_executor());
    std::vector<Millis> begun;
    bool over = false;
    group.keep(clock, "on purpose", [&]() -> Task<void> {
        begun.push_back(clock.monotonic());
        if (begun.size() == 12) { // it settles for a while
            const Result<void> slept = co_await clock.sleep_until(clock.after(61s));
            if (!slept) co_return;
        }
        if (begun.size() == 14) {
            over = true;
            co_return;
        }
        throw std::runtime_error("on purpose");
    });
    const auto turn = [&] {
        loop.restart();
        loop.poll();
    };
    for (turn(); clock.next_deadline(); turn()) clock.advance_to_next();
    CHECK(over);
    CHECK(group.size() == 0);
    REQUIRE(begun.size() == 14);
    const std::vector<Millis> pauses{100ms, 200ms, 400ms, 800ms, 1'600ms,  3'200ms, 6'400ms,
                                     10s,   10s,   10s,   10s,   61'100ms, 200ms};
    for (std::size_t i = 0; i < pauses.size(); ++i) CHECK(begun[i + 1] - begun[i] == pauses[i]);
}

TEST_CASE("task group: a loop that is kept ends with its group, also between two lives", "[runtime]")
{
    for (const bool between : {false, true}) {
        asio::io_context loop;
        memory::ManualClock clock;
        TaskGroup group(loop.get_executor());
        int begun = 0;
        group.keep(clock, "on purpose", [&]() -> Task<void> {
            ++begun;
            if (between) throw std::runtime_error("on purpose");
            const Result<void> slept = co_await clock.sleep_until(clock.after(1h));
            if (!slept) throw boost::system::system_error(asio::error::operation_aborted);
        });
        loop.poll();
        CHECK(group.size() == 1);
        group.cancel();
        loop.restart();
        loop.poll();
        CHECK(group.size() == 0);
        CHECK(begun == 1);
    }
}

TEST_CASE("mailbox: keeps the order, refuses when full, wakes its reader", "[runtime]")
{
    run([](Executor executor) -> Task<void> {
        Mailbox<int> box(executor, 3);
        CHECK(box.push(1));
        CHECK(box.push(2));
        CHECK(box.push(3));
        CHECK_FALSE(box.push(4));
        asio::post(executor, [&] { box.push(5); });
        std::vector<int> got;
        for (int i = 0; i < 4; ++i) got.push_back((co_await box.pop()).value());
        CHECK(got == std::vector<int>{1, 2, 3, 5});
    });
}

TEST_CASE("blocking pool: runs elsewhere, resumes here, and says when it is full or late", "[runtime]")
{
    memory::ManualClock clock;
    BlockingPool pool(1, 2, clock);
    std::atomic<bool> occupied{false}, go{false};
    run([&](Executor executor) -> Task<void> {
        const std::thread::id here = std::this_thread::get_id();
        TaskGroup group(executor);
        std::vector<Error> outcomes;
        const auto submit = [&](Deadline by) {
            const std::function<Task<void>()> task = [&, by]() -> Task<void> {
                std::function<void()> job = [&] {
                    occupied = true;
                    while (!go) std::this_thread::yield();
                };
                const Result<void> ran = co_await pool.run(std::move(job), by);
                CHECK(std::this_thread::get_id() == here);
                outcomes.push_back(ran ? Error{} : ran.error());
            };
            group.spawn(task);
        };
        submit(clock.after(1h));
        std::thread waker([&] {
            while (pool.waiting() < 2) std::this_thread::yield();
            clock.advance(1s);
            go = true;
        });
        // The first occupies the thread; the next two fill the queue; the fourth finds no place.
        const std::function<Task<void>()> rest = [&]() -> Task<void> {
            while (!occupied) std::this_thread::yield();
            submit(clock.after(1h));
            submit(clock.after(1ms));
            co_return;
        };
        asio::post(executor, [&] { group.spawn(rest); });
        co_await group.join();
        waker.join();
        REQUIRE(outcomes.size() == 3);
        CHECK(outcomes[0] == Error{});
        CHECK(outcomes[1] == Error{});
        CHECK(outcomes[2] == Errc::timed_out);
    });
}

TEST_CASE("blocking pool: a job that throws has failed, and the next one runs", "[runtime]")
{
    memory::ManualClock clock;
    BlockingPool pool(1, 2, clock);
    run([&](Executor) -> Task<void> {
        std::function<Result<int>()> job = []() -> Result<int> { throw std::runtime_error("no thread"); };
        const Result<int> failed = co_await pool.compute<int>(std::move(job), clock.after(1s));
        CHECK(failed.error() == Errc::internal);
        std::function<Result<int>()> next = []() -> Result<int> { return 7; };
        const Result<int> done = co_await pool.compute<int>(std::move(next), clock.after(1s));
        CHECK(done.value() == 7);
    });
}

TEST_CASE("blocking pool: a full queue refuses at once", "[runtime]")
{
    memory::ManualClock clock;
    BlockingPool none(0, 0, clock);
    run([&](Executor) -> Task<void> {
        std::function<void()> nothing = [] {};
        const Result<void> refused = co_await none.run(std::move(nothing), clock.after(1s));
        CHECK(refused.error() == Errc::resource_exhausted);
    });
}
