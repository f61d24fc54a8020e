// What players report: what they see, as it stood then, and nothing else.
#include "common/protocol/chat.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/reports.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::ReportReason;

namespace {

// Says something in the channel; the message's id.
Task<MessageId> speak(LiveClient& live, std::string channel, std::string text)
{
    const protocol::ChatSendRequest request{std::move(channel), std::move(text)};
    std::string data = protocol::encode(request);
    const Result<std::string> sent = co_await live.call("chat.send", std::move(data));
    CHECK(sent);
    const Result<Push> push = co_await live.push("chat.message", 5s);
    CHECK(push);
    if (!push) co_return MessageId{};
    co_return protocol::decode<protocol::ChatEntry>(push->data)->message;
}

AsyncResult<protocol::PlayerReportReply> report(World& world, PlayerId player, protocol::ReportRequest request)
{
    const protocol::PlayerReportRequest asked{std::move(player), std::move(request)};
    RpcRequest call;
    call.daemon = "chat";
    call.method = "report";
    call.body = protocol::encode(asked);
    call.by = world.soon();
    const Result<std::string> reply = co_await world.rpc.call(std::move(call));
    if (!reply) co_return reply.error();
    co_return protocol::decode<protocol::PlayerReportReply>(*reply);
}

// The code of the refusal, "" if there is none.
Task<std::string> refusal(World& world, PlayerId player, protocol::ReportRequest request)
{
    const Result<protocol::PlayerReportReply> reply = co_await report(world, std::move(player), std::move(request));
    co_return reply ? std::string{} : std::string(wire_code(reply.error()));
}

// Over the live link: the reply, or the code of the refusal.
Task<std::string> send(LiveClient& live, protocol::ReportRequest request)
{
    std::string data = protocol::encode(request);
    const Result<std::string> sent = co_await live.call("report.send", std::move(data));
    co_return sent ? *sent : live.error_text;
}

protocol::ReportRequest of_message(const std::string& channel, const MessageId& message)
{
    protocol::ReportRequest request;
    request.reason = ReportReason::abuse;
    request.channel = channel;
    request.message = message;
    return request;
}

protocol::ReportRequest of_player(const PlayerId& player)
{
    protocol::ReportRequest request;
    request.reason = ReportReason::cheating;
    request.player = player;
    return request;
}

Task<void> join_lobby(LiveClient& live)
{
    const Result<std::string> joined = co_await live.call("chat.join", R"({"channel":"room:lobby"})");
    CHECK(joined);
}

} // namespace

TEST_CASE("A report keeps the message and what was said before it, whatever its author does then", "[chat][reports]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const std::string channel = "dm:" + bob.id.value;
        for (int i = 1; i <= 7; ++i) {
            (void)co_await speak(*first, channel, "line " + std::to_string(i));
            co_await world.clock.sleep_until(world.clock.after(1s));
        }
        const MessageId bad = co_await speak(*first, channel, "you weed");
        co_await world.clock.sleep_until(world.clock.after(1s));
        (void)co_await speak(*first, channel, "later");
        protocol::ReportRequest request = of_message("dm:" + ann.id.value, bad);
        request.note = " every day ";
        const Result<protocol::PlayerReportReply> filed = co_await report(world, bob.id, std::move(request));
        REQUIRE(filed);
        CHECK(filed->report.player == ann.id);
        CHECK_FALSE(filed->repeated);
        const protocol::ChatDeleteRequest gone{channel, bad};
        std::string data = protocol::encode(gone);
        const Result<std::string> deleted = co_await first->call("chat.delete", std::move(data));
        REQUIRE(deleted);
        const Result<Report> kept = co_await world.reports->get(filed->report.report, world.soon());
        REQUIRE(kept);
        CHECK(kept->reporter == bob.id);
        CHECK(kept->note == "every day");
        CHECK(kept->state == protocol::ReportState::open);
        REQUIRE(kept->evidence.size() == 6);
        CHECK(kept->evidence.front().text == "line 3");
        CHECK(kept->evidence.back().text == "you weed");
        CHECK(kept->evidence.back().author == ann.id);
        // Again it is the same report, though the message is gone.
        request = of_message("dm:" + ann.id.value, bad);
        const Result<protocol::PlayerReportReply> again = co_await report(world, bob.id, std::move(request));
        REQUIRE(again);
        CHECK(again->repeated);
        CHECK(again->report.report == filed->report.report);
    });
}

