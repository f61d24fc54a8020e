#include "common/adapters/process/child_allocator.hpp"
#include "common/adapters/process/in_process_allocator.hpp"
#include "common/ports/allocator.hpp"
#include "tests/contract/support/stand_in_instances.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr Millis slack{1'000}; // of a busy machine

struct Instances {
    std::size_t count{1}, places{4};
    bool ready{true};
};

std::string name_of(std::size_t index)
{
    return fmt::format("instance-{}", index);
}

std::string match(int number)
{
    return fmt::format("m_01JDC8Z5K7QMBW2X9T4R6V{:04}", number);
}

// What both adapters share: stand-ins for instances on this thread, and time that is real.
class Bed {
public:
    Bed() : rpc(clock), presence(clock), stand_ins(loop, rpc, presence, clock) {}
    virtual ~Bed() = default;

    bool until(const std::function<bool()>& holds, Millis longest = 10s)
    {
        for (const Millis end = clock.monotonic() + longest; clock.monotonic() < end;) {
            if (holds()) return true;
            stand_ins.announce();
            loop.io().restart();
            loop.io().run_for(5ms);
        }
        return holds();
    }
    void pass(Millis length)
    {
        until([] { return false; }, length);
    }
    // Begins to ask; the outcome comes while the loop turns.
    std::shared_ptr<std::optional<Result<Allocation>>> ask(const std::string& id, Millis within = 5s)
    {
        auto outcome = std::make_shared<std::optional<Result<Allocation>>>();
        loop.spawn([this, outcome, id, within]() -> Task<void> {
            MatchId asked{id};
            outcome->emplace(co_await allocator->allocate(std::move(asked), clock.after(within)));
        });
        return outcome;
    }
    Result<Allocation> allocate(const std::string& id, Millis within = 5s)
    {
        const auto outcome = ask(id, within);
        REQUIRE(until([&] { return outcome->has_value(); }, within + 5s));
        return **outcome;
    }

    system::SystemClock clock;
    Loop loop;
    local::LocalRpc rpc;
    memory::MemoryPresence presence;
    StandIns stand_ins;
    std::unique_ptr<Allocator> allocator;
};

class InProcess : public Bed {
public:
    explicit InProcess(Instances wanted)
    {
        for (std::size_t i = 0; wanted.ready && i < wanted.count; ++i) stand_ins.open(name_of(i), wanted.places);
        allocator = std::make_unique<process::InProcessAllocator>(rpc, presence, clock);
        pass(60ms);
    }
    void lose(const std::string& id) { stand_ins.close(id); }
};

// Real child processes (tests/unit/process/stub), which start and end as instances do; a stand-in answers for each that
// is ready.
class AsChildren : public Bed {
public:
    explicit AsChildren(Instances wanted) : AsChildren(wanted, options_of(wanted)) {}
    AsChildren(Instances wanted, process::ChildOptions options)
        : children(
              options,
              [ready = wanted.ready](std::size_t index) {
                  return std::vector<std::string>{CHILD_STUB, ready ? "good" : "mute", name_of(index)};
              },
              name_of, presence, clock)
    {
        children.on_change([this, places = wanted.places](const std::vector<std::size_t>& indices) {
            std::set<std::string> gone;
            for (const auto& [id, ignored] : stand_ins.living) gone.insert(id);
            for (const std::size_t index : indices) {
                stand_ins.open(name_of(index), places);
                gone.erase(name_of(index));
            }
            for (const std::string& id : gone) stand_ins.close(id);
        });
        allocator = std::make_unique<process::ChildAllocator>(
            std::make_unique<process::InProcessAllocator>(rpc, presence, clock), children, clock);
        loop.spawn([this]() -> Task<void> {
            co_await children.run();
            ended = true;
        });
        if (wanted.ready) REQUIRE(until([&] { return children.figures().ready == options.least; }));
        pass(60ms);
    }
    ~AsChildren() override
    {
        children.stop();
        CHECK(until([this] { return ended; }));
    }

