#include "common/base/log.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/supervisor.hpp"
#include "common/runtime/task_group.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <mutex>
#include <thread>

using namespace harvest;

namespace {

struct Journal {
    std::mutex mutex;
    std::vector<std::string> lines;
    void add(std::string line)
    {
        const std::lock_guard lock(mutex);
        lines.push_back(std::move(line));
    }
    std::vector<std::string> copy()
    {
        const std::lock_guard lock(mutex);
        return lines;
    }
};

struct Habit {
    bool fails{}, never_ready{}, never_stops{}, ends_by_itself{}, throws_from_its_loop{}, fails_at_its_end{};
};

class Worker final : public Supervised {
public:
    Worker(std::string name, Journal& journal, Habit habit, Executor executor)
        : name_(std::move(name)),
          journal_(journal),
          habit_(habit),
          executor_(executor),
          stop_(executor)
    {
    }
    ~Worker() override { journal_.add("gone " + name_); }
    std::string_view name() const override { return name_; }
    Task<void> run() override
    {
        journal_.add("run " + name_);
        if (habit_.fails) throw boost::system::system_error(make_error_code(Errc::unavailable), "port 1 is in use");
        ready_ = !habit_.never_ready;
        if (habit_.ends_by_itself) throw std::runtime_error("the disk is gone");
        if (habit_.throws_from_its_loop) {
            tasks_.spawn([this]() -> Task<void> { (void)co_await stop_.wait(); });
            asio::post(executor_, [] { throw std::runtime_error("no descriptor is left"); });
        }
        const Result<void> rung = co_await stop_.wait();
        (void)rung;
        journal_.add("end " + name_);
        if (habit_.fails_at_its_end) throw std::runtime_error("the disk is full");
    }
    void stop() override
    {
        if (!habit_.never_stops) stop_.ring();
    }
    bool ready() const override { return ready_; }
    std::map<std::string, std::int64_t> load() const override { return {{"matches", 3}}; }

private:
    std::string name_;
    Journal& journal_;
    Habit habit_;
    Executor executor_;
    bool ready_ = false;
    Signal stop_;
    TaskGroup tasks_{executor_};
};

SlotPlan plan(const std::string& name, Journal& journal, Habit habit = {})
{
    return {name + "-0", name, [name, &journal, habit](Executor executor) {
                return std::make_unique<Worker>(name, journal, habit, executor);
            }};
}

std::vector<SlotPlan> three(Journal& journal)
{
    std::vector<SlotPlan> plans;
    plans.push_back(plan("a", journal));
    plans.push_back(plan("b", journal));
    plans.push_back(plan("c", journal));
    return plans;
}

SupervisorOptions quiet()
{
    SupervisorOptions options;
    options.handle_signals = false;
    options.start_timeout = 2s;
    return options;
}

} // namespace

TEST_CASE("slots start in order and stop in reverse", "[supervisor]")
{
    Journal journal;
    SupervisorOptions options = quiet();
    Supervisor* self = nullptr;
    options.on_ready = [&] {
        for (const SlotStatus& slot : self->status()) {
            CHECK(slot.state == SlotState::ready);
            CHECK(slot.load.at("matches") == 3);
        }
        CHECK(self->alive());
        self->request_drain();
    };
    Supervisor supervisor(three(journal), std::move(options));
    self = &supervisor;
    const Supervisor::Ended ended = supervisor.run();
    CHECK_FALSE(ended.forced);
    CHECK(ended.failed.empty());
    CHECK(journal.copy() ==
          std::vector<std::string>{"run a", "run b", "run c", "end c", "gone c", "end b", "gone b", "end a", "gone a"});
}

TEST_CASE("a slot that cannot start stops the others and says why", "[supervisor]")
{
    Journal journal;
    std::vector<SlotPlan> plans = three(journal);
    plans.push_back(plan("d", journal, {.fails = true}));
    Supervisor supervisor(std::move(plans), quiet());
    try {
        supervisor.run();
        FAIL("it started");
    }
    catch (const StartError& e) {
        CHECK(e.slot == "d-0");
        CHECK(classify(e.code) == Errc::unavailable);
        CHECK(std::string(e.what()).find("port 1 is in use") != std::string::npos);
    }
    const std::vector<std::string> lines = journal.copy();
    CHECK(lines.back() == "gone a");
}