TEST_CASE("Nobody reports what they do not see, or themselves", "[chat][reports]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        co_await join_lobby(*first);
        const MessageId direct = co_await speak(*first, "dm:" + bob.id.value, "between us");
        const MessageId open = co_await speak(*first, "room:lobby", "for all");
        const std::string dm =
            ann.id < bob.id ? "dm:" + ann.id.value + ":" + bob.id.value : "dm:" + bob.id.value + ":" + ann.id.value;
        struct Row {
            PlayerId by;
            protocol::ReportRequest what;
            std::string code;
        };
        protocol::ReportRequest two = of_message("room:lobby", open), nothing, no_channel = two, noted = two;
        two.player = ann.id;
        no_channel.channel.reset();
        noted.note = "\x1b[2J";
        protocol::ReportRequest long_note = of_player(ann.id);
        long_note.note = std::string(501, 'x');
        protocol::ReportRequest match_of_message = of_message("room:lobby", open);
        match_of_message.match = world.id<MatchId>();
        const std::vector<Row> rows{
            {eve.id, of_message(dm, direct), "chat.not_a_member"},
            {eve.id, of_message("dm:" + ann.id.value, direct),
             "report.no_such_message"}, // in her own channel there is none
            {eve.id, of_message("room:lobby", direct), "report.no_such_message"},
            {eve.id, of_message("room:attic", open), "chat.no_such_channel"},
            {eve.id, of_message("room:lobby", world.id<MessageId>()), "report.no_such_message"},
            {ann.id, of_message("room:lobby", open), "report.self"},
            {ann.id, of_player(ann.id), "report.self"},
            {ann.id, of_player(world.id<PlayerId>()), "report.no_such_player"},
            {eve.id, two, "invalid_argument"},
            {eve.id, nothing, "invalid_argument"},
            {eve.id, no_channel, "invalid_argument"},
            {eve.id, match_of_message, "invalid_argument"},
            {eve.id, noted, "report.bad_note"},
            {eve.id, long_note, "report.bad_note"},
            {eve.id, of_message("room:lobby", open), ""},
            {eve.id, of_player(bob.id), ""},
        };
        for (const Row& row : rows) {
            const std::string code = co_await refusal(world, row.by, row.what);
            CHECK(code == row.code);
        }
    });
}

TEST_CASE("A player is reported with a match that both of them may see", "[chat][reports]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        (void)co_await first->call("match.queue", std::move(data));
        data = World::queue(bob);
        (void)co_await second->call("match.queue", std::move(data));
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        protocol::ReportRequest request = of_player(bob.id);
        request.match = protocol::decode<protocol::MatchFound>(found->data)->match;
        protocol::ReportRequest wrong = of_player(eve.id);
        wrong.match = request.match;
        std::string code = co_await refusal(world, ann.id, wrong);
        CHECK(code == "report.no_such_match"); // she does not sit there
        wrong = of_player(bob.id);
        wrong.match = world.id<MatchId>();
        code = co_await refusal(world, ann.id, wrong);
        CHECK(code == "report.no_such_match");
        code = co_await refusal(world, eve.id, request);
        CHECK(code == "report.no_such_match"); // it goes on without her
        const Result<protocol::PlayerReportReply> filed = co_await report(world, ann.id, request);
        REQUIRE(filed);
        const Result<Report> kept = co_await world.reports->get(filed->report.report, world.soon());
        REQUIRE(kept);
        CHECK(kept->match == *request.match);
        CHECK(kept->evidence.empty());
        co_await world.clock.sleep_until(world.clock.after(30s)); // over, and there for all to see
        code = co_await refusal(world, eve.id, request);
        CHECK(code == "");
    });
}

