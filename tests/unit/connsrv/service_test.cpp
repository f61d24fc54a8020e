#include "daemons/connsrv/service.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/live_contract.hpp"

#include <limits>
#include <random>

using namespace harvest;
using namespace harvest::connsrv;

namespace {

SignIn sign_in(const std::string& player, const std::string& session, const std::string& device = "desktop")
{
    return {.player = {player},
            .session = {session},
            .name = player,
            .device_class = device,
            .resume = "r" + session,
            .fence = "f" + session};
}

} // namespace

TEST_CASE("an outbox takes an acknowledgement of any number", "[connsrv]")
{
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    Outbox outbox;
    outbox.add("op", "{}", Limits{});
    outbox.acknowledge(least);
    CHECK(outbox.after(0).value().size() == 1);
    outbox.acknowledge(most);
    CHECK(outbox.after(1).value().empty());
}

TEST_CASE("T28: an outbox gives again just what was not acknowledged, or says that it cannot", "[connsrv]")
{
    Limits limits;
    limits.resume_messages = 8;
    limits.resume_bytes = 600;
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        Outbox outbox;
        std::vector<std::string> sent;
        std::int64_t acknowledged = 0;
        for (int step = 0; step < 60; ++step) {
            if (random() % 4 != 0) {
                sent.push_back(outbox.add("x", std::string(2, '{') + std::string(random() % 200, ' '), limits));
            } else if (!sent.empty()) {
                acknowledged = static_cast<std::int64_t>(random() % (sent.size() + 2));
                outbox.acknowledge(acknowledged);
            }
            CHECK(outbox.size() <= limits.resume_messages);
            CHECK(outbox.bytes() <= limits.resume_bytes);
            const std::int64_t last = static_cast<std::int64_t>(random() % (sent.size() + 2));
            const auto again = outbox.after(last);
            if (!again) continue;
            const std::vector<std::string> expected(sent.begin() + last, sent.end());
            CHECK(*again == expected);
        }
        CHECK(outbox.after(outbox.last_seq()));
        CHECK_FALSE(outbox.after(outbox.last_seq() + 1));
        CHECK_FALSE(outbox.after(-1));
    }
}

TEST_CASE("T28: one live session a device class, and the newer one wins", "[connsrv]")
{
    Roster roster(Limits{});
    const ConnId first = roster.opened(1s), second = roster.opened(1s), third = roster.opened(1s);
    roster.admit(first, sign_in("p_1", "s_1"), 1s);
    roster.admit(second, sign_in("p_1", "s_2", "web"), 1s);
    CHECK(roster.signed_in() == 2);
    const auto admitted = roster.admit(third, sign_in("p_1", "s_3"), 2s);
    CHECK(admitted.replaced == std::vector<ConnId>{first});
    CHECK(roster.signed_in() == 2);
    CHECK(roster.connection(first)->closing);

    SECTION("the late close of the old connection does not touch the new session")
    {
        roster.closed(first, 3s);
        CHECK(roster.find({"p_1"}, {"s_3"})->conn == third);
        CHECK(roster.expire(1h).empty());
        CHECK(roster.signed_in() == 2);
    }
    SECTION("a resume of the replaced session is refused")
    {
        const ConnId fourth = roster.opened(3s);
        CHECK(roster.resume(fourth, {"p_1"}, {"s_1"}, "rs_1", 0, 3s).error() == LiveErrc::cannot_resume);
    }
}

