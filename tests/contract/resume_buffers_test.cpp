#include "common/ports/resume_buffers.hpp"
#include "tests/contract/support/resume_worlds.hpp"

#include <algorithm>
#include <random>

using namespace harvest;
using namespace harvest::test;

namespace {

const ResumeStanding stood_away{"desktop", "away", {"room:a", "room:b"}, {PlayerId{"p_2"}}};

std::vector<std::string> pushes_of(std::int64_t first, std::int64_t last)
{
    std::vector<std::string> pushes;
    for (std::int64_t seq = first; seq <= last; ++seq) pushes.push_back("push \"" + std::to_string(seq) + "\"");
    return pushes;
}

// What connection server "connsrv-0" says of the session "s_1": all of it, pushes 1 … last.
ResumeWrite whole(std::int64_t last, Millis ttl, const std::string& fence = "f1")
{
    ResumeWrite write;
    write.key = {"secret", fence};
    write.holder = "connsrv-0";
    write.player = {"p_1"};
    write.session = {"s_1"};
    write.standing = stood_away;
    write.last_seq = last;
    write.pushes = pushes_of(1, last);
    write.ttl = ttl;
    return write;
}

// That the pushes from `from` on are new, and those before `first` not kept any more.
ResumeWrite more(std::int64_t first, std::int64_t from, std::int64_t last, Millis ttl, const std::string& fence = "f1")
{
    ResumeWrite write = whole(last, ttl, fence);
    write.standing.reset();
    write.first_seq = first;
    write.pushes = pushes_of(from, last);
    return write;
}

ResumeTake by(const std::string& fence, std::int64_t last_seq, Millis ttl)
{
    ResumeTake take;
    take.key = {"secret", fence};
    take.holder = "connsrv-1";
    take.player = {"p_1"};
    take.session = {"s_1"};
    take.last_seq = last_seq;
    take.ttl = ttl;
    return take;
}

template <class World>
ResumeWritten write(World& world, ResumeWrite one)
{
    std::vector<ResumeWrite> writes;
    writes.push_back(std::move(one));
    return get(world.buffers.write(std::move(writes), world.soon())).value().at(0);
}

template <class World>
Result<ResumeTaken> take(World& world, ResumeTake one)
{
    return get(world.buffers.take(std::move(one), world.soon()));
}

} // namespace

TEMPLATE_TEST_CASE("T28: a session is taken with its standing and just the pushes its client has not seen", "[resume]",
                   ResumesInMemory, ResumesInRedis)
{
    TestType world;
    REQUIRE(write(world, whole(3, world.ttl)) == ResumeWritten::kept);
    REQUIRE(write(world, more(1, 4, 6, world.ttl)) == ResumeWritten::kept);
    REQUIRE(write(world, more(3, 7, 6, world.ttl)) == ResumeWritten::kept); // acknowledged up to 2
    CHECK(take(world, by("f2", 1, world.ttl)).error() == Errc::not_found);
    CHECK(take(world, by("f2", 7, world.ttl)).error() == Errc::not_found);
    const Result<ResumeTaken> taken = take(world, by("f2", 4, world.ttl));
    REQUIRE(taken);
    CHECK(taken->holder == "connsrv-0");
    CHECK(taken->fence == "f1");
    CHECK(taken->standing == stood_away);
    CHECK(taken->pushes == pushes_of(5, 6));
    CHECK(taken->last_seq == 6);
    // What the client has seen is not kept any more.
    CHECK(take(world, by("f3", 3, world.ttl)).error() == Errc::not_found);
    const Result<ResumeTaken> nothing_missed = take(world, by("f3", 6, world.ttl));
    REQUIRE(nothing_missed);
    CHECK(nothing_missed->holder == "connsrv-1");
    CHECK(nothing_missed->fence == "f2");
    CHECK(nothing_missed->pushes.empty());
}

