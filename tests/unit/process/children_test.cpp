#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/process/child_allocator.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "tests/contract/support/run.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <set>

using namespace harvest;
using namespace harvest::test;
using process::ChildInstances;
using process::ChildOptions;

namespace {

// Our own children that live or are zombies, by the kernel's word.
std::set<::pid_t> children_of_ours(bool zombies)
{
    std::set<::pid_t> found;
    std::ifstream list(fmt::format("/proc/self/task/{}/children", ::gettid()));
    for (::pid_t pid = 0; list >> pid;) {
        std::ifstream file(fmt::format("/proc/{}/stat", pid));
        std::string text(std::istreambuf_iterator<char>(file), {});
        const std::size_t name_end = text.rfind(')');
        if (name_end == std::string::npos) continue;
        if ((text[name_end + 2] == 'Z') == zombies) found.insert(pid);
    }
    return found;
}

// Runs a pool of stubs on this thread; what they would announce is set by hand.
struct World {
    explicit World(ChildOptions options, std::string habit = "good")
        : habit_of([habit](std::size_t) { return habit; }),
          children(
              options,
              [this](std::size_t index) {
                  ++starts;
                  return std::vector<std::string>{CHILD_STUB, habit_of(index)};
              },
              [](std::size_t index) { return fmt::format("instance-{}", index); }, presence, clock)
    {
        loop.spawn([this]() -> Task<void> {
            co_await children.run();
            ended = true;
        });
    }
    ~World()
    {
        children.stop();
        CHECK(until([this] { return ended; }));
        CHECK(children_of_ours(false).empty());
        CHECK(children_of_ours(true).empty());
    }

    static ChildOptions quick(std::size_t least, std::size_t most, std::size_t warm)
    {
        ChildOptions options;
        options.least = least;
        options.most = most;
        options.warm = warm;
        options.start_within = options.watchdog = 1'000ms;
        options.drain = 500ms;
        options.first_backoff = 100ms;
        options.longest_backoff = 800ms;
        options.idle_after = options.acknowledge_within = 400ms;
        options.look_every = 50ms;
        return options;
    }

    bool until(const std::function<bool()>& condition, Millis longest = 15s)
    {
        for (const Deadline end = clock.after(longest); clock.monotonic() < end.at;) {
            if (condition()) return true;
            loop.io().restart();
            loop.io().run_for(20ms);
        }
        return condition();
    }
    void pass(Millis length)
    {
        until([] { return false; }, length);
    }
    void announce(std::size_t index, std::int64_t matches)
    {
        DaemonPresence self{"instance", fmt::format("instance-{}", index), "ready", {{"matches", matches}}};
        REQUIRE(get(presence.announce(std::move(self), 60s, clock.after(1s))));
    }
    std::size_t ready() const { return children.figures().ready; }

    system::SystemClock clock;
    memory::MemoryPresence presence{clock};
    Loop loop;
    std::function<std::string(std::size_t)> habit_of;
    int starts{};
    bool ended{};
    ChildInstances children;
};

} // namespace

TEST_CASE("A killed child is replaced, and leaves no zombie", "[process]")
{
    World world(World::quick(2, 2, 0));
    REQUIRE(world.until([&] { return world.ready() == 2; }));
    CHECK(world.children.ready());
    const std::set<::pid_t> before = children_of_ours(false);
    REQUIRE(before.size() == 2);
    ::kill(*before.begin(), SIGKILL);
    REQUIRE(world.until([&] { return world.children.figures().restarts == 1 && world.ready() == 2; }));
    const std::set<::pid_t> after = children_of_ours(false);
    CHECK(after.size() == 2);
    CHECK_FALSE(after.contains(*before.begin()));
    CHECK(after.contains(*before.rbegin()));
    CHECK(children_of_ours(true).empty());
}

