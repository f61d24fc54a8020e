// Reports over REST, before the real chat daemon.
#include "common/adapters/sql/chat_store.hpp"
#include "common/adapters/sql/player_keys.hpp"
#include "common/adapters/sql/reports.hpp"
#include "common/protocol/reports.hpp"
#include "daemons/chat/chat.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

class ReportWorld : public GatewayWorld {
public:
    explicit ReportWorld(gateway::Config config = test_gateway_config()) : GatewayWorld(std::move(config))
    {
        start(chat);
    }
    ~ReportWorld()
    {
        chat.stop();
        gateway.stop();
        auth.stop();
        drain();
    }

    MessageId say(const Person& author, const std::string& text)
    {
        ChatMessage message;
        message.id = new_id<MessageId>(clock, entropy);
        message.channel = "room:lobby";
        message.author = author.tokens.player;
        message.author_name = "somebody";
        message.text = text;
        message.at = clock.now();
        const auto announce = [id = new_id<EventId>(clock, entropy)](const ChatMessage&) {
            OutboxEvent out;
            out.topic = "harvest.chat";
            out.event.id = id;
            out.event.type = "harvest.test.v1";
            return out;
        };
        const auto posted = wait(messages.post(message, {}, announce, by()));
        REQUIRE(posted.has_value());
        return posted->id;
    }

    sql::SqlChatStore messages{database};
    sql::SqlReports reports{database};
    sql::SqlPlayerKeys keys{database, sealer, entropy};
    chat::Chat chat{{},     "chat-0", loop.get_executor(),
                    rpc,    log,      messages,
                    keys,   accounts, social,
                    groups, matches,  reports,
                    limits, clock,    entropy,
                    metrics};
};

std::string message_body(const MessageId& message, const std::string& channel = "room:lobby")
{
    return R"({"reason":"abuse","channel":")" + channel + R"(","message":")" + message.value + R"("})";
}

std::string player_body(const std::string& player, const std::string& reason = "stalling")
{
    return R"({"reason":")" + reason + R"(","player":")" + player + R"("})";
}

} // namespace

TEST_CASE("a report is made once, and told with the reported player", "[gateway][reports]")
{
    ReportWorld world;
    Person ada(world, "Ada"), bob(world, "Bob");
    const MessageId message = world.say(bob, "you weed");
    const HttpResponse first = ada.send("POST", "reports", message_body(message));
    REQUIRE(first.status == 201);
    const auto report = body_of<protocol::ReportReply>(first);
    CHECK(report.player.value == bob.id());
    const HttpResponse again = ada.send("POST", "reports", message_body(message));
    CHECK(again.status == 200);
    CHECK(body_of<protocol::ReportReply>(again).report == report.report);
    CHECK(ada.send("POST", "reports", player_body(bob.id())).status == 201);
    const auto kept = world.wait(world.reports.get(report.report, world.by()));
    REQUIRE(kept.has_value());
    CHECK(kept->evidence.back().text == "you weed");
}

TEST_CASE("what is wrong with a report has its own code", "[gateway][reports]")
{
    gateway::Config config = test_gateway_config();
    config.limits.reporting.burst = 0;
    ReportWorld world(config);
    Person ada(world, "Ada"), bob(world, "Bob");
    const MessageId message = world.say(bob, "hello");
    const std::string nobody = "p_01HZZZZZZZZZZZZZZZZZZZZZZA", nothing = "c_01HZZZZZZZZZZZZZZZZZZZZZZA";
    const auto refused = [&](Person& by, const std::string& body) { return code_of(by.send("POST", "reports", body)); };
    CHECK(refused(bob, message_body(message)) == "report.self");
    CHECK(refused(ada, player_body(ada.id())) == "report.self");
    CHECK(refused(ada, player_body(nobody)) == "report.no_such_player");
    CHECK(refused(ada, message_body(MessageId{nothing})) == "report.no_such_message");
    CHECK(refused(ada, message_body(message, "room:attic")) == "chat.no_such_channel");
    CHECK(refused(ada, message_body(message, "dm:" + nobody + ":" + bob.id())) == "chat.not_a_member");
    CHECK(refused(ada, R"({"reason":"cheating","player":")" + bob.id() +
                           R"(","match":"m_01HZZZZZZZZZZZZZZZZZZZZZZA"})") == "report.no_such_match");
    CHECK(refused(ada, R"({"reason":"cheating","player":")" + bob.id() + R"(","note":"\u001b"})") == "report.bad_note");
    CHECK(refused(ada, player_body(bob.id(), "ugly")) == "invalid_argument");
    CHECK(refused(ada, R"({"reason":"spam"})") == "invalid_argument");
}

TEST_CASE("who reports without end is told to wait", "[gateway][reports]")
{
    gateway::Config config = test_gateway_config();
    config.limits.reporting.burst = 2;
    ReportWorld world(config);
    Person ada(world, "Ada"), bob(world, "Bob"), eve(world, "Eve");
    CHECK(ada.send("POST", "reports", player_body(bob.id())).status == 201);
    CHECK(ada.send("POST", "reports", player_body(eve.id())).status == 201);
    const HttpResponse often = ada.send("POST", "reports", player_body(eve.id()));
    CHECK(often.status == 429);
    CHECK(header(often, "RateLimit-Policy").starts_with("\"report\""));
    CHECK(bob.send("POST", "reports", player_body(eve.id())).status == 201);
}