TEST_CASE("a failed start is its caller's to tell, a later failure is logged", "[supervisor]")
{
    static Journal logged;
    log::set_sink([](log::Level, std::string_view message, const log::Fields&) { logged.add(std::string(message)); },
                  log::Level::error);
    Journal journal;
    std::vector<SlotPlan> plans;
    plans.push_back(plan("a", journal, {.fails = true}));
    CHECK_THROWS_AS(Supervisor(std::move(plans), quiet()).run(), StartError);
    CHECK(logged.copy().empty());
    SupervisorOptions options = quiet();
    Supervisor* self = nullptr;
    options.on_ready = [&] { self->request_drain(); };
    std::vector<SlotPlan> later;
    later.push_back(plan("a", journal, {.fails_at_its_end = true}));
    Supervisor supervisor(std::move(later), std::move(options));
    self = &supervisor;
    (void)supervisor.run();
    CHECK(logged.copy() == std::vector<std::string>{"a daemon ended by an error"});
}

TEST_CASE("a slot that is never ready is a failed start", "[supervisor]")
{
    Journal journal;
    std::vector<SlotPlan> plans;
    plans.push_back(plan("a", journal, {.never_ready = true}));
    SupervisorOptions options = quiet();
    options.start_timeout = 100ms;
    Supervisor supervisor(std::move(plans), std::move(options));
    CHECK_THROWS_WITH(supervisor.run(), "not ready within 100 ms");
}

TEST_CASE("a daemon that ends by itself takes the process with it", "[supervisor]")
{
    Journal journal;
    std::vector<SlotPlan> plans = three(journal);
    SupervisorOptions options = quiet();
    Journal other;
    plans.push_back(plan("d", journal, {.ends_by_itself = true}));
    Supervisor supervisor(std::move(plans), std::move(options));
    try {
        const Supervisor::Ended ended = supervisor.run();
        CHECK(ended.failed == "d-0");
    }
    catch (const StartError& e) { // it may be seen before it was ever ready
        CHECK(e.slot == "d-0");
    }
}

TEST_CASE("a daemon whose handler throws while its tasks run ends the process in order, and says why", "[supervisor]")
{
    static Journal journal; // what threw is never taken down
    std::vector<SlotPlan> plans = three(journal);
    plans.push_back(plan("d", journal, {.throws_from_its_loop = true}));
    Supervisor supervisor(std::move(plans), quiet());
    std::string slot;
    try {
        slot = supervisor.run().failed;
    }
    catch (const StartError& e) { // it may be seen before it was ever ready
        slot = e.slot;
    }
    CHECK(slot == "d-0");
    const std::vector<std::string> lines = journal.copy();
    for (const char* other : {"end a", "end b", "end c"}) CHECK(std::ranges::count(lines, other) == 1);
}

TEST_CASE("the drain's deadline cuts off what will not end", "[supervisor]")
{
    auto journal = std::make_unique<Journal>(); // outlives the stuck thread
    std::vector<SlotPlan> plans;
    plans.push_back(plan("a", *journal));
    plans.push_back(plan("b", *journal, {.never_stops = true}));
    SupervisorOptions options = quiet();
    options.drain_timeout = 150ms;
    Supervisor* self = nullptr;
    options.on_ready = [&] { self->request_drain(); };
    auto supervisor = std::make_unique<Supervisor>(std::move(plans), std::move(options));
    self = supervisor.get();
    const Supervisor::Ended ended = supervisor->run();
    CHECK(ended.forced);
    CHECK(ended.cut == std::vector<std::string>{"a-0", "b-0"});
    (void)supervisor.release(); // its threads still run: a process would leave now
    (void)journal.release();
}

