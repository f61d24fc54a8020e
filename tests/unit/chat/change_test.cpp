// chat.edit, chat.delete, chat.read and chat.unread.
#include "common/protocol/chat.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

using namespace harvest;
using namespace harvest::test;

namespace {

// Says something in the channel; the message as the author hears it.
Task<protocol::ChatEntry> say(LiveClient& live, std::string channel, std::string text)
{
    const protocol::ChatSendRequest request{std::move(channel), std::move(text)};
    std::string data = protocol::encode(request);
    const Result<std::string> sent = co_await live.call("chat.send", std::move(data));
    CHECK(sent);
    const Result<Push> push = co_await live.push("chat.message", 5s);
    if (!push) co_return protocol::ChatEntry{};
    co_return *protocol::decode<protocol::ChatEntry>(push->data);
}

// The code of the refusal, "" if there is none.
Task<std::string> edit(LiveClient& live, std::string channel, MessageId message, std::string text)
{
    const protocol::ChatEditRequest request{std::move(channel), std::move(message), std::move(text)};
    std::string data = protocol::encode(request);
    const Result<std::string> done = co_await live.call("chat.edit", std::move(data));
    co_return done ? std::string{} : live.error_text;
}

Task<std::string> take_back(LiveClient& live, std::string channel, MessageId message)
{
    const protocol::ChatDeleteRequest request{std::move(channel), std::move(message)};
    std::string data = protocol::encode(request);
    const Result<std::string> done = co_await live.call("chat.delete", std::move(data));
    co_return done ? std::string{} : live.error_text;
}

Task<std::vector<protocol::ChatHistoryEntry>> history(LiveClient& live, std::string channel)
{
    const protocol::ChatChannelRequest request{std::move(channel)};
    std::string data = protocol::encode(request);
    const Result<std::string> page = co_await live.call("chat.history", std::move(data));
    CHECK(page);
    if (!page) co_return std::vector<protocol::ChatHistoryEntry>{};
    co_return protocol::decode<protocol::ChatHistoryReply>(*page)->messages;
}

Task<std::vector<protocol::ChatMark>> unread(LiveClient& live)
{
    const Result<std::string> reply = co_await live.call("chat.unread", "{}");
    CHECK(reply);
    if (!reply) co_return std::vector<protocol::ChatMark>{};
    co_return protocol::decode<protocol::ChatUnreadReply>(*reply)->channels;
}

Task<Result<protocol::ChatMark>> read_to(LiveClient& live, std::string channel, std::int64_t number)
{
    const protocol::ChatReadRequest request{std::move(channel), number};
    std::string data = protocol::encode(request);
    const Result<std::string> reply = co_await live.call("chat.read", std::move(data));
    if (!reply) co_return reply.error();
    co_return protocol::decode<protocol::ChatMark>(*reply);
}

} // namespace

TEST_CASE("An edited message is told to those who have it, and is what the history says", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto outside = co_await world.signed_in(eve);
        const std::string channel = "dm:" + bob.id.value;
        const protocol::ChatEntry said = co_await say(*first, channel, "good gmae");
        std::string code = co_await edit(*first, channel, said.message, "good game, you dickhead");
        CHECK(code == "");
        for (LiveClient* listener : {first.get(), second.get()}) {
            const Result<Push> push = co_await listener->push("chat.edited", 5s);
            REQUIRE(push);
            const auto told = protocol::decode<protocol::ChatEdit>(push->data);
            REQUIRE(told);
            CHECK(told->message == said.message);
            CHECK(told->number == said.number);
            CHECK(told->text == "good game, you ********");
        }
        const Result<Push> none = co_await outside->push("chat.edited", 1s);
        CHECK_FALSE(none);
        const auto kept = co_await history(*second, "dm:" + ann.id.value);
        REQUIRE(kept.size() == 1);
        CHECK(kept[0].text == "good game, you ********");
        CHECK(kept[0].edited_at.has_value());
        CHECK_FALSE(kept[0].deleted);

        code = co_await edit(*first, channel, said.message, "good game, you dickhead"); // a repeat tells nobody
        CHECK(code == "");
        const Result<Push> again = co_await second->push("chat.edited", 1s);
        CHECK_FALSE(again);
    });
}

TEST_CASE("Nobody edits the words of others, old ones, or into what may not be said", "[chat]")
{
    WorldOptions options;
    options.chat.edit_window = 20s;
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const std::string channel = "dm:" + bob.id.value;
        const protocol::ChatEntry said = co_await say(*first, channel, "mine");
        std::string code = co_await edit(*second, "dm:" + ann.id.value, said.message, "yours");
        CHECK(code == "chat.not_yours");
        code = co_await take_back(*second, "dm:" + ann.id.value, said.message);
        CHECK(code == "chat.not_yours");
        code = co_await edit(*first, "room:lobby", said.message, "elsewhere");
        CHECK(code == "chat.no_such_message");
        MessageId nothing = world.id<MessageId>();
        code = co_await edit(*first, channel, std::move(nothing), "nothing");
        CHECK(code == "chat.no_such_message");
        code = co_await edit(*first, channel, said.message, "\x1b[2J");
        CHECK(code == "chat.bad_text");
        (void)co_await world.clock.sleep_until(world.clock.after(10s)); // the flood limit counts edits too
        const Result<void> blocked = co_await world.block(bob.id, ann.id);
        REQUIRE(blocked);
        code = co_await edit(*first, channel, said.message, "after a block");
        CHECK(code == "chat.blocked");
        (void)co_await world.clock.sleep_until(world.clock.after(20s));
        auto later = co_await world.signed_in(ann);
        code = co_await edit(*later, channel, said.message, "too late");
        CHECK(code == "chat.too_late");
        const auto kept = co_await history(*later, channel);
        REQUIRE(kept.size() == 1);
        CHECK(kept[0].text == "mine");
        CHECK_FALSE(kept[0].edited_at);
    });
}

