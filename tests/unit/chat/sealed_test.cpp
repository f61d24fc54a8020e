// What the event log has of chat: sealed under the authors' keys, and nothing once those are gone.
#include "common/protocol/chat_events.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/chat_seal.hpp"
#include "tests/support/catch_result.hpp"
#include "tests/support/world.hpp"

#include <stdexcept>

using namespace harvest;
using namespace harvest::test;

namespace {

// Keys that count how often they are asked for, and are away as long as they are told to be.
class WatchedKeys final : public PlayerKeys {
public:
    PlayerKeys& before(PlayerKeys& inner)
    {
        inner_ = &inner;
        return *this;
    }
    AsyncResult<std::shared_ptr<Sealer>> get(PlayerId player, Deadline by) override
    {
        ++asked;
        if (away) co_return Errc::unavailable;
        if (foreign) co_return Errc::failed_precondition;
        co_return co_await inner_->get(std::move(player), by);
    }
    int asked = 0;
    bool away = false, foreign = false;

private:
    PlayerKeys* inner_{};
};

WorldOptions with_keys(WatchedKeys& keys, int connsrvs = 1)
{
    WorldOptions options;
    options.connsrvs = connsrvs;
    options.keys_port = [&keys](PlayerKeys& inner) -> PlayerKeys& { return keys.before(inner); };
    return options;
}

Task<MessageId> utter(LiveClient& live, std::string channel, std::string text)
{
    const protocol::ChatSendRequest request{std::move(channel), std::move(text)};
    std::string data = protocol::encode(request);
    const Result<std::string> sent = co_await live.call("chat.send", std::move(data));
    CHECK(sent);
    if (!sent) co_return MessageId{};
    co_return protocol::decode<protocol::ChatSendReply>(*sent)->message;
}

// What is heard next, "author: text", or "nothing".
Task<std::string> overheard(LiveClient& live, Millis within = 5s)
{
    const Result<Push> push = co_await live.push("chat.message", within);
    if (!push) co_return "nothing";
    const auto entry = protocol::decode<protocol::ChatEntry>(push->data);
    co_return entry->name + ": " + entry->text;
}

Task<void> enter(LiveClient& live, std::string channel)
{
    const protocol::ChatChannelRequest request{std::move(channel)};
    std::string data = protocol::encode(request);
    const Result<std::string> joined = co_await live.call("chat.join", std::move(data));
    CHECK(joined);
}

// All that the table of events has, every column of every row.
std::string whole_log(World& world)
{
    std::string all;
    const Result<void> read = world.database->read_now([&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute("SELECT * FROM events");
        if (!rows) return rows.error();
        all.clear();
        for (const sql::Row& row : *rows)
            for (std::size_t column = 0; column < 12; ++column) {
                try {
                    all += row.text(column) + '\n';
                    const Bytes& bytes = row.blob(column);
                    all.append(bytes.begin(), bytes.end());
                }
                catch (const std::out_of_range&) {
                    break;
                }
            }
        return {};
    });
    REQUIRE(read);
    return all;
}

bool has(const std::string& text, std::string_view word)
{
    return text.find(word) != std::string::npos;
}

AsyncResult<std::vector<StoredEvent>> chat_log(World& world)
{
    return world.events->read(std::string(protocol::topic::chat), "", 0, 1'000, world.soon());
}

Task<void> erase(World& world, const Player& player)
{
    Erasure erasure;
    erasure.player = player.id;
    erasure.at = world.clock.now();
    erasure.first_event = world.id<EventId>();
    erasure.first_transfer = world.id<TransferId>();
    erasure.source = "test";
    const Result<void> gone = co_await world.personal->erase(std::move(erasure), world.soon());
    CHECK(gone);
    (void)co_await world.clock.sleep_until(world.clock.after(1s)); // the daemons hear of it
}

Event event_of(World& world, std::string_view type, std::string channel, std::string data)
{
    Event event;
    event.id = world.id<EventId>();
    event.type = type;
    event.source = "test";
    event.subject = std::move(channel);
    event.time = world.clock.now();
    event.data = std::move(data);
    return event;
}

Task<void> append(World& world, Event event)
{
    std::vector<Event> events;
    events.push_back(std::move(event));
    const Result<void> kept =
        co_await world.events->append(std::string(protocol::topic::chat), std::move(events), world.soon());
    CHECK(kept);
}

// A message of the author's as a connection server puts it into the log.
Task<Event> submitted(World& world, const Player& author, std::string text)
{
    protocol::ChatSubmitted said;
    said.message = world.id<MessageId>();
    said.channel = "room:lobby";
    said.author = author.id;
    ChatSeal elsewhere(*world.keys, world.clock);
    protocol::ChatWords words{author.name, std::move(text)};
    Result<std::string> sealed = co_await elsewhere.close(author.id, said.message, std::move(words), world.soon());
    if (!sealed) throw std::runtime_error("not sealed");
    said.sealed = std::move(*sealed);
    co_return event_of(world, protocol::event_type::chat_submitted, said.channel, protocol::encode(said));
}

} // namespace

TEST_CASE("The event log tells neither what was said nor who is called what, and its readers do", "[chat][sealed]")
{
    World world;
    world.start();
    const Player ann = world.new_player("annabel"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        const std::string channel = "dm:" + bob.id.value;
        const MessageId message = co_await utter(*first, channel, "xylophone");
        std::string text = co_await overheard(*second);
        CHECK(text == "annabel: xylophone");
        const protocol::ChatEditRequest change{channel, message, "zeppelin"};
        std::string data = protocol::encode(change);
        const Result<std::string> done = co_await first->call("chat.edit", std::move(data));
        CHECK(done);
        const Result<Push> edited = co_await second->push("chat.edited", 5s);
        REQUIRE(edited);
        const auto edit = protocol::decode<protocol::ChatEdit>(edited->data);
        CHECK(edit->text == "zeppelin");
        CHECK(edit->name == "annabel");
        CHECK_FALSE(edit->edited_at.empty());

        const std::string all = whole_log(world);
        CHECK(has(all, message.value)); // it is there
        CHECK(has(all, protocol::event_type::chat_submitted));
        CHECK(has(all, protocol::event_type::chat_posted));
        CHECK(has(all, protocol::event_type::chat_edited));
        for (const std::string_view word : {"xylophone", "zeppelin", "annabel"}) CHECK_FALSE(has(all, word));
    });
}

