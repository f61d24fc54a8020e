// The Social store: friends, requests, blocks and notifications (harvest-game(7) §7).
#include "common/ports/social.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/social_errc.hpp"
#include "tests/contract/support/social.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace harvest;
using namespace harvest::test;
using protocol::FriendState;
using protocol::SocialErrc;
namespace event_type = protocol::event_type;
namespace notification = protocol::notification;

namespace {

template <class Stores>
std::vector<std::string> kinds(Stores& stores, const PlayerId& player)
{
    std::vector<std::string> all;
    for (const Notification& each : told(stores, player).items) all.push_back(each.kind);
    return all;
}

using Kinds = std::vector<std::string>;

} // namespace

TEMPLATE_TEST_CASE("A request is seen by both, and accepted it is a friendship", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const Result<FriendChange> asked = ask(stores, ada, bob);
    REQUIRE(asked);
    CHECK(asked->tie.player == bob);
    CHECK(asked->tie.name == "Bob");
    CHECK(asked->tie.state == FriendState::outgoing);
    REQUIRE(asked->told);
    CHECK(asked->told->number == 1);
    CHECK(asked->told->kind == notification::friend_requested);
    CHECK(asked->told->about == ada);
    CHECK(asked->told->name == "Ada");
    CHECK(standing(stores, ada, bob) == FriendState::outgoing);
    CHECK(standing(stores, bob, ada) == FriendState::incoming);
    CHECK(ask(stores, ada, bob).error() == SocialErrc::already_asked);
    CHECK(accept(stores, ada, bob).error() == SocialErrc::no_request);

    const Result<FriendChange> accepted = accept(stores, bob, ada);
    REQUIRE(accepted);
    CHECK(accepted->tie.state == FriendState::friends);
    CHECK(accepted->tie.name == "Ada");
    REQUIRE(accepted->told);
    CHECK(accepted->told->kind == notification::friend_accepted);
    CHECK(accepted->told->about == bob);
    CHECK(standing(stores, ada, bob) == FriendState::friends);
    CHECK(standing(stores, bob, ada) == FriendState::friends);
    CHECK(ask(stores, ada, bob).error() == SocialErrc::already_friends);
    const Result<FriendChange> again = accept(stores, bob, ada);
    REQUIRE(again);
    CHECK_FALSE(again->told);
    CHECK(again->tie.since == accepted->tie.since);
    CHECK(kinds(stores, ada) == Kinds{"friend_accepted"});
    CHECK(kinds(stores, bob) == Kinds{"friend_requested"});
    CHECK(events_of(stores) == Events{{std::string(event_type::friend_requested), ada.value},
                                      {std::string(event_type::friend_accepted), bob.value}});
    stores.reopen();
    CHECK(standing(stores, ada, bob) == FriendState::friends);
    CHECK(kinds(stores, ada) == Kinds{"friend_accepted"});
}

TEMPLATE_TEST_CASE("Who asks back is a friend", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    REQUIRE(ask(stores, ada, bob));
    const Result<FriendChange> crossed = ask(stores, bob, ada);
    REQUIRE(crossed);
    CHECK(crossed->tie.state == FriendState::friends);
    CHECK(standing(stores, ada, bob) == FriendState::friends);
    CHECK(kinds(stores, ada) == Kinds{"friend_accepted"});
}

TEMPLATE_TEST_CASE("Requests that make no sense have a code each and change nothing", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), nobody = stores.template id<PlayerId>();
    CHECK(ask(stores, ada, ada).error() == SocialErrc::self);
    CHECK(ask(stores, ada, nobody).error() == SocialErrc::no_such_player);
    CHECK(accept(stores, ada, nobody).error() == SocialErrc::no_such_player);
    CHECK(accept(stores, ada, bob).error() == SocialErrc::no_request);
    CHECK(block(stores, ada, ada).error() == SocialErrc::self);
    CHECK(block(stores, ada, nobody).error() == SocialErrc::no_such_player);
    CHECK(part(stores, ada, bob));
    CHECK(part(stores, ada, nobody));
    CHECK(unblock(stores, ada, bob));
    REQUIRE(block(stores, ada, bob));
    CHECK(ask(stores, ada, bob).error() == SocialErrc::blocked);
    CHECK(events_of(stores) == Events{{std::string(event_type::user_blocked), ada.value}});
    CHECK(ties_of(stores, ada).empty());
    CHECK(ties_of(stores, bob).empty());
    CHECK(kinds(stores, bob).empty());
}

