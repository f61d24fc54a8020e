// A bot's live links, against servers that say what a script tells them to.
#include "cli/bots/match_play.hpp"
#include "cli/loadtest/tally.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/protocol/live.hpp"
#include "tests/contract/support/run.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::bots;

namespace {

using Counts = std::map<std::string, std::int64_t>;

struct Script {
    std::map<std::string, std::string> refused; // op → code; each other op gets `reply`
    std::string reply = "{}";
    std::deque<std::string> pushes; // sent at once
    Millis every{0};                // with these many more, one in that time; then the link is cut for good
    int more = 0;
    bool shut = false;
    int looks = 0; // at a link on which nothing has come
};

struct ScriptLink final : ServerLink {
    ScriptLink(Script& its_script, Clock& its_clock) : script(its_script), clock(its_clock) {}
    AsyncResult<void> connect(Endpoint, Deadline) override
    {
        if (script.shut) co_return Errc::unavailable;
        co_return Result<void>{};
    }
    Result<void> send(std::string_view bytes) override
    {
        const auto message = boost::json::parse(bytes).as_object();
        const std::int64_t id = message.at("id").as_int64();
        const auto code = script.refused.find(std::string(message.at("op").as_string()));
        const bool yes = code == script.refused.end();
        replies.push_back(yes ? protocol::encode_reply(id, script.reply)
                              : protocol::encode_error(id, code->second, "some words: of its own"));
        return {};
    }
    AsyncResult<std::string> receive(Deadline) override
    {
        for (std::deque<std::string>* queue : {&replies, &script.pushes}) {
            if (queue->empty()) continue;
            std::string first = std::move(queue->front());
            queue->pop_front();
            co_return first;
        }
        ++script.looks;
        if (script.every == 0ms) co_return Errc::timed_out;
        script.shut = script.more-- == 0;
        if (script.shut) co_return Errc::canceled;
        co_await clock.sleep_until(clock.after(script.every));
        co_return protocol::encode_push("battle.opponent", 0, R"({"connected":true})");
    }
    void close() override {}
    std::string close_reason() const override { return {}; }
    Script& script;
    Clock& clock;
    std::deque<std::string> replies;
};

struct ScriptLinks final : ServerLinks {
    ScriptLinks(Script& its_script, Clock& its_clock) : script(its_script), clock(its_clock) {}
    std::unique_ptr<ServerLink> make(std::string_view, std::string_view) override
    {
        return std::make_unique<ScriptLink>(script, clock);
    }
    Script& script;
    Clock& clock;
};

struct NoHttp final : HttpClients {
    std::unique_ptr<HttpClient> make(HttpTarget) override { return nullptr; }
};

// One end of a link, and whom it tells.
struct Place {
    memory::ManualClock& clock;
    Script script;
    ScriptLinks links{script, clock};
    NoHttp http;
    World world{{}, http, links, clock, [] { return nullptr; }, {}};

    explicit Place(memory::ManualClock& its_clock) : clock(its_clock) {}
};

struct Rig {
    memory::ManualClock clock;
    Place lobby{clock}, table{clock};
    loadtest::Tally tally{Instant{}};
    LiveSession session{lobby.world, tally, "wss", ""};
    test::Loop loop;

    Rig()
    {
        loop.spawn([this]() -> Task<void> {
            const Endpoint anywhere;
            (void)co_await session.connect(anywhere, clock.after(1s));
        });
        loop.poll();
    }
    void push(std::int64_t seq) { lobby.script.pushes.push_back(protocol::encode_push("chat.message", seq, "{}")); }
    // The code of what went wrong with it.
    std::string call(std::string op)
    {
        bool well = false;
        loop.spawn([this, &op, &well]() -> Task<void> {
            const Result<protocol::RawJson> reply = co_await session.call(op, "{}", clock.after(1s));
            well = reply.has_value();
        });
        loop.poll();
        return well ? "" : session.last_code();
    }
    void read_pushes()
    {
        loop.spawn([this]() -> Task<void> {
            for (bool more = true; more;) {
                const Result<Push> push = co_await session.next_push(clock.after(1s));
                more = push.has_value();
            }
        });
        loop.poll();
    }
    // Sits down to a match, until the table's link is cut.
    void play(std::string phase)
    {
        protocol::JoinReply joined;
        joined.match = make_id<MatchId>(Millis{1}, {});
        joined.seat = 1;
        joined.phase = std::move(phase);
        table.script.reply = encode(joined);
        protocol::MatchFound found;
        found.endpoints.emplace_back().transport = "wss";
        const Habits habits;
        Chance chance{3};
        FairChance fair;
        Trouble trouble;
        MatchPlay match(table.world, tally, habits, chance, fair, session, trouble, 10s, "");
        bool over = false;
        loop.spawn([&]() -> Task<void> {
            (void)co_await match.run(found);
            over = true;
        });
        for (loop.poll(); !over && clock.advance_to_next();) loop.poll();
        CHECK(over);
    }
};

} // namespace