TEST_CASE("T28: a dropped session is resumed with its pushes, once, by its owner, in time", "[connsrv]")
{
    Limits limits;
    Roster roster(limits);
    const ConnId first = roster.opened(1s);
    roster.admit(first, sign_in("p_1", "s_1"), 1s);
    std::vector<Roster::Delivery> deliveries;
    roster.push({"p_1"}, "a", "{}", deliveries);
    roster.closed(first, 2s);
    roster.push({"p_1"}, "b", "{}", deliveries);
    roster.push({"p_1"}, "c", "{}", deliveries);
    CHECK(deliveries.size() == 1);

    const ConnId again = roster.opened(3s);
    CHECK(roster.resume(again, {"p_1"}, {"s_1"}, "wrong", 1, 3s).error() == LiveErrc::cannot_resume);
    CHECK(roster.resume(again, {"p_2"}, {"s_1"}, "rs_1", 1, 3s).error() == LiveErrc::cannot_resume);
    CHECK(roster.resume(again, {"p_1"}, {"s_2"}, "rs_1", 1, 3s).error() == LiveErrc::cannot_resume);
    CHECK(roster.resume(again, {"p_1"}, {"s_1"}, "rs_1", 9, 3s).error() == LiveErrc::cannot_resume);
    SECTION("after wrong tries the right one still works")
    {
        const auto resumed = roster.resume(again, {"p_1"}, {"s_1"}, "rs_1", 1, 3s);
        REQUIRE(resumed);
        CHECK(resumed->pushes ==
              std::vector<std::string>{R"({"op":"b","seq":2,"data":{}})", R"({"op":"c","seq":3,"data":{}})"});
        CHECK(roster.expire(1h).empty());
        const ConnId third = roster.opened(4s);
        const auto stolen = roster.resume(third, {"p_1"}, {"s_1"}, "rs_1", 3, 4s);
        REQUIRE(stolen);
        CHECK(stolen->replaced == again);
        roster.closed(again, 5s);
        CHECK(roster.find({"p_1"}, {"s_1"})->conn == third);
    }
    SECTION("too late")
    {
        const Millis late = 2s + limits.resume_within;
        CHECK(roster.resume(again, {"p_1"}, {"s_1"}, "rs_1", 1, late).error() == LiveErrc::cannot_resume);
        CHECK(roster.expire(late).size() == 1);
        CHECK(roster.signed_in() == 0);
    }
}

TEST_CASE("T28: what a roster gives to the buffers is what another one goes on from", "[connsrv]")
{
    std::mt19937 random(3);
    for (int round = 0; round < 100; ++round) {
        Limits limits;
        limits.resume_messages = 6;
        Roster roster(limits, "connsrv-0");
        const ConnId conn = roster.opened(1s);
        Live& live = *roster.admit(conn, sign_in("p_1", "s_1"), 1s).live;
        std::vector<std::string> kept; // as a buffer has it: numbers kept_first … kept_first + size - 1
        std::int64_t kept_first = 1;
        for (int step = 0; step < 40; ++step) {
            std::vector<Roster::Delivery> out;
            for (std::size_t i = random() % 9; i > 0; --i)
                roster.push({"p_1"}, "x", "{\"n\":" + std::to_string(random() % 100) + "}", out);
            if (random() % 4 == 0) roster.acknowledge(live, static_cast<std::int64_t>(random() % 200));
            const std::vector<ResumeWrite> writes = roster.unsaved(10, 1'000'000, 2s);
            CHECK_FALSE(roster.has_unsaved());
            if (writes.empty()) continue;
            REQUIRE(writes.size() == 1);
            const ResumeWrite& write = writes[0];
            if (random() % 4 == 0) { // the buffer is away
                roster.not_saved(write);
                CHECK(roster.has_unsaved());
                continue;
            }
            const std::int64_t last = kept_first - 1 + static_cast<std::int64_t>(kept.size());
            REQUIRE((write.from_seq() <= last + 1 || write.from_seq() <= write.first_seq));
            if (write.from_seq() > last + 1) kept.clear();
            if (kept.empty()) kept_first = write.from_seq();
            kept.resize(static_cast<std::size_t>(write.from_seq() - kept_first));
            kept.insert(kept.end(), write.pushes.begin(), write.pushes.end());
            if (write.first_seq > kept_first) {
                kept.erase(kept.begin(), kept.begin() + (write.first_seq - kept_first));
                kept_first = write.first_seq;
            }
            CHECK_FALSE(roster.saved(write, ResumeWritten::kept, 2s));
            CHECK(kept_first == live.outbox.first_seq());
            CHECK(kept == *live.outbox.after(kept_first - 1));
        }
    }
}

