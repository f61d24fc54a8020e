#include "common/protocol/chat.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/matchmaking.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

#include <algorithm>

using namespace harvest;
using namespace harvest::test;

namespace {

std::string channel_of(const std::string& channel)
{
    const protocol::ChatChannelRequest request{channel};
    return protocol::encode(request);
}

std::string said(const std::string& channel, const std::string& text)
{
    const protocol::ChatSendRequest request{channel, text};
    return protocol::encode(request);
}

Task<std::string> refusal(LiveClient& live)
{
    const Result<Push> push = co_await live.push("chat.refused", 5s);
    if (!push) co_return "none";
    co_return protocol::decode<protocol::ChatRefused>(push->data)->code;
}

// What is heard next, "author: text", or "nothing".
Task<std::string> heard(LiveClient& live, Millis within = 5s)
{
    const Result<Push> push = co_await live.push("chat.message", within);
    if (!push) co_return "nothing";
    const auto entry = protocol::decode<protocol::ChatEntry>(push->data);
    co_return entry->name + ": " + entry->text;
}

// A store that is away for its first `failures` posts.
class AwayStore final : public ChatStore {
public:
    explicit AwayStore(int failures) : failures_(failures) {}
    ChatStore& before(ChatStore& inner)
    {
        inner_ = &inner;
        return *this;
    }
    AsyncResult<ChatMessage> post(ChatMessage message, std::vector<PlayerId> readers, Announce announce,
                                  Deadline by) override
    {
        if (failures_-- > 0) co_return Errc::unavailable;
        co_return co_await inner_->post(std::move(message), std::move(readers), std::move(announce), by);
    }
    AsyncResult<void> refuse(MessageId message, PlayerId author, Millis at, OutboxEvent told, Deadline by) override
    {
        return inner_->refuse(std::move(message), std::move(author), at, std::move(told), by);
    }
    AsyncResult<ChatMessage> edit(MessageId message, std::string text, Millis at, Announce announce,
                                  Deadline by) override
    {
        return inner_->edit(std::move(message), std::move(text), at, std::move(announce), by);
    }
    AsyncResult<ChatMessage> take_back(MessageId message, Millis at, Announce announce, Deadline by) override
    {
        return inner_->take_back(std::move(message), at, std::move(announce), by);
    }
    AsyncResult<ChatMark> mark_read(PlayerId player, std::string channel, std::int64_t number, Deadline by) override
    {
        return inner_->mark_read(std::move(player), std::move(channel), number, by);
    }
    AsyncResult<std::vector<ChatMark>> unread(PlayerId player, std::size_t limit, Deadline by) override
    {
        return inner_->unread(std::move(player), limit, by);
    }
    AsyncResult<ChatMessage> get(MessageId message, Deadline by) override { return inner_->get(message, by); }
    AsyncResult<std::vector<ChatMessage>> history(std::string channel, std::int64_t before_seq, std::size_t limit,
                                                  Deadline by) override
    {
        return inner_->history(std::move(channel), before_seq, limit, by);
    }

private:
    ChatStore* inner_{};
    int failures_;
};

} // namespace