TEST_CASE("A message that is taken back loses its words, keeps its number, and cannot be edited", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        for (LiveClient* each : {first.get(), second.get()}) {
            const Result<std::string> joined = co_await each->call("chat.join", R"({"channel":"room:lobby"})");
            REQUIRE(joined);
        }
        const protocol::ChatEntry said = co_await say(*first, "room:lobby", "oops");
        (void)co_await say(*first, "room:lobby", "better");
        for (int i = 0; i < 2; ++i) { // a second time is as once
            const std::string code = co_await take_back(*first, "room:lobby", said.message);
            CHECK(code == "");
        }
        const Result<Push> push = co_await second->push("chat.deleted", 5s);
        REQUIRE(push);
        CHECK(protocol::decode<protocol::ChatDeletion>(push->data)->number == said.number);
        const Result<Push> again = co_await second->push("chat.deleted", 1s);
        CHECK_FALSE(again);
        const std::string code = co_await edit(*first, "room:lobby", said.message, "back again");
        CHECK(code == "chat.no_such_message");
        const auto kept = co_await history(*second, "room:lobby");
        REQUIRE(kept.size() == 2);
        CHECK(kept[1].message == said.message);
        CHECK(kept[1].text == "");
        CHECK(kept[1].deleted == true);
        CHECK(kept[0].text == "better");
    });
}

TEST_CASE("What a player has not read of its direct messages is counted until it says so", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const std::string channel = "dm:" + bob.id.value;
        for (const char* text : {"one", "two", "three"}) (void)co_await say(*first, channel, text);
        auto left = co_await unread(*first);
        CHECK(left.empty()); // one's own words are read
        left = co_await unread(*second);
        REQUIRE(left.size() == 1);
        CHECK(left[0].unread == 3);
        Result<protocol::ChatMark> mark = co_await read_to(*second, left[0].channel, 2);
        REQUIRE(mark);
        CHECK(mark->unread == 1);
        mark = co_await read_to(*second, left[0].channel, 1); // never back
        REQUIRE(mark);
        CHECK(mark->read == 2);
        mark = co_await read_to(*second, left[0].channel, 1'000); // never beyond what was said
        REQUIRE(mark);
        CHECK(mark->read == 3);
        left = co_await unread(*second);
        CHECK(left.empty());
        mark = co_await read_to(*second, left.empty() ? "room:lobby" : "", -1);
        CHECK_FALSE(mark);
        mark = co_await read_to(*second, "room:attic", 1);
        CHECK_FALSE(mark);
        CHECK(second->error_text == "chat.no_such_channel");
    });
}

TEST_CASE("A group's chat is for its members, without joining, and spares whom one has blocked", "[chat][groups]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        GroupOrder order;
        order.player = ann.id;
        order.at = world.clock.now();
        order.event = world.id<EventId>();
        Group group;
        group.id = world.id<GroupId>();
        group.name = "Hedge";
        group.open = true;
        Group fresh = group;
        GroupOrder founding = order;
        const Result<Group> made = co_await world.groups->found(std::move(fresh), std::move(founding), world.soon());
        REQUIRE(made);
        const std::string channel = "group:" + group.id.value;
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto outside = co_await world.signed_in(eve);
        (void)co_await say(*first, channel, "before bob came");
        order.player = bob.id;
        order.group = group.id;
        order.event = world.id<EventId>();
        const Result<Group> joined = co_await world.groups->join(std::move(order), world.soon());
        REQUIRE(joined);
        auto left = co_await unread(*second);
        CHECK(left.empty());
        const protocol::ChatEntry said = co_await say(*first, channel, "welcome");
        const Result<Push> heard = co_await second->push("chat.message", 5s);
        REQUIRE(heard);
        CHECK(protocol::decode<protocol::ChatEntry>(heard->data)->text == "welcome");
        left = co_await unread(*second);
        REQUIRE(left.size() == 1);
        CHECK(left[0].unread == 1);
        const protocol::ChatChannelRequest asked{channel};
        std::string data = protocol::encode(asked);
        const Result<std::string> history = co_await outside->call("chat.history", std::move(data));
        CHECK_FALSE(history);
        CHECK(outside->error_text == "chat.not_a_member");

        const Result<void> blocked = co_await world.block(bob.id, ann.id);
        REQUIRE(blocked);
        (void)co_await say(*first, channel, "can you hear me?");
        const Result<Push> unheard = co_await second->push("chat.message", 1s);
        CHECK_FALSE(unheard);
    });
}