TEST_CASE("Nobody reads the event log of chat any more once its author's account is deleted", "[chat][sealed]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann);
        auto second = co_await world.signed_in(bob);
        co_await enter(*first, "room:lobby");
        co_await enter(*second, "room:lobby");
        (void)co_await utter(*first, "room:lobby", "xylophone");
        std::string text = co_await overheard(*second);
        CHECK(text == "ann: xylophone");
        (void)co_await utter(*second, "room:lobby", "well played");
        text = co_await overheard(*second);
        CHECK(text == "bob: well played");

        const auto readable = [&]() -> Task<int> {
            int count = 0;
            const auto log = co_await chat_log(world);
            for (const StoredEvent& stored : *log) {
                if (!protocol::is_chat_posted(stored.event.type)) continue;
                const auto posted = protocol::read_chat_posted(stored.event.type, stored.event.data);
                ChatSeal fresh(*world.keys, world.clock);
                const auto words = co_await fresh.open(posted->author, posted->message, posted->sealed, world.soon());
                REQUIRE(words);
                if (!words->text.empty()) ++count;
            }
            co_return count;
        };
        int count = co_await readable();
        CHECK(count == 2);
        const auto before = co_await chat_log(world);
        REQUIRE(before);
        co_await erase(world, ann);
        count = co_await readable();
        CHECK(count == 1);
        const auto gone = co_await world.keys->get(ann.id, world.soon());
        CHECK(gone.error() == Errc::not_found);

        // The same events again, as after a restore or a redrive: neither daemon stumbles over them.
        second->pushes.clear();
        for (const StoredEvent& stored : *before) {
            Event again = stored.event;
            again.id = world.id<EventId>();
            co_await append(world, std::move(again));
        }
        text = co_await overheard(*second);
        CHECK(text == "bob: well played"); // that was posted before
        (void)co_await utter(*second, "room:lobby", "still here");
        text = co_await overheard(*second);
        CHECK(text == "bob: still here");
        const auto kept = co_await world.chat_store->history("room:lobby", 0, 10, world.soon());
        REQUIRE(kept);
        CHECK(kept->size() == 2);
    });
}

TEST_CASE("Events of an old log, with their words in clear, are read", "[chat][sealed]")
{
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto second = co_await world.signed_in(bob);
        co_await enter(*second, "room:lobby");
        const protocol::ChatSubmittedV1 said{world.id<MessageId>(), "room:lobby", ann.id, "ann", "of old"};
        Event event = event_of(world, protocol::event_type::chat_submitted_v1, "room:lobby", protocol::encode(said));
        co_await append(world, std::move(event));
        std::string text = co_await overheard(*second);
        CHECK(text == "ann: of old");
        protocol::ChatPostedV1 posted;
        posted.message = world.id<MessageId>();
        posted.channel = "room:lobby";
        posted.number = 7;
        posted.author = ann.id;
        posted.name = "ann";
        posted.text = "posted of old";
        posted.at = to_rfc3339(world.clock.now());
        event = event_of(world, protocol::event_type::chat_posted_v1, "room:lobby", protocol::encode(posted));
        co_await append(world, std::move(event));
        text = co_await overheard(*second);
        CHECK(text == "ann: posted of old");
        protocol::ChatEditedV1 edited;
        static_cast<protocol::ChatEntry&>(edited) = posted;
        edited.text = "edited of old";
        edited.edited_at = posted.at;
        event = event_of(world, protocol::event_type::chat_edited_v1, "room:lobby", protocol::encode(edited));
        co_await append(world, std::move(event));
        const Result<Push> push = co_await second->push("chat.edited", 5s);
        REQUIRE(push);
        CHECK(protocol::decode<protocol::ChatEdit>(push->data)->text == "edited of old");
        const std::string all = whole_log(world);
        CHECK(has(all, "of old")); // until its time is over
    });
}