TEST_CASE("What is said in a room reaches those who joined, once and in order", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto outside = co_await world.signed_in(eve);
        std::string data = said("room:lobby", "too early");
        const Result<std::string> early = co_await first->call("chat.send", std::move(data));
        CHECK_FALSE(early);
        CHECK(first->error_text == "chat.not_joined");
        data = channel_of("room:lobby");
        const Result<std::string> joined = co_await first->call("chat.join", std::move(data));
        CHECK(joined);
        data = channel_of("room:lobby");
        const Result<std::string> also = co_await second->call("chat.join", std::move(data));
        CHECK(also);
        data = channel_of("room:attic");
        const Result<std::string> attic = co_await second->call("chat.join", std::move(data));
        CHECK_FALSE(attic);
        CHECK(second->error_text == "chat.no_such_channel");
        for (int i = 1; i <= 5; ++i) {
            data = said("room:lobby", "word " + std::to_string(i));
            const Result<std::string> sent = co_await first->call("chat.send", std::move(data));
            CHECK(sent);
        }
        for (int i = 1; i <= 5; ++i) {
            const Result<Push> push = co_await second->push("chat.message", 5s);
            REQUIRE(push);
            const auto entry = protocol::decode<protocol::ChatEntry>(push->data);
            REQUIRE(entry);
            CHECK(entry->text == "word " + std::to_string(i));
            CHECK(entry->number == i);
            CHECK(entry->name == "ann");
        }
        const Result<Push> none = co_await outside->push("chat.message", 1s);
        CHECK_FALSE(none);
        const Result<std::string> history =
            co_await second->call("chat.history", R"({"channel":"room:lobby","limit":2,"before":5})");
        REQUIRE(history);
        const auto page = protocol::decode<protocol::ChatHistoryReply>(*history);
        REQUIRE(page->messages.size() == 2);
        CHECK(page->messages[0].text == "word 4");
        for (const char* bad : {R"({"channel":"room:lobby","limit":101})", R"({"channel":"room:lobby","before":-1})",
                                R"({"channel":"dm:p_01HZZZZZZZZZZZZZZZZZZZZZZA:p_01HZZZZZZZZZZZZZZZZZZZZZZB"})"}) {
            const Result<std::string> refused = co_await second->call("chat.history", bad);
            CHECK_FALSE(refused);
        }
    });
}

TEST_CASE("Who has left a channel hears nothing of it, and may say nothing in it", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        for (LiveClient* each : {first.get(), second.get()}) {
            std::string data = channel_of("room:lobby");
            const Result<std::string> joined = co_await each->call("chat.join", std::move(data));
            REQUIRE(joined);
        }
        std::string data = channel_of("room:lobby");
        const Result<std::string> left = co_await second->call("chat.leave", std::move(data));
        CHECK(left);
        data = said("room:lobby", "alone");
        const Result<std::string> sent = co_await first->call("chat.send", std::move(data));
        CHECK(sent);
        std::string text = co_await heard(*first);
        CHECK(text == "ann: alone");
        text = co_await heard(*second, 1s);
        CHECK(text == "nothing");
        data = said("room:lobby", "me too");
        const Result<std::string> late = co_await second->call("chat.send", std::move(data));
        CHECK_FALSE(late);
        CHECK(second->error_text == "chat.not_joined");
    });
}

TEST_CASE("A direct message reaches both players only, and nobody who is blocked", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto outside = co_await world.signed_in(eve);
        std::string data = said("dm:" + bob.id.value, "hello bob");
        const Result<std::string> sent = co_await first->call("chat.send", std::move(data));
        REQUIRE(sent);
        const Result<Push> push = co_await second->push("chat.message", 5s);
        REQUIRE(push);
        CHECK(protocol::decode<protocol::ChatEntry>(push->data)->text == "hello bob");
        const Result<Push> echo = co_await first->push("chat.message", 5s);
        CHECK(echo);
        const auto channel = protocol::decode<protocol::ChatEntry>(push->data)->channel;
        data = said(channel, "let me in");
        (void)co_await outside->call("chat.send", std::move(data));
        std::string why = co_await refusal(*outside);
        CHECK(why == "chat.not_a_member");
        const Result<void> blocked = co_await world.block(bob.id, ann.id);
        REQUIRE(blocked);
        data = said("dm:" + bob.id.value, "again");
        (void)co_await first->call("chat.send", std::move(data));
        why = co_await refusal(*first);
        CHECK(why == "chat.blocked");
        const Result<Push> none = co_await second->push("chat.message", 1s);
        CHECK_FALSE(none);
    });
}