    static process::ChildOptions options_of(const Instances& wanted)
    {
        process::ChildOptions options;
        options.least = options.most = wanted.count;
        options.warm = 0;
        options.start_within = options.watchdog = 10s;
        options.drain = 500ms;
        options.first_backoff = options.longest_backoff = 60s; // one that is lost stays away
        options.look_every = 50ms;
        return options;
    }
    void lose(const std::string& id)
    {
        std::ifstream list(fmt::format("/proc/self/task/{}/children", ::gettid()));
        for (::pid_t pid = 0; list >> pid;) {
            std::ifstream file(fmt::format("/proc/{}/cmdline", pid));
            const std::string words(std::istreambuf_iterator<char>(file), {});
            if (words.find(id + '\0') != std::string::npos) ::kill(pid, SIGKILL);
        }
        REQUIRE(until([&] { return !stand_ins.living.contains(id); }));
    }

    process::ChildInstances children;
    bool ended{};
};

} // namespace

TEMPLATE_TEST_CASE("An allocation names an instance that hosts the match, and where it listens", "[allocator]",
                   InProcess, AsChildren)
{
    TestType bed({.count = 2});
    const Result<Allocation> given = bed.allocate(match(1));
    REQUIRE(given);
    CHECK(bed.stand_ins.homes.at(match(1)) == given->instance);
    REQUIRE(given->endpoints.size() == 1);
    const Endpoint& endpoint = given->endpoints[0];
    CHECK(endpoint.transport == "wss");
    CHECK(endpoint.host == "127.0.0.1");
    CHECK(endpoint.port == 7401);
    CHECK(endpoint.fingerprint == "f-" + given->instance);
}

TEMPLATE_TEST_CASE("However often and whenever it is asked for, a match has one home", "[allocator]", InProcess,
                   AsChildren)
{
    TestType bed({.count = 3});
    const Result<Allocation> first = bed.allocate(match(1));
    REQUIRE(first);
    for (int i = 0; i < 4; ++i) REQUIRE(bed.allocate(match(100 + i)));
    bed.pass(60ms); // which announces that others have more room
    const Result<Allocation> again = bed.allocate(match(1));
    REQUIRE(again);
    CHECK(again->instance == first->instance);

    const auto one = bed.ask(match(2)), two = bed.ask(match(2));
    REQUIRE(bed.until([&] { return one->has_value() && two->has_value(); }));
    REQUIRE(**one);
    REQUIRE(**two);
    CHECK((**one)->instance == (**two)->instance);
    CHECK(bed.stand_ins.homes.at(match(2)) == (**one)->instance);
    CHECK(bed.stand_ins.homes.size() == 6);
    CHECK(bed.stand_ins.asked_elsewhere == 0);
}

TEMPLATE_TEST_CASE("Matches go where the most room is, until there is none", "[allocator]", InProcess, AsChildren)
{
    TestType bed({.count = 2, .places = 3});
    for (int i = 0; i < 6; ++i) REQUIRE(bed.allocate(match(i)));
    CHECK(bed.stand_ins.hosted("instance-0") == 3);
    CHECK(bed.stand_ins.hosted("instance-1") == 3);
    CHECK(bed.allocate(match(6), 500ms).error() == Errc::unavailable);
    CHECK(bed.allocate(match(0))); // who is in stays in
    bed.stand_ins.forget(match(4));
    const Result<Allocation> given = bed.allocate(match(6)); // a match that nobody came to has left its place
    REQUIRE(given);
    CHECK(bed.stand_ins.homes.at(match(6)) == given->instance);
}

TEMPLATE_TEST_CASE("An instance that lacks what a match needs is passed over", "[allocator]", InProcess, AsChildren)
{
    TestType bed({.count = 2, .places = 3});
    bed.stand_ins.lacking = {"instance-0"};
    for (int i = 0; i < 3; ++i) {
        const Result<Allocation> given = bed.allocate(match(i));
        REQUIRE(given);
        CHECK(given->instance == "instance-1");
    }
    bed.stand_ins.lacking.insert("instance-1");
    CHECK(bed.allocate(match(3)).error() == Errc::failed_precondition);
}

TEMPLATE_TEST_CASE("Without an instance the answer is a typed error, and not later than the deadline", "[allocator]",
                   InProcess, AsChildren)
{
    const bool some = GENERATE(false, true); // there are some, none of which is ever ready
    TestType bed({.count = some ? 1U : 0U, .ready = false});
    const Millis began = bed.clock.monotonic();
    CHECK(bed.allocate(match(1), 600ms).error() == Errc::unavailable);
    CHECK(bed.clock.monotonic() - began <= 600ms + slack);
    CHECK(bed.stand_ins.homes.empty());
}