TEST_CASE("Keys are asked for once by each who needs them, however many hear", "[chat][sealed]")
{
    WatchedKeys keys;
    World world(with_keys(keys, 3));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob"), eve = world.new_player("eve");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann, "desktop", 0);
        auto second = co_await world.signed_in(bob, "desktop", 0);
        auto third = co_await world.signed_in(eve, "desktop", 1);
        for (LiveClient* each : {first.get(), second.get(), third.get()}) co_await enter(*each, "room:lobby");
        for (int i = 0; i < 20; ++i) {
            (void)co_await utter(*first, "room:lobby", "word");
            for (LiveClient* each : {first.get(), second.get(), third.get()}) {
                const std::string text = co_await overheard(*each);
                CHECK(text == "ann: word");
            }
            (void)co_await world.clock.sleep_until(world.clock.after(1s));
        }
        CHECK(keys.asked == 3); // chat and two connection servers; nobody on the third hears
    });
}

TEST_CASE("Chat waits for keys that are away and loses nothing, and a revocation does not wait", "[chat][sealed]")
{
    WatchedKeys keys;
    World world(with_keys(keys, 2));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto first = co_await world.signed_in(ann, "desktop", 0);
        auto phone = co_await world.signed_in(ann, "mobile", 1);
        auto second = co_await world.signed_in(bob, "desktop", 1);
        for (LiveClient* each : {first.get(), second.get()}) co_await enter(*each, "room:lobby");
        keys.away = true;
        const protocol::ChatSendRequest request{"room:lobby", "too early"};
        std::string data = protocol::encode(request);
        const Result<std::string> sent = co_await first->call("chat.send", std::move(data));
        CHECK_FALSE(sent);
        CHECK(first->error_text == "unavailable");

        protocol::ChatPosted posted; // as another connection server and chat have made it
        posted.message = world.id<MessageId>();
        posted.channel = "room:lobby";
        posted.number = 9;
        posted.author = ann.id;
        posted.at = to_rfc3339(world.clock.now());
        ChatSeal elsewhere(*world.keys, world.clock);
        protocol::ChatWords words{"ann", "late"};
        Result<std::string> sealed = co_await elsewhere.close(ann.id, posted.message, std::move(words), world.soon());
        REQUIRE(sealed);
        posted.sealed = std::move(*sealed);
        Event event = event_of(world, protocol::event_type::chat_posted, "room:lobby", protocol::encode(posted));
        co_await append(world, std::move(event));
        std::string text = co_await overheard(*second, 2s);
        CHECK(text == "nothing");
        const protocol::SessionRevoked revoked{ann.id, std::nullopt, "kick"};
        event = event_of(world, protocol::event_type::session_revoked, ann.id.value, protocol::encode(revoked));
        std::vector<Event> events;
        events.push_back(std::move(event));
        const Result<void> told =
            co_await world.events->append(std::string(protocol::topic::user), std::move(events), world.soon());
        REQUIRE(told);
        const bool kicked = co_await phone->closed(1s);
        CHECK(kicked);
        keys.away = false;
        text = co_await overheard(*second);
        CHECK(text == "ann: late");
    });
}

TEST_CASE("A damaged key leaves out its player's messages, and the others' go on", "[chat][sealed]")
{
    const bool cut = GENERATE(true, false); // the box is too short, or has other bytes
    World world;
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto second = co_await world.signed_in(bob);
        co_await enter(*second, "room:lobby");
        Event lost = co_await submitted(world, ann, "lost");
        Event heard = co_await submitted(world, bob, "still here");
        sql::Work<std::int64_t> damage = [&](sql::Connection& connection) {
            const Bytes box(cut ? 12 : 60, 7);
            return sql::change(connection, "UPDATE player_keys SET box = $2 WHERE player = $1",
                               {ann.id.value, ByteView(box)});
        };
        const Result<std::int64_t> damaged =
            co_await sql::write<std::int64_t>(*world.database, std::move(damage), world.soon());
        CHECK(damaged == 1);
        co_await append(world, std::move(lost));
        co_await append(world, std::move(heard));
        const std::string text = co_await overheard(*second, 10s);
        CHECK(text == "bob: still here");
    });
}

TEST_CASE("Under another installation's key chat waits until that is set right, and loses nothing", "[chat][sealed]")
{
    WatchedKeys keys;
    World world(with_keys(keys));
    world.start();
    const Player ann = world.new_player("ann"), bob = world.new_player("bob");
    world.play([&]() -> Task<void> {
        auto second = co_await world.signed_in(bob);
        co_await enter(*second, "room:lobby");
        keys.foreign = true;
        Event early = co_await submitted(world, ann, "early");
        co_await append(world, std::move(early));
        std::string text = co_await overheard(*second, 60s);
        CHECK(text == "nothing");
        keys.foreign = false;
        text = co_await overheard(*second, 20s);
        CHECK(text == "ann: early");
    });
}