TEST_CASE("Match chat is for the two seats: both hear it, a third is no member", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        auto outside = co_await world.signed_in(eve);
        std::string data = World::queue(ann);
        (void)co_await first->call("match.queue", std::move(data));
        data = World::queue(bob);
        (void)co_await second->call("match.queue", std::move(data));
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        const std::string channel = "match:" + protocol::decode<protocol::MatchFound>(found->data)->match.value;
        for (const auto& [live, line] :
             {std::pair{first.get(), "ann: good luck"}, std::pair{second.get(), "bob: you too"}}) {
            data = said(channel, std::string(line).substr(5));
            const Result<std::string> sent = co_await live->call("chat.send", std::move(data));
            REQUIRE(sent);
            for (LiveClient* listener : {first.get(), second.get()}) {
                const std::string text = co_await heard(*listener);
                CHECK(text == line);
            }
        }
        data = said(channel, "let me in");
        (void)co_await outside->call("chat.send", std::move(data));
        const std::string why = co_await refusal(*outside);
        CHECK(why == "chat.not_a_member");
        data = channel_of(channel);
        const Result<std::string> joined = co_await outside->call("chat.join", std::move(data));
        CHECK_FALSE(joined);
        CHECK(outside->error_text == "chat.not_a_member");
        data = channel_of(channel);
        const Result<std::string> history = co_await outside->call("chat.history", std::move(data));
        CHECK_FALSE(history);
        CHECK(outside->error_text == "chat.not_a_member");
        data = said("match:" + world.id<MatchId>().value, "anybody?");
        (void)co_await first->call("chat.send", std::move(data));
        const std::string nowhere = co_await refusal(*first);
        CHECK(nowhere == "chat.no_such_channel");
        for (LiveClient* listener : {first.get(), second.get(), outside.get()}) {
            const std::string text = co_await heard(*listener, 1s);
            CHECK(text == "nothing");
        }
    });
}

TEST_CASE("Match chat goes on for a while after the match, then can only be read", "[chat]")
{
    WorldOptions options;
    options.chat.match_talk = 60s;
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        (void)co_await first->call("match.queue", std::move(data));
        data = World::queue(bob);
        (void)co_await second->call("match.queue", std::move(data));
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        const MatchId match = protocol::decode<protocol::MatchFound>(found->data)->match;
        const std::string channel = "match:" + match.value;
        MessageId last;
        for (const Millis until : {Millis{0}, world.allocator->play_time + 20s}) { // under way, and just over
            co_await world.clock.sleep_until(world.clock.after(until));
            data = said(channel, "well played");
            (void)co_await first->call("chat.send", std::move(data));
            const Result<Push> heard_of = co_await second->push("chat.message", 5s);
            REQUIRE(heard_of);
            last = protocol::decode<protocol::ChatEntry>(heard_of->data)->message;
        }
        CHECK(world.allocator->ended.contains(match));
        co_await world.clock.sleep_until(world.clock.after(60s));
        data = said(channel, "rematch?");
        (void)co_await second->call("chat.send", std::move(data));
        const std::string why = co_await refusal(*second);
        CHECK(why == "chat.closed");
        const protocol::ChatEditRequest edit{channel, last, "well, played"};
        data = protocol::encode(edit);
        const Result<std::string> edited = co_await first->call("chat.edit", std::move(data));
        CHECK_FALSE(edited);
        CHECK(first->error_text == "chat.closed");
        const protocol::ChatDeleteRequest gone{channel, last};
        data = protocol::encode(gone);
        const Result<std::string> taken_back = co_await first->call("chat.delete", std::move(data));
        CHECK(taken_back);
        data = channel_of(channel);
        const Result<std::string> history = co_await second->call("chat.history", std::move(data));
        REQUIRE(history);
        CHECK(protocol::decode<protocol::ChatHistoryReply>(*history)->messages.size() == 2);
    });
}