TEMPLATE_TEST_CASE("T28: only the player with the secret takes the session, and wrong tries change nothing", "[resume]",
                   ResumesInMemory, ResumesInRedis)
{
    TestType world;
    REQUIRE(write(world, whole(2, world.ttl)) == ResumeWritten::kept);
    ResumeTake other_player = by("f2", 0, world.ttl), other_session = other_player, other_secret = other_player;
    other_player.player = {"p_9"};
    other_session.session = {"s_9"};
    other_secret.key.secret = "secreT";
    for (const ResumeTake& wrong : {other_player, other_session, other_secret})
        CHECK(take(world, wrong).error() == Errc::not_found);
    CHECK(write(world, more(1, 3, 3, world.ttl)) == ResumeWritten::kept);
    CHECK(take(world, by("f2", 0, world.ttl))->pushes == pushes_of(1, 3));
}

TEMPLATE_TEST_CASE("T28: whoever was fenced writes nothing any more", "[resume]", ResumesInMemory, ResumesInRedis)
{
    TestType world;
    REQUIRE(write(world, whole(2, world.ttl)) == ResumeWritten::kept);
    REQUIRE(take(world, by("f2", 2, world.ttl)));
    CHECK(write(world, more(1, 3, 3, world.ttl)) == ResumeWritten::fenced);
    CHECK(write(world, whole(3, world.ttl)) == ResumeWritten::fenced);
    CHECK(write(world, more(3, 3, 4, world.ttl, "f2")) == ResumeWritten::kept);
    std::vector<ResumeKey> ended;
    ended.push_back({"secret", "f1"});
    REQUIRE(get(world.buffers.forget(ended, world.soon())));
    CHECK(take(world, by("f3", 2, world.ttl))->pushes == pushes_of(3, 4));
    ended[0].fence = "f3";
    REQUIRE(get(world.buffers.forget(ended, world.soon())));
    CHECK(take(world, by("f4", 4, world.ttl)).error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("A write that cannot follow on what is there asks for the whole session", "[resume]",
                   ResumesInMemory, ResumesInRedis)
{
    TestType world;
    CHECK(write(world, more(1, 3, 4, world.ttl)) == ResumeWritten::missing);
    CHECK(write(world, more(5, 5, 4, world.ttl)) == ResumeWritten::missing); // no push, but no standing either
    REQUIRE(write(world, whole(2, world.ttl)) == ResumeWritten::kept);
    CHECK(write(world, more(1, 4, 4, world.ttl)) == ResumeWritten::missing);
    CHECK(write(world, whole(4, world.ttl)) == ResumeWritten::kept);
    CHECK(write(world, whole(2, world.ttl)) == ResumeWritten::kept); // an older one that comes late changes nothing
    CHECK(take(world, by("f2", 1, world.ttl))->pushes == pushes_of(2, 4));
    ResumeWrite far = whole(0, world.ttl, "f2"); // the pushes between were dropped before they were ever written
    far.first_seq = 90;
    far.last_seq = 91;
    far.pushes = pushes_of(90, 91);
    REQUIRE(write(world, far) == ResumeWritten::kept);
    CHECK(take(world, by("f3", 4, world.ttl)).error() == Errc::not_found);
    CHECK(take(world, by("f3", 89, world.ttl))->pushes == pushes_of(90, 91));
}

TEMPLATE_TEST_CASE("A session is kept as long as it is written, and the rest of the time to resume", "[resume]",
                   ResumesInMemory, ResumesInRedis)
{
    TestType world;
    REQUIRE(write(world, whole(1, world.ttl)) == ResumeWritten::kept);
    world.pass(world.nearly);
    REQUIRE(write(world, more(1, 2, 1, world.ttl)) == ResumeWritten::kept);
    world.pass(world.nearly);
    REQUIRE(take(world, by("f2", 1, world.ttl)));
    world.pass(world.nearly);
    REQUIRE(take(world, by("f3", 1, world.ttl)));
    world.pass(world.nearly + world.rest);
    CHECK(take(world, by("f4", 1, world.ttl)).error() == Errc::not_found);
    CHECK(write(world, more(1, 2, 2, world.ttl, "f3")) == ResumeWritten::missing);
}

TEMPLATE_TEST_CASE("Many sessions are written at once, each with its own answer", "[resume]", ResumesInMemory,
                   ResumesInRedis)
{
    TestType world;
    REQUIRE(write(world, whole(1, world.ttl)) == ResumeWritten::kept);
    std::vector<ResumeWrite> writes;
    writes.push_back(whole(2, world.ttl, "another"));
    writes.push_back(more(1, 2, 3, world.ttl));
    for (int i = 0; i < 40; ++i) {
        writes.push_back(whole(i, world.ttl));
        writes.back().key.secret = "secret" + std::to_string(i);
    }
    writes.push_back(more(4, 4, 5, world.ttl));
    writes.back().key.secret = "unknown";
    const auto outcomes = get(world.buffers.write(std::move(writes), world.soon())).value();
    REQUIRE(outcomes.size() == 43);
    CHECK(outcomes.front() == ResumeWritten::fenced);
    CHECK(outcomes.back() == ResumeWritten::missing);
    CHECK(std::count(outcomes.begin(), outcomes.end(), ResumeWritten::kept) == 41);
    ResumeTake one = by("f2", 0, world.ttl);
    CHECK(take(world, one)->pushes == pushes_of(1, 3));
    one.key.secret = "secret17";
    CHECK(take(world, one)->pushes == pushes_of(1, 17));
    CHECK(get(world.buffers.take(one, Deadline{world.clock.monotonic()})).error() == Errc::timed_out);
}

TEMPLATE_TEST_CASE("T28: of random writes and takes a buffer is what a model of it is", "[resume]", ResumesInMemory,
                   ResumesInRedis)
{
    TestType world;
    std::mt19937 random(5);
    for (int round = 0; round < 6; ++round) {
        const std::string secret = "secret " + std::to_string(round);
        std::string fence = "0";
        std::int64_t first = 1, last = 0, written = -1; // of the holder; -1: nothing yet
        for (int step = 0; step < 60; ++step) {
            const auto some = [&](std::int64_t most) {
                return static_cast<std::int64_t>(random() % static_cast<unsigned>(most + 1));
            };
            if (random() % 3 != 0) {
                last += some(5);
                first = std::min(first + some(4), last + 1);
                const std::int64_t from = written < 0 ? first : std::max(first, written + 1 - some(2));
                ResumeWrite next = more(first, std::min(from, last + 1), last, world.ttl, fence);
                next.key.secret = secret;
                if (written < 0 || from > written + 1) next.standing = stood_away;
                REQUIRE(write(world, next) == ResumeWritten::kept);
                written = last;
            } else {
                ResumeTake next = by(std::to_string(step + 1), some(last + 2), world.ttl);
                next.key.secret = secret;
                const Result<ResumeTaken> taken = take(world, next);
                const bool can = written >= 0 && next.last_seq >= first - 1 && next.last_seq <= last;
                REQUIRE(taken.has_value() == can);
                if (!can) continue;
                CHECK(taken->fence == fence);
                CHECK(taken->pushes == pushes_of(next.last_seq + 1, last));
                CHECK(taken->last_seq == last);
                ResumeWrite late = more(first, last + 1, last + 1, world.ttl, fence);
                late.key.secret = secret;
                CHECK(write(world, late) == ResumeWritten::fenced);
                fence = next.key.fence;
                first = next.last_seq + 1;
            }
        }
    }
}

TEST_CASE("I10: resume buffers in memory are bounded", "[resume]")
{
    ResumesInMemory world;
    for (int i = 0; i < 100; ++i) {
        ResumeWrite one = whole(1, world.ttl);
        one.key.secret = std::to_string(i);
        REQUIRE(write(world, one) == ResumeWritten::kept);
    }
    CHECK(write(world, whole(1, world.ttl)) == ResumeWritten::missing);
    world.pass(world.ttl);
    CHECK(write(world, whole(1, world.ttl)) == ResumeWritten::kept);
}