TEMPLATE_TEST_CASE("Remove, decline and withdraw end it for both, and can be repeated", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const auto reason = [&] {
        const auto events = get(stores->events.read("harvest.user", "", 0, 100, stores.soon()));
        std::string last;
        EventId newest;
        for (const StoredEvent& stored : *events)
            if (stored.event.type == event_type::friend_removed && newest < stored.event.id) {
                newest = stored.event.id;
                last = protocol::decode<protocol::FriendRemoved>(stored.event.data)->reason;
            }
        return last;
    };
    REQUIRE(ask(stores, ada, bob));
    for (int i = 0; i < 2; ++i) REQUIRE(part(stores, ada, bob));
    CHECK(reason() == "withdrawn");
    CHECK(ties_of(stores, bob).empty());
    CHECK(kinds(stores, bob).empty()); // what is taken back leaves no trace
    REQUIRE(ask(stores, ada, bob));
    for (int i = 0; i < 2; ++i) REQUIRE(part(stores, bob, ada));
    CHECK(reason() == "declined");
    CHECK(ties_of(stores, ada).empty());
    REQUIRE(ask(stores, ada, bob));
    REQUIRE(accept(stores, bob, ada));
    for (int i = 0; i < 2; ++i) REQUIRE(part(stores, ada, bob));
    CHECK(reason() == "removed");
    CHECK(ties_of(stores, ada).empty());
    CHECK(ties_of(stores, bob).empty());
    std::map<std::string, int> count;
    for (const auto& [type, subject] : events_of(stores)) ++count[type];
    CHECK(count[std::string(event_type::friend_removed)] == 3);
}

TEMPLATE_TEST_CASE("A block ends what the two had, and is one-sided and idempotent", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), cid = person(stores, "Cid");
    REQUIRE(ask(stores, ada, bob));
    REQUIRE(accept(stores, bob, ada));
    REQUIRE(ask(stores, cid, ada));
    REQUIRE(ask(stores, bob, cid));
    for (int i = 0; i < 2; ++i) REQUIRE(block(stores, ada, bob));
    CHECK(standing(stores, ada, bob) == std::nullopt);
    CHECK(standing(stores, bob, ada) == std::nullopt);
    CHECK(standing(stores, ada, cid) == FriendState::incoming); // others are not touched
    CHECK(standing(stores, bob, cid) == FriendState::outgoing);
    CHECK(kinds(stores, ada) == Kinds{"friend_requested"}); // bob's acceptance went, cid's request stays
    REQUIRE(block(stores, ada, cid));
    CHECK(ties_of(stores, ada).empty());
    CHECK(standing(stores, cid, ada) == std::nullopt);
    CHECK(get(stores->social.blocks(ada, stores.soon())).value() == std::vector<PlayerId>{bob, cid});
    CHECK(get(stores->social.blocks(bob, stores.soon()))->empty());
    CHECK(get(stores->social.blockers(bob, {ada, cid}, stores.soon())).value() == std::vector<PlayerId>{ada});
    CHECK(get(stores->social.blockers(ada, {bob, cid}, stores.soon()))->empty());
    const auto page = get(stores->social.blocked(ada, PlayerId{}, 1, stores.soon())).value();
    REQUIRE(page.size() == 1);
    CHECK(page[0].name == "Bob");
    CHECK(get(stores->social.blocked(ada, page[0].player, 5, stores.soon()))->at(0).name == "Cid");
    for (int i = 0; i < 2; ++i) REQUIRE(unblock(stores, ada, bob));
    CHECK(get(stores->social.blocks(ada, stores.soon())).value() == std::vector<PlayerId>{cid});
    std::map<std::string, int> count;
    for (const auto& [type, subject] : events_of(stores)) ++count[type];
    CHECK(count[std::string(event_type::user_blocked)] == 2);
    CHECK(count[std::string(event_type::user_unblocked)] == 1);
}

TEMPLATE_TEST_CASE("Who is blocked cannot tell it from a request that nobody answers", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), cid = person(stores, "Cid");
    REQUIRE(block(stores, bob, ada));
    const std::size_t before = events_of(stores).size();
    const Result<FriendChange> unheard = ask(stores, ada, bob), heard = ask(stores, ada, cid);
    REQUIRE(unheard);
    REQUIRE(heard);
    CHECK(unheard->tie.state == heard->tie.state);
    CHECK_FALSE(unheard->told);
    CHECK(standing(stores, ada, bob) == FriendState::outgoing);
    CHECK(standing(stores, bob, ada) == std::nullopt);
    CHECK(kinds(stores, bob).empty());
    CHECK(events_of(stores).size() == before + 1); // of cid's request only
    CHECK(ask(stores, ada, bob).error() == SocialErrc::already_asked);
    CHECK(accept(stores, bob, ada).error() == SocialErrc::no_request);
    CHECK(ask(stores, bob, ada).error() == SocialErrc::blocked);
    REQUIRE(part(stores, ada, bob));
    CHECK(events_of(stores).size() == before + 1);
    CHECK(standing(stores, ada, bob) == std::nullopt);
    // With the block goes what was asked under it, and a new request arrives.
    REQUIRE(ask(stores, ada, bob));
    REQUIRE(unblock(stores, bob, ada));
    CHECK(standing(stores, ada, bob) == std::nullopt);
    REQUIRE(ask(stores, ada, bob));
    CHECK(standing(stores, bob, ada) == FriendState::incoming);
}