TEMPLATE_TEST_CASE("An instance that is gone is not given again", "[allocator]", InProcess, AsChildren)
{
    TestType bed({.count = 2});
    const Result<Allocation> first = bed.allocate(match(1));
    REQUIRE(first);
    bed.lose(first->instance);
    for (int i = 2; i < 5; ++i) { // its last announcement is still there
        const Result<Allocation> given = bed.allocate(match(i));
        REQUIRE(given);
        CHECK(given->instance != first->instance);
    }
    const Result<Allocation> moved = bed.allocate(match(1));
    REQUIRE(moved);
    CHECK(moved->instance != first->instance);
    CHECK(bed.stand_ins.homes.at(match(1)) == moved->instance);
    CHECK(bed.allocate(match(1))->instance == moved->instance);
    bed.lose(moved->instance);
    CHECK(bed.allocate(match(1), 500ms).error() == Errc::unavailable);
}

TEMPLATE_TEST_CASE("A lost answer may have been a yes: asked again, the match is where it was", "[allocator]",
                   InProcess, AsChildren)
{
    TestType bed({.count = 3});
    bed.stand_ins.lose_next_answer = true;
    CHECK(bed.allocate(match(1)).error() == Errc::in_doubt);
    REQUIRE(bed.stand_ins.homes.contains(match(1)));
    const std::string home = bed.stand_ins.homes.at(match(1));
    bed.pass(150ms); // which announces that the others have more room
    const Result<Allocation> again = bed.allocate(match(1));
    REQUIRE(again);
    CHECK(again->instance == home);
    CHECK(bed.stand_ins.asked_elsewhere == 0);
}

TEMPLATE_TEST_CASE("An instance that does not answer costs no more than the deadline", "[allocator]", InProcess,
                   AsChildren)
{
    TestType bed({.count = 1});
    bed.stand_ins.deaf.insert("instance-0");
    const Millis began = bed.clock.monotonic();
    const Errc error = classify(bed.allocate(match(1), 400ms).error());
    CHECK((error == Errc::in_doubt || error == Errc::timed_out));
    CHECK(bed.clock.monotonic() - began <= 400ms + slack);
    bed.stand_ins.deaf.clear();
    CHECK(bed.allocate(match(1)));
}

TEST_CASE("A match waits for the child that was started for it until that is heard of", "[allocator]")
{
    const Instances wanted{.count = 1, .places = 1};
    process::ChildOptions options = AsChildren::options_of(wanted);
    options.most = 2;
    AsChildren bed(wanted, options);
    REQUIRE(bed.allocate(match(1)));
    bed.stand_ins.first_word_after = 400ms; // it is ready and takes calls before it has announced itself
    const Result<Allocation> second = bed.allocate(match(2));
    REQUIRE(second);
    CHECK(second->instance == "instance-1");
    const Millis began = bed.clock.monotonic();
    CHECK(bed.allocate(match(3)).error() == Errc::unavailable); // there may be no more
    CHECK(bed.clock.monotonic() - began < 5s);
}

TEST_CASE("An allocation that nobody acknowledges holds its child for a while and no longer", "[allocator]")
{
    const Instances wanted{.count = 1, .places = 1};
    process::ChildOptions options = AsChildren::options_of(wanted);
    options.most = 2;
    options.idle_after = 200ms;
    options.acknowledge_within = 2s;
    AsChildren bed(wanted, options);
    REQUIRE(bed.allocate(match(1)));
    const Result<Allocation> second = bed.allocate(match(2)); // waits for another child
    REQUIRE(second);
    CHECK(second->instance == "instance-1");
    bed.stand_ins.forget(match(2));
    const Millis began = bed.clock.monotonic();
    bed.pass(1s);
    CHECK(bed.children.figures().children == 2);
    CHECK(bed.until([&] { return bed.children.figures().children == 1; }, 10s));
    CHECK(bed.clock.monotonic() - began >= 1'900ms);
    CHECK(bed.children.figures().killed == 0);
    CHECK(bed.allocate(match(1))->instance == "instance-0");
}