TEST_CASE("T28: a session that another one has taken ends, and can be asked once for what is not written", "[connsrv]")
{
    Roster roster(Limits{}, "connsrv-0"), other(Limits{}, "connsrv-1");
    const ConnId conn = roster.opened(1s);
    Live& live = *roster.admit(conn, sign_in("p_1", "s_1"), 1s).live;
    roster.join(live, "room:a");
    std::vector<Roster::Delivery> out;
    roster.push({"p_1"}, "a", "{}", out);
    const ResumeWrite write = roster.unsaved(1, 1, 1s).at(0);
    CHECK(write.whole());
    roster.push({"p_1"}, "b", "{}", out);
    CHECK(roster.release({"p_1"}, "another", 1).error() == Errc::not_found);

    SECTION("it is fenced")
    {
        const auto ended = roster.saved(write, ResumeWritten::fenced, 2s);
        REQUIRE(ended);
        CHECK(ended->conn == conn);
        CHECK(roster.signed_in() == 0);
        CHECK_FALSE(roster.saved(write, ResumeWritten::fenced, 2s));
    }
    SECTION("it is released, and goes on elsewhere with the next number")
    {
        const auto released = roster.release({"p_1"}, "fs_1", 1);
        REQUIRE(released);
        CHECK(released->conn == conn);
        CHECK(released->standing.channels == std::vector<std::string>{"room:a"});
        REQUIRE(released->pushes);
        CHECK(*released->pushes == std::vector<std::string>{R"({"op":"b","seq":2,"data":{}})"});
        CHECK(roster.release({"p_1"}, "fs_1", 1).error() == Errc::not_found);
        CHECK(roster.signed_in() == 0);

        ResumeTaken taken;
        taken.standing = released->standing;
        taken.pushes = *released->pushes;
        taken.last_seq = 2;
        std::vector<ConnId> replaced;
        const ConnId again = other.opened(2s);
        REQUIRE(other.adopt(again, sign_in("p_1", "s_1"), taken, 2s, replaced));
        CHECK(replaced.empty());
        out.clear();
        CHECK(other.push_channel("room:a", "c", "{}", out) == 1);
        CHECK(out.at(0).bytes == R"({"op":"c","seq":3,"data":{}})");
    }
    SECTION("more is left than a resume may send at once")
    {
        ResumeTaken taken;
        taken.standing.device_class = "desktop";
        taken.pushes.assign(57, "{}");
        taken.last_seq = 57;
        std::vector<ConnId> replaced;
        const ConnId again = other.opened(2s);
        const auto refused = other.adopt(again, sign_in("p_1", "s_1"), taken, 2s, replaced);
        CHECK(refused.error() == LiveErrc::cannot_resume);
        CHECK(other.signed_in() == 0);
    }
}

TEST_CASE("A connection's patience with bad messages ends, and slowly comes back", "[connsrv]")
{
    Limits limits;
    limits.patience = {3, 10s};
    const Roster roster(limits);
    Connection connection;
    CHECK_FALSE(roster.fault(connection, 1h, Patience::Fault::bad_message));
    CHECK_FALSE(roster.fault(connection, 1h + 1s, Patience::Fault::bad_message));
    CHECK_FALSE(roster.fault(connection, 1h + 11s, Patience::Fault::bad_message));
    CHECK(roster.fault(connection, 1h + 12s, Patience::Fault::bad_message));
    Connection hasty;
    for (int i = 1; i < 48; ++i) CHECK_FALSE(roster.fault(hasty, 1h, Patience::Fault::too_often));
    CHECK(roster.fault(hasty, 1h, Patience::Fault::too_often));
}