TEST_CASE("report.send does over a live link what POST /v1/reports does", "[chat][reports]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const MessageId bad = co_await speak(*first, "dm:" + bob.id.value, "you weed");
        const std::string channel = "dm:" + ann.id.value;
        const std::string made = co_await send(*second, of_message(channel, bad));
        const auto reply = protocol::decode<protocol::ReportReply>(made);
        CHECK(reply);
        if (reply) CHECK(reply->player == ann.id);
        const std::string again = co_await send(*second, of_message(channel, bad));
        CHECK(again == made);
        const Result<protocol::PlayerReportReply> by_rest = co_await report(world, bob.id, of_message(channel, bad));
        CHECK(by_rest);
        if (by_rest) CHECK(by_rest->repeated); // the same one
        const std::string own = co_await send(*first, of_message("dm:" + bob.id.value, bad));
        CHECK(own == "report.self");
        const PlayerId stranger{"p_01JDBQ6W5R9YN2M4T73R6W1XYZ"};
        const std::string nobody = co_await send(*first, of_player(stranger));
        CHECK(nobody == "report.no_such_player");
        protocol::ReportRequest empty;
        const std::string of_nothing = co_await send(*first, std::move(empty));
        CHECK(of_nothing == "invalid_argument");
        first->close();
        second->close();
    });
}

TEST_CASE("An account has one quota of reports, over all its links and over REST", "[chat][reports]")
{
    WorldOptions options;
    options.connsrvs = 2;
    options.connsrv.reports = {3, 60s};
    World world(options);
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto desktop = co_await world.signed_in(ann);
        auto web = co_await world.signed_in(ann, "web", 1);
        CHECK(world.limits.admit("rest.report:" + ann.id.value, options.connsrv.reports).admitted); // by the gateway
        for (LiveClient* link : {desktop.get(), web.get()}) {
            const std::string made = co_await send(*link, of_player(bob.id));
            CHECK(protocol::decode<protocol::ReportReply>(made));
        }
        for (LiveClient* link : {desktop.get(), web.get()}) {
            const std::string often = co_await send(*link, of_player(eve.id));
            CHECK(often == wire_code(Errc::resource_exhausted));
        }
        CHECK_FALSE(world.limits.admit("rest.report:" + ann.id.value, options.connsrv.reports).admitted);
        auto other = co_await world.signed_in(bob);
        const std::string another = co_await send(*other, of_player(eve.id));
        CHECK(protocol::decode<protocol::ReportReply>(another));
        co_await world.clock.sleep_until(world.clock.after(61s));
        const std::string later = co_await send(*web, of_player(eve.id));
        CHECK(protocol::decode<protocol::ReportReply>(later));
        desktop->close();
        web->close();
        other->close();
    });
}

TEST_CASE("A closed report is dropped by the daemon once it has been kept for long enough", "[chat][reports]")
{
    WorldOptions options;
    options.chat.reports_kept = 2h;
    World world(options);
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    ReportId id;
    Result<Report> kept = Errc::internal;
    const auto look = [&]() -> Task<void> { kept = co_await world.reports->get(id, world.soon()); };
    world.play([&]() -> Task<void> {
        const Result<protocol::PlayerReportReply> made = co_await report(world, ann.id, of_player(bob.id));
        CHECK(made);
        if (!made) co_return;
        id = made->report.report;
        ReportMove close{id, protocol::ReportState::closed, protocol::ReportOutcome::upheld, "mo", world.clock.now()};
        const Result<Report> closed = co_await world.reports->move(std::move(close), world.soon());
        CHECK(closed);
    });
    world.run_for(1h + 1min);
    world.play(look);
    CHECK(kept);
    world.run_for(2h);
    world.play(look);
    CHECK(kept.error() == Errc::not_found);
}