TEST_CASE("A child that is stopped, silent or never ready is killed and started again", "[process]")
{
    const std::string habit = GENERATE(std::string("good"), std::string("silent"), std::string("mute"));
    CAPTURE(habit);
    World world(World::quick(1, 1, 0), habit);
    if (habit == "good") {
        REQUIRE(world.until([&] { return world.ready() == 1; }));
        world.pass(1'500ms);
        REQUIRE(world.children.figures().killed == 0); // its signs of life count
        ::kill(*children_of_ours(false).begin(), SIGSTOP);
    }
    CHECK(world.until([&] { return world.children.figures().killed >= 1; }, 5s));
    CHECK(world.until([&] { return world.children.figures().restarts >= 1; }));
    CHECK((world.ready() == 0 || habit == "silent"));
    world.habit_of = [](std::size_t) { return std::string("good"); };
    CHECK(world.until([&] { return world.ready() == 1; }));
}

TEST_CASE("A child that crashes at once is started ever more rarely", "[process]")
{
    World world(World::quick(1, 1, 0), "crash");
    world.pass(3s);
    // 50–100, 100–200, 200–400, 400–800, 400–800 … ms and the grain of 100.
    CHECK(world.starts >= 4);
    CHECK(world.starts <= 9);
    CHECK_FALSE(world.children.ready());
    world.habit_of = [](std::size_t) { return std::string("good"); };
    CHECK(world.until([&] { return world.children.ready(); }));
}

TEST_CASE("Who is ready is told to read its configuration again, and nobody else", "[process]")
{
    // A stub does not know SIGHUP: it dies of it.
    const std::string habit = GENERATE(std::string("good"), std::string("mute"));
    CAPTURE(habit);
    World world(World::quick(2, 2, 0), habit);
    if (habit == "good") REQUIRE(world.until([&] { return world.ready() == 2; }));
    world.pass(100ms);
    world.children.reload();
    world.pass(300ms);
    CHECK(world.children.figures().restarts == (habit == "good" ? 2U : 0U));
    CHECK(world.children.figures().killed == 0);
}

TEST_CASE("Who becomes ready after a reload that it missed is told then", "[process]")
{
    World world(World::quick(2, 2, 0), "late");
    world.pass(100ms);
    world.children.reload();
    world.habit_of = [](std::size_t) { return std::string("good"); };
    CHECK(world.until([&] { return world.children.figures().restarts == 2; })); // a stub dies of it
    CHECK(world.until([&] { return world.ready() == 2; }));
    CHECK(world.children.figures().killed == 0);
}

TEST_CASE("Who can be called is told whenever it changes", "[process]")
{
    std::vector<std::vector<std::size_t>> told;
    {
        World world(World::quick(2, 2, 0));
        world.children.on_change([&told](const std::vector<std::size_t>& indices) { told.push_back(indices); });
        REQUIRE(world.until([&] { return world.ready() == 2; }));
        CHECK(told.back() == std::vector<std::size_t>{0, 1});
        ::kill(*children_of_ours(false).begin(), SIGKILL);
        REQUIRE(world.until([&] { return told.back().size() == 1; }));
        REQUIRE(world.until([&] { return told.back().size() == 2; }));
    }
    CHECK(told.back().empty());
    for (std::size_t i = 1; i < told.size(); ++i) CHECK(told[i] != told[i - 1]);
}

TEST_CASE("A command that does not exist is a child that ends", "[process]")
{
    system::SystemClock clock;
    Loop loop;
    const std::vector<std::string> words{"/nowhere/harvestctl"};
    auto child = process::Child::spawn(words, 0ms, loop.executor(), [] {}).value();
    std::optional<std::string> how;
    for (int i = 0; i < 500 && !how; ++i) {
        how = child->ended();
        ::usleep(10'000);
    }
    CHECK(how == "exit 127");
}

TEST_CASE("All are drained at the end, the deaf ones by force", "[process]")
{
    World world(World::quick(3, 3, 0));
    world.habit_of = [](std::size_t index) { return std::string(index == 1 ? "deaf" : "good"); };
    std::map<std::string, std::int64_t> ends;
    world.children.on_scale([&](const ChildInstances::Scaled& scaled) {
        if (!scaled.started) ++ends[std::string(scaled.reason)];
        CHECK_FALSE(scaled.comes_back);
    });
    REQUIRE(world.until([&] { return world.ready() == 3; }));
    const Millis began = world.clock.monotonic();
    world.children.stop();
    REQUIRE(world.until([&] { return world.ended; }));
    const Millis took = world.clock.monotonic() - began;
    CHECK(took >= 500ms);
    CHECK(took < 5s);
    CHECK(world.children.figures().killed == 1);
    CHECK(world.children.figures().restarts == 0);
    CHECK_FALSE(world.children.want_more());
    CHECK(ends == std::map<std::string, std::int64_t>{{"killed", 1}, {"stopped", 2}});
}

TEST_CASE("A warm one stands ready, and one too many is drained when nobody holds it", "[process]")
{
    World world(World::quick(1, 3, 1));
    REQUIRE(world.until([&] { return world.ready() == 1; }));
    world.announce(0, 0);
    world.pass(600ms);
    CHECK(world.ready() == 1); // it is idle itself
    world.announce(0, 3);
    REQUIRE(world.until([&] { return world.ready() == 2; }));
    world.announce(1, 1);
    REQUIRE(world.until([&] { return world.ready() == 3; }));
    world.announce(2, 0);
    world.pass(600ms);
    CHECK(world.ready() == 3);
    world.children.hold("instance-2"); // it was given a match, of which it does not speak
    world.announce(1, 0);
    world.pass(200ms);
    CHECK(world.ready() == 3);
    CHECK(world.until([&] { return world.children.figures().children == 2; }));
    world.pass(600ms);
    CHECK(world.children.figures().children == 2); // one busy, one warm
    CHECK(world.children.figures().restarts == 0);
}

namespace {

// Has room for one match a child.
class OneEach final : public Allocator {
public:
    explicit OneEach(World& world) : world_(world) {}
    AsyncResult<Allocation> allocate(MatchId match, Deadline) override
    {
        const auto home = homes_.find(match.value);
        Allocation allocation;
        if (home != homes_.end()) {
            allocation.instance = home->second;
            co_return allocation;
        }
        if (homes_.size() >= world_.ready()) co_return Errc::unavailable;
        allocation.instance = fmt::format("instance-{}", homes_.size());
        homes_[match.value] = allocation.instance;
        co_return allocation;
    }

private:
    World& world_;
    std::map<std::string, std::string> homes_;
};

} // namespace

TEST_CASE("Each child that comes or goes is told, why, and how many there are then", "[process]")
{
    std::vector<std::string> told;
    {
        World world(World::quick(1, 3, 1));
        world.children.on_scale([&](const ChildInstances::Scaled& scaled) {
            told.push_back(fmt::format("{} {} {} {}", scaled.id, scaled.started ? "started" : "ended", scaled.reason,
                                       scaled.children));
            CHECK(scaled.comes_back == (scaled.reason == "failed"));
        });
        REQUIRE(world.until([&] { return world.ready() == 1; }));
        CHECK(told == std::vector<std::string>{"instance-0 started least 1"});
        world.announce(0, 1); // busy: another one stands in reserve
        REQUIRE(world.until([&] { return world.ready() == 2; }));
        world.announce(1, 1);
        world.children.want_more();
        REQUIRE(world.until([&] { return world.ready() == 3; }));
        REQUIRE(told.size() == 3);
        CHECK(told[1] == "instance-1 started reserve 2");
        CHECK(told[2].starts_with("instance-2 started "));
        world.announce(2, 1);
        told.clear();
        ::kill(*children_of_ours(false).begin(), SIGKILL);
        REQUIRE(world.until([&] { return told.size() == 2; }));
        CHECK(told[0].ends_with(" ended failed 2"));
        CHECK(told[1].ends_with(" started restart 3"));
        told.clear();
    }
    REQUIRE(told.size() == 3);
    CHECK(told[2].ends_with(" ended stopped 0"));
}

TEST_CASE("A match waits for another child where all are full, and no longer than its deadline", "[process]")
{
    World world(World::quick(1, 2, 0));
    process::ChildAllocator allocator(std::make_unique<OneEach>(world), world.children, world.clock);
    REQUIRE(world.until([&] { return world.ready() == 1; }));
    world.announce(0, 1);
    const auto allocate = [&](const std::string& match, Millis within) {
        std::optional<Result<Allocation>> outcome;
        world.loop.spawn([&, match, within]() -> Task<void> {
            MatchId id{match};
            const Result<Allocation> given = co_await allocator.allocate(std::move(id), world.clock.after(within));
            outcome.emplace(given);
        });
        CHECK(world.until([&] { return outcome.has_value(); }));
        return *outcome;
    };
    CHECK(allocate("m_1", 5s)->instance == "instance-0");
    CHECK(allocate("m_2", 5s)->instance == "instance-1");
    CHECK(allocate("m_1", 5s)->instance == "instance-0");
    CHECK(world.children.figures().children == 2);
    world.announce(1, 1);
    world.pass(200ms); // which hears of it
    const Millis began = world.clock.monotonic();
    CHECK(allocate("m_3", 5s).error() == Errc::unavailable); // there may be no more: at once
    CHECK(world.clock.monotonic() - began < 1s);
}

TEST_CASE("Children end with the process that started them", "[process]")
{
    int told[2];
    REQUIRE(::pipe(told) == 0);
    const ::pid_t parent = ::fork();
    if (parent == 0) {
        Loop loop;
        const std::vector<std::string> words{CHILD_STUB, "deaf"};
        auto child = process::Child::spawn(words, 0ms, loop.executor(), [] {});
        const ::pid_t pid = child ? (*child)->pid() : -1;
        if (::write(told[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
        for (;;) ::pause();
    }
    ::pid_t grandchild = -1;
    REQUIRE(::read(told[0], &grandchild, sizeof grandchild) == sizeof grandchild);
    REQUIRE(grandchild > 0);
    const auto lives = [grandchild] {
        std::ifstream file(fmt::format("/proc/{}/stat", grandchild));
        const std::string text(std::istreambuf_iterator<char>(file), {});
        const std::size_t name_end = text.rfind(')');
        return name_end != std::string::npos && text[name_end + 2] != 'Z';
    };
    CHECK(lives());
    ::kill(parent, SIGKILL);
    ::waitpid(parent, nullptr, 0);
    int waited = 0;
    for (; waited < 500 && lives(); ++waited) ::usleep(10'000);
    CHECK_FALSE(lives());
    ::close(told[0]);
    ::close(told[1]);
}