TEST_CASE("Every op has a rate limit", "[connsrv]")
{
    Limits measuring;
    measuring.op_burst_factor = 3;
    Roster usual{Limits{}};
    Roster generous{measuring};
    const auto admitted = [](Roster& roster, Op op) {
        Connection connection;
        std::int64_t count = 0;
        for (int i = 0; i < 100; ++i)
            if (roster.admit_op(connection, op, 1h) == Millis{0}) ++count;
        return count;
    };
    for (const OpRow& row : op_table()) {
        CHECK(admitted(usual, row.op) == row.rule.burst);
        CHECK(admitted(generous, row.op) == 3 * row.rule.burst);
        CHECK(find_op(row.name)->op == row.op);
        CHECK(&op_table()[static_cast<std::size_t>(row.op)] == &row);
    }
    CHECK(op_table().size() == op_count);
    CHECK_FALSE(find_op("session.fly"));
}

TEST_CASE("I10: rosters of random joins, drops, resumes and ends stay whole and empty out", "[connsrv]")
{
    std::mt19937 random(11);
    for (int round = 0; round < 50; ++round) {
        Roster roster(Limits{});
        std::vector<ConnId> open;
        Millis now = 1h;
        int sessions = 0;
        for (int step = 0; step < 300; ++step, now += 500ms) {
            const PlayerId player{"p_" + std::to_string(random() % 5)};
            const auto pick = [&] { return open[random() % open.size()]; };
            switch (random() % 7) {
            case 0:
                open.push_back(roster.opened(now));
                break;
            case 1:
                if (open.empty()) break;
                if (const ConnId conn = pick(); !roster.connection(conn)->live && !roster.connection(conn)->closing)
                    roster.admit(conn,
                                 sign_in(player.value, "s_" + std::to_string(sessions++), random() % 2 ? "web" : "bot"),
                                 now);
                break;
            case 2:
                if (open.empty()) break;
                roster.closed(pick(), now);
                std::erase_if(open, [&](ConnId conn) { return !roster.connection(conn); });
                break;
            case 3:
                for (Live* live : roster.sessions(player)) roster.join(*live, "room:" + std::to_string(random() % 3));
                break;
            case 4: {
                std::vector<Roster::Delivery> out;
                roster.push_channel("room:1", "x", "{}", out);
                for (const auto& delivery : out) CHECK(roster.connection(delivery.conn)->live);
                break;
            }
            case 5:
                roster.revoke(player, SessionId{});
                CHECK(roster.sessions(player).empty());
                break;
            default:
                roster.expire(now);
            }
            std::size_t live = 0;
            for (const ConnId conn : open)
                if (const Live* session = roster.connection(conn)->live) {
                    CHECK(session->conn == conn);
                    ++live;
                }
            CHECK(live <= roster.signed_in());
        }
        for (const ConnId conn : open) roster.closed(conn, now);
        roster.expire(now + 1h);
        CHECK(roster.signed_in() == 0);
        CHECK(roster.connected() == 0);
        CHECK(roster.all().empty());
    }
}

TEST_CASE("Every op of the connection server stands in asyncapi.yaml, and no other", "[connsrv]")
{
    const harvest::test::LiveDocument& document = harvest::test::live_document("connsrv");
    for (const OpRow& row : op_table()) {
        INFO(row.name);
        CHECK(document.ops.contains(row.name));
    }
    for (const auto& [op, ignored] : document.ops) {
        INFO(op);
        CHECK(find_op(op));
    }
}

TEST_CASE("A connection that said no hello in time is told so once", "[connsrv]")
{
    Roster roster(Limits{});
    const ConnId first = roster.opened(1s), second = roster.opened(1s);
    CHECK(roster.silent(60s) == std::vector<ConnId>{first, second});
    roster.connection(first)->closing = true;
    CHECK(roster.silent(60s) == std::vector<ConnId>{second});
}