TEST_CASE("Neither a mute nor a block is lifted by a match", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = World::queue(ann);
        (void)co_await first->call("match.queue", std::move(data));
        data = World::queue(bob);
        (void)co_await second->call("match.queue", std::move(data));
        const Result<Push> found = co_await first->push("match.found", 10s);
        REQUIRE(found);
        const std::string channel = "match:" + protocol::decode<protocol::MatchFound>(found->data)->match.value;
        Sanction mute{ann.id, "mute", "chat", "flood", world.clock.now(), world.clock.now() + 1h, "op", AuditId{"a_1"}};
        std::vector<OutboxEvent> untold;
        Imposing imposing{std::move(mute)};
        const Result<void> muted =
            co_await world.accounts->sanction(std::move(imposing), std::move(untold), world.soon());
        REQUIRE(muted);
        data = said(channel, "but");
        (void)co_await first->call("chat.send", std::move(data));
        std::string why = co_await refusal(*first);
        CHECK(why == "chat.muted");
        const Result<void> blocked = co_await world.block(ann.id, bob.id);
        REQUIRE(blocked);
        data = said(channel, "what?");
        (void)co_await second->call("chat.send", std::move(data));
        why = co_await refusal(*second);
        CHECK(why == "chat.blocked");
        const std::string text = co_await heard(*first, 1s);
        CHECK(text == "nothing");
    });
}

TEST_CASE("An insult is masked on its way and in what is kept, as configured or out of the box", "[chat]")
{
    struct Row {
        bool as_shipped;
        const char *said, *heard;
    };
    for (const Row& row : {Row{true, "you D1CKHEAD, well played", "ann: you ********, well played"},
                           Row{true, "my slug ate your cassava", "ann: my slug ate your cassava"},
                           Row{false, "my 5lug, dickhead", "ann: my ****, dickhead"}}) {
        WorldOptions options;
        if (!row.as_shipped) options.chat.filter = {"slug"};
        World world(std::move(options));
        world.start();
        const Player ann = world.new_player("ann"), bob = world.new_player("bob");
        world.play([&]() -> Task<void> {
            auto first = co_await world.signed_in(ann);
            auto second = co_await world.signed_in(bob);
            std::string data = said("dm:" + bob.id.value, row.said);
            const Result<std::string> sent = co_await first->call("chat.send", std::move(data));
            REQUIRE(sent);
            for (LiveClient* listener : {first.get(), second.get()}) {
                const std::string text = co_await heard(*listener);
                CHECK(text == row.heard);
            }
            data = channel_of("dm:" + bob.id.value);
            const Result<std::string> history = co_await first->call("chat.history", std::move(data));
            REQUIRE(history);
            const auto page = protocol::decode<protocol::ChatHistoryReply>(*history);
            REQUIRE(page->messages.size() == 1);
            CHECK("ann: " + page->messages[0].text == row.heard);
        });
    }
}

TEST_CASE("Muted, too fast and unprintable messages are refused to the sender alone", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        std::string data = said("dm:" + bob.id.value, "\x1b[2Jhello");
        (void)co_await first->call("chat.send", std::move(data));
        std::string why = co_await refusal(*first);
        CHECK(why == "chat.bad_text");
        for (int i = 0; i < 8; ++i) {
            data = said("dm:" + bob.id.value, "fast");
            (void)co_await first->call("chat.send", std::move(data));
        }
        why = co_await refusal(*first);
        CHECK(why == "chat.too_fast");
        (void)co_await world.clock.sleep_until(world.clock.after(20s));
        Sanction mute;
        mute.player = ann.id;
        mute.kind = "mute";
        mute.scope = "chat";
        mute.since = world.clock.now();
        mute.until = world.clock.now() + 1h;
        mute.audit = world.id<AuditId>();
        std::vector<OutboxEvent> none;
        Imposing imposing{std::move(mute)};
        const Result<void> done = co_await world.accounts->sanction(std::move(imposing), std::move(none), world.soon());
        REQUIRE(done);
        first->pushes.clear();
        data = said("dm:" + bob.id.value, "mm");
        (void)co_await first->call("chat.send", std::move(data));
        for (why = "chat.too_fast"; why == "chat.too_fast";) why = co_await refusal(*first);
        CHECK(why == "chat.muted");
    });
}

TEST_CASE("An acknowledged message waits for a store that is away, however long", "[chat]")
{
    AwayStore away(60);
    WorldOptions options;
    options.chat_port = [&](ChatStore& inner) -> ChatStore& { return away.before(inner); };
    World world(std::move(options));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        for (const char* text : {"one", "two"}) {
            std::string data = said("dm:" + bob.id.value, text);
            const Result<std::string> sent = co_await first->call("chat.send", std::move(data));
            REQUIRE(sent);
        }
        for (const char* text : {"one", "two"}) {
            const Result<Push> push = co_await second->push("chat.message", 420s);
            REQUIRE(push);
            CHECK(protocol::decode<protocol::ChatEntry>(push->data)->text == text);
        }
    });
}