TEST_CASE("a push that is not the next one is an error, the first one too", "[loadtest]")
{
    Rig rig;
    for (const std::int64_t seq : {1, 2, 0, 3}) rig.push(seq);
    rig.read_pushes();
    CHECK(rig.tally.errors() == Counts{});
    rig.session.expect_after(1'000'007);
    for (const std::int64_t seq : {1'000'008, 1'000'010, 1'000'011, 1'000'011}) rig.push(seq);
    rig.read_pushes();
    CHECK(rig.tally.errors() == Counts{{"push out_of_sequence", 2}});
    rig.session.expect_after(0);
    rig.push(2);
    rig.read_pushes();
    CHECK(rig.tally.errors() == Counts{{"push out_of_sequence", 3}});
}

TEST_CASE("a live message that cannot be read is an error", "[loadtest]")
{
    for (const std::string bytes : {"not JSON", R"({"seq":1,"data":{}})"}) {
        Rig rig;
        rig.lobby.script.pushes.push_back(bytes);
        rig.read_pushes();
        CHECK(rig.session.last_code() == "malformed");
        CHECK_FALSE(rig.session.connected());
        CHECK(rig.tally.errors() == Counts{{"message malformed", 1}});
    }
}

TEST_CASE("the code of an error is its own: no words, and none of an earlier one", "[loadtest]")
{
    Rig rig;
    rig.lobby.script.refused["farm.harvest"] = "farm.not_ripe";
    CHECK(rig.call("farm.get").empty());
    CHECK(rig.call("farm.harvest") == "farm.not_ripe");
    rig.session.close();
    CHECK(rig.call("farm.get") == "canceled");
}

TEST_CASE("what a table refuses whoever comes late is no error, and all that it does not do is told", "[loadtest]")
{
    struct Case {
        std::string op, code;
        Counts errors, refusals, unanswered;
    };
    const Counts none;
    const std::vector<Case> cases{
        {"battle.join", "unauthenticated", none, {{"battle.join unauthenticated", 1}}, none},
        {"battle.join", "not_found", none, {{"battle.join not_found", 1}}, none},
        {"battle.join", "unavailable", none, none, {{"battle.join unavailable", 1}}},
        {"battle.join", "invalid_argument", {{"battle.join invalid_argument", 1}}, none, none},
        {"battle.nonce", "failed_precondition", none, {{"battle.nonce failed_precondition", 1}}, none},
        {"battle.nonce", "internal", {{"battle.nonce internal", 1}}, none, none},
        {"battle.state", "not_found", none, {{"battle.state not_found", 1}}, none},
        {"battle.state", "internal", {{"battle.state internal", 1}}, none, none}};
    for (const Case& each : cases) {
        INFO(each.op << " " << each.code);
        Rig rig;
        rig.table.script.refused[each.op] = each.code;
        rig.table.script.every = 1s;
        rig.play(each.op == "battle.state" ? "playing" : "nonces");
        CHECK(rig.tally.errors() == each.errors);
        CHECK(rig.tally.refusals() == each.refusals);
        CHECK(rig.tally.unanswered() == each.unanswered);
    }
}

TEST_CASE("a push of a match that cannot be read is an error", "[loadtest]")
{
    Rig rig;
    rig.table.script.pushes.push_back(protocol::encode_push("battle.update", 1, R"({"command":"many"})"));
    rig.play("nonces");
    CHECK(rig.tally.errors() == Counts{{"message malformed", 1}});
}

TEST_CASE("the lobby is tended during a match, also while its pushes keep coming", "[loadtest]")
{
    Rig rig;
    rig.table.script.every = 1s;
    rig.table.script.more = 30;
    rig.lobby.script.looks = 0;
    rig.play("nonces");
    CHECK(rig.lobby.script.looks >= 10);
    CHECK(rig.lobby.script.looks <= 30);
}