TEST_CASE("a drain that is asked for again goes on: it cuts off nothing, nor does the first SIGTERM behind it",
          "[supervisor]")
{
    auto journal = std::make_unique<Journal>(); // outlives the stuck thread
    std::vector<SlotPlan> plans;
    plans.push_back(plan("a", *journal, {.never_stops = true}));
    SupervisorOptions options;
    options.drain_timeout = 400ms;
    Supervisor* self = nullptr;
    options.on_ready = [&] {
        for (int i = 0; i < 3; ++i) self->request_drain();
        ::kill(::getpid(), SIGTERM);
    };
    auto supervisor = std::make_unique<Supervisor>(std::move(plans), std::move(options));
    self = supervisor.get();
    const auto begun = std::chrono::steady_clock::now();
    const Supervisor::Ended ended = supervisor->run();
    CHECK(std::chrono::steady_clock::now() - begun >= 400ms);
    CHECK(ended.forced);
    (void)supervisor.release();
    (void)journal.release();
}

TEST_CASE("a second SIGTERM forces: what had not ended is named, and nobody waits for the deadline", "[supervisor]")
{
    auto journal = std::make_unique<Journal>(); // outlives the stuck thread
    std::vector<SlotPlan> plans;
    plans.push_back(plan("a", *journal));
    plans.push_back(plan("b", *journal, {.never_stops = true}));
    plans.push_back(plan("c", *journal));
    SupervisorOptions options;
    options.drain_timeout = 60s;
    Supervisor* self = nullptr;
    std::thread person;
    options.on_ready = [&] {
        person = std::thread([&] {
            ::kill(::getpid(), SIGTERM);
            const auto stuck = [&] { return self->status()[1].state == SlotState::draining; };
            for (int i = 0; i < 1'000 && !stuck(); ++i) std::this_thread::sleep_for(5ms);
            ::kill(::getpid(), SIGTERM);
        });
    };
    auto supervisor = std::make_unique<Supervisor>(std::move(plans), std::move(options));
    self = supervisor.get();
    const auto begun = std::chrono::steady_clock::now();
    const Supervisor::Ended ended = supervisor->run();
    person.join();
    CHECK(std::chrono::steady_clock::now() - begun < 30s);
    CHECK(ended.forced);
    CHECK(ended.failed.empty());
    CHECK(ended.cut == std::vector<std::string>{"a-0", "b-0"}); // c had ended
    (void)supervisor.release();
    (void)journal.release();
}

TEST_CASE("SIGTERM drains, SIGHUP reloads, and the service manager is told", "[supervisor]")
{
    char folder[] = "/tmp/harvest-notify-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string path = std::string(folder) + "/socket";
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "200000", 1);
    ::unsetenv("WATCHDOG_PID");

    Journal journal;
    SupervisorOptions options;
    int reloads = 0;
    options.on_reload = [&] {
        ++reloads;
        std::raise(SIGTERM);
        return std::string("reloaded");
    };
    std::thread later;
    options.on_ready = [&] {
        later = std::thread([] {
            std::this_thread::sleep_for(250ms);
            ::kill(::getpid(), SIGHUP);
        });
    };
    Supervisor supervisor(three(journal), std::move(options));
    const Supervisor::Ended ended = supervisor.run();
    later.join();
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    CHECK_FALSE(ended.forced);
    CHECK(reloads == 1);

    std::string told;
    char buffer[1024];
    for (ssize_t count; (count = ::recv(socket, buffer, sizeof buffer, MSG_DONTWAIT)) > 0;)
        told += std::string(buffer, static_cast<std::size_t>(count)) + '\n';
    ::close(socket);
    ::unlink(path.c_str());
    ::rmdir(folder);
    const std::size_t ready = told.find("READY=1"), watchdog = told.find("WATCHDOG=1"),
                      reloading = told.find("RELOADING=1"), again = told.find("STATUS=reloaded"),
                      stopping = told.find("STOPPING=1");
    CHECK(ready < watchdog);
    CHECK(watchdog < reloading);
    CHECK(reloading < again);
    CHECK(again < stopping);
    CHECK(stopping != std::string::npos);
    CHECK(told.find("MONOTONIC_USEC=") != std::string::npos);
}