TEST_CASE("Messages that come again after they were posted are neither refused nor posted twice", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    const auto count = [](const std::vector<StoredEvent>& events, std::string_view type) {
        return std::count_if(events.begin(), events.end(),
                             [&](const StoredEvent& stored) { return stored.event.type == type; });
    };
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        for (int i = 0; i < 12; ++i) {
            std::string data = said("dm:" + bob.id.value, "word");
            (void)co_await first->call("chat.send", std::move(data));
            (void)co_await world.clock.sleep_until(world.clock.after(2s));
        }
        const std::string topic(protocol::topic::chat);
        const auto before = co_await world.events->read(topic, "", 0, 1'000, world.soon());
        REQUIRE(before);
        REQUIRE(count(*before, protocol::event_type::chat_posted) == 12);
        std::vector<Event> again;
        for (const StoredEvent& stored : *before) {
            if (stored.event.type != protocol::event_type::chat_submitted) continue;
            again.push_back(stored.event);
            again.back().id = world.id<EventId>();
        }
        CHECK(again.size() == 12);
        const Result<void> appended = co_await world.events->append(topic, std::move(again), world.soon());
        REQUIRE(appended);
        (void)co_await world.clock.sleep_until(world.clock.after(500ms));
        std::string data = said("dm:" + bob.id.value, "a new one");
        (void)co_await first->call("chat.send", std::move(data));
        (void)co_await world.clock.sleep_until(world.clock.after(5s));
        const auto after = co_await world.events->read(topic, "", 0, 1'000, world.soon());
        REQUIRE(after);
        CHECK(count(*after, protocol::event_type::chat_submitted) == 25);
        CHECK(count(*after, protocol::event_type::chat_posted) == 13);
        CHECK(count(*after, protocol::event_type::chat_refused) == 0);
    });
}

TEST_CASE("Messages that come again after they were refused are neither posted nor refused twice", "[chat]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    const auto count = [](const std::vector<StoredEvent>& events, std::string_view type) {
        return std::count_if(events.begin(), events.end(),
                             [&](const StoredEvent& stored) { return stored.event.type == type; });
    };
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        for (int i = 0; i < 8; ++i) {
            std::string data = said("dm:" + bob.id.value, "fast");
            (void)co_await first->call("chat.send", std::move(data));
        }
        const std::string why = co_await refusal(*first);
        CHECK(why == "chat.too_fast");
        (void)co_await world.clock.sleep_until(world.clock.after(20s)); // the flood is over
        const std::string topic(protocol::topic::chat);
        const auto before = co_await world.events->read(topic, "", 0, 1'000, world.soon());
        REQUIRE(before);
        const auto posted = count(*before, protocol::event_type::chat_posted);
        const auto refused = count(*before, protocol::event_type::chat_refused);
        CHECK(posted + refused == 8);
        REQUIRE(refused > 0);
        std::vector<Event> again;
        for (const StoredEvent& stored : *before) {
            if (stored.event.type != protocol::event_type::chat_submitted) continue;
            again.push_back(stored.event);
            again.back().id = world.id<EventId>();
        }
        const Result<void> appended = co_await world.events->append(topic, std::move(again), world.soon());
        REQUIRE(appended);
        (void)co_await world.clock.sleep_until(world.clock.after(20s));
        const auto after = co_await world.events->read(topic, "", 0, 1'000, world.soon());
        REQUIRE(after);
        CHECK(count(*after, protocol::event_type::chat_submitted) == 16);
        CHECK(count(*after, protocol::event_type::chat_posted) == posted);
        CHECK(count(*after, protocol::event_type::chat_refused) == refused);
        const std::string text = co_await heard(*first, 1s);
        CHECK(text == "ann: fast");
    });
}