TEMPLATE_TEST_CASE("Friends, requests each way and blocks have their bounds", "[social]", SqliteInline, PostgresStores)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    std::vector<PlayerId> crowd;
    for (int i = 0; i < blocks_at_most + 1; ++i) crowd.push_back(person(stores, "c" + std::to_string(i)));
    const auto of = [&](std::int64_t i) { return crowd[static_cast<std::size_t>(i)]; };
    for (std::int64_t i = 0; i < requests_at_most; ++i) {
        REQUIRE(ask(stores, of(i), bob));
        REQUIRE(ask(stores, ada, of(i)));
    }
    CHECK(ask(stores, ada, of(requests_at_most)).error() == SocialErrc::too_many_requests);
    CHECK(ask(stores, of(requests_at_most), bob).error() == SocialErrc::inbox_full);
    // The same answer to whoever is blocked.
    REQUIRE(block(stores, bob, of(150)));
    CHECK(ask(stores, of(150), bob).error() == SocialErrc::inbox_full);
    for (std::int64_t i = 0; i < requests_at_most; ++i) REQUIRE(accept(stores, bob, of(i)));
    CHECK(ask(stores, of(150), bob));
    for (std::int64_t i = requests_at_most; i < friends_at_most - 1; ++i) {
        REQUIRE(ask(stores, of(i + 100), bob));
        REQUIRE(accept(stores, bob, of(i + 100)));
    }
    REQUIRE(ask(stores, of(400), bob));
    REQUIRE(ask(stores, of(401), bob));
    REQUIRE(accept(stores, bob, of(400)));
    CHECK(accept(stores, bob, of(401)).error() == SocialErrc::too_many_friends);
    CHECK(standing(stores, bob, of(401)) == FriendState::incoming);
    CHECK(ask(stores, bob, of(402)).error() == SocialErrc::too_many_friends);
    REQUIRE(part(stores, bob, of(400)));
    REQUIRE(ask(stores, bob, of(403)));
    REQUIRE(accept(stores, bob, of(401)));
    CHECK(accept(stores, of(403), bob).error() == SocialErrc::friends_full);

    TieFilter filter;
    filter.state = FriendState::friends;
    filter.limit = 150;
    const auto first = get(stores->social.ties(bob, filter, stores.soon())).value();
    REQUIRE(first.size() == 150);
    filter.after = first.back().player;
    const auto rest = get(stores->social.ties(bob, filter, stores.soon())).value();
    CHECK(rest.size() == 50);
    CHECK(first.back().player < rest.front().player);

    const PlayerId cid = person(stores, "Cid");
    for (std::int64_t i = 0; i < blocks_at_most; ++i) REQUIRE(block(stores, cid, of(i)));
    CHECK(block(stores, cid, of(blocks_at_most)).error() == SocialErrc::too_many_blocks);
    CHECK(block(stores, cid, of(0))); // again is nothing new
    REQUIRE(unblock(stores, cid, of(0)));
    CHECK(block(stores, cid, of(blocks_at_most)));
}

TEMPLATE_TEST_CASE("Notifications count up, are read up to a number, and the oldest go", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada");
    CHECK(told(stores, ada).unread == 0);
    CHECK(get(stores->social.read_notifications(ada, 7, stores.soon())).value() == 0);
    std::vector<PlayerId> crowd;
    for (int i = 0; i < 70; ++i) {
        crowd.push_back(person(stores, "c" + std::to_string(i)));
        REQUIRE(ask(stores, ada, crowd.back()));
        REQUIRE(accept(stores, crowd.back(), ada));
    }
    NotificationPage page = told(stores, ada);
    REQUIRE(page.items.size() == 70);
    CHECK(page.unread == 70);
    CHECK(page.items.front().number == 70);
    CHECK(page.items.front().name == "c69");
    CHECK_FALSE(page.items.front().read);
    page = get(stores->social.notifications(ada, 70, 3, stores.soon())).value();
    REQUIRE(page.items.size() == 3);
    CHECK(page.items.front().number == 69);
    CHECK(get(stores->social.read_notifications(ada, 30, stores.soon())).value() == 40);
    CHECK(get(stores->social.read_notifications(ada, 10, stores.soon())).value() == 40); // never back
    page = told(stores, ada);
    CHECK_FALSE(page.items[39].read);
    CHECK(page.items[40].read);
    CHECK(get(stores->social.read_notifications(ada, 1'000'000, stores.soon())).value() == 0);
    REQUIRE(part(stores, ada, crowd[0]));
    REQUIRE(ask(stores, ada, crowd[0]));
    REQUIRE(accept(stores, crowd[0], ada));
    CHECK(told(stores, ada).unread == 1); // a mark beyond the last counts to the last
    for (int round = 0; round < 2; ++round)
        for (const PlayerId& other : crowd) {
            REQUIRE(part(stores, ada, other));
            REQUIRE(ask(stores, ada, other));
            REQUIRE(accept(stores, other, ada));
        }
    page = told(stores, ada);
    CHECK(static_cast<std::int64_t>(page.items.size()) == notifications_at_most);
    CHECK(page.items.front().number == 211);
    CHECK(page.items.back().number == 12);
    CHECK(page.unread == 141);
}
