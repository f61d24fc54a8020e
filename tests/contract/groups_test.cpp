// The Groups store: co-operatives of farms (harvest-game(7) §7).
#include "common/ports/chat_store.hpp"
#include "common/ports/groups.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/group_errc.hpp"
#include "common/protocol/social_errc.hpp"
#include "tests/contract/support/social.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>

using namespace harvest;
using namespace harvest::test;
using protocol::GroupErrc;
using protocol::GroupRole;
using protocol::SocialErrc;

namespace {

// What a player does; each a transaction of its own, in the order of time.
template <class Stores>
class Village {
public:
    explicit Village(Stores& stores) : stores_(stores) {}

    GroupOrder order(const PlayerId& player, const PlayerId& other = {}, const GroupId& group = {})
    {
        GroupOrder order;
        static_cast<SocialOrder&>(order) = order_of(stores_, player, other);
        order.at = noon + Millis{++acts_};
        order.group = group;
        return order;
    }
    Result<Group> found(const PlayerId& player, const std::string& name, bool open = true)
    {
        Group group;
        group.id = stores_.template id<GroupId>();
        group.name = name;
        group.about = "we grow";
        group.open = open;
        return get(stores_->groups.found(group, order(player), stores_.soon()));
    }
    Result<Group> join(const PlayerId& player, const GroupId& group)
    {
        return get(stores_->groups.join(order(player, {}, group), stores_.soon()));
    }
    Result<void> leave(const PlayerId& player) { return get(stores_->groups.leave(order(player), stores_.soon())); }
    Result<void> remove(const PlayerId& player, const PlayerId& other)
    {
        return get(stores_->groups.remove(order(player, other), stores_.soon()));
    }
    Result<void> give(const PlayerId& player, const PlayerId& other, GroupRole role)
    {
        return get(stores_->groups.set_role(order(player, other), role, stores_.soon()));
    }
    Result<std::optional<Notification>> invite(const PlayerId& player, const PlayerId& other)
    {
        return get(stores_->groups.invite(order(player, other), stores_.soon()));
    }
    Result<ChatMessage> say(const PlayerId& player, const GroupId& group, std::vector<PlayerId> readers)
    {
        ChatMessage message;
        message.id = stores_.template id<MessageId>();
        message.channel = "group:" + group.value;
        message.author = player;
        message.at = noon;
        const OutboxEvent event = event_of(stores_, "harvest.chat", message.channel, "{}");
        return get(stores_->chat.post(
            message, std::move(readers), [event](const ChatMessage&) { return event; }, stores_.soon()));
    }
    std::size_t unread(const PlayerId& player) { return get(stores_->chat.unread(player, 10, stores_.soon()))->size(); }
    Result<Group> of(const PlayerId& player) { return get(stores_->groups.of(player, stores_.soon())); }
    std::vector<GroupInvite> invites(const PlayerId& player)
    {
        return get(stores_->groups.invites(player, stores_.soon())).value();
    }
    std::map<PlayerId, GroupRole> roles(const GroupId& group)
    {
        std::map<PlayerId, GroupRole> roles;
        for (const RosterEntry& member : get(stores_->groups.members(group, stores_.soon())).value())
            roles[member.player] = member.role;
        return roles;
    }

private:
    Stores& stores_;
    std::int64_t acts_{};
};

} // namespace

TEMPLATE_TEST_CASE("A player founds a group, others join it, and each is in one at most", "[groups]", HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), eve = person(stores, "Eve");
    CHECK(village.of(ada).error() == GroupErrc::not_a_member);
    const Result<Group> made = village.found(ada, "Green Thumbs");
    REQUIRE(made);
    CHECK(made->members == 1);
    CHECK(made->open);
    CHECK(village.found(ada, "Another").error() == GroupErrc::already_in_one);
    CHECK(village.found(bob, "GREEN thumbs").error() == GroupErrc::name_taken);
    CHECK(village.join(bob, stores.template id<GroupId>()).error() == GroupErrc::no_such_group);
    REQUIRE(village.join(bob, made->id));
    CHECK(village.join(bob, made->id).error() == GroupErrc::already_in_one);
    CHECK(village.of(bob)->id == made->id);
    CHECK(get(stores->groups.get(made->id, stores.soon()))->members == 2);
    CHECK(village.roles(made->id) == std::map<PlayerId, GroupRole>{{ada, GroupRole::leader}, {bob, GroupRole::member}});
    stores.reopen();
    CHECK(get(stores->groups.members(made->id, stores.soon()))->front().name == "Ada");
    CHECK(events_of(stores) ==
          Events{{"harvest.user.group.joined.v1", ada.value}, {"harvest.user.group.joined.v1", bob.value}});
    CHECK(get(stores->groups.members(stores.template id<GroupId>(), stores.soon()))->empty());
}

TEMPLATE_TEST_CASE("Groups are found by the beginning of their name, page by page", "[groups]", HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    for (const char* name : {"Barley", "barn owls", "Bards", "Zinnia"})
        REQUIRE(village.found(person(stores, std::string("Founder of ") + name), name));
    GroupFilter filter;
    filter.name_prefix = "BAR";
    filter.limit = 2;
    const auto first = get(stores->groups.find(filter, stores.soon()));
    REQUIRE(first->size() == 2);
    CHECK((*first)[0].name == "Bards");
    CHECK((*first)[1].name == "Barley");
    filter.after = (*first)[1].name;
    const auto second = get(stores->groups.find(filter, stores.soon()));
    REQUIRE(second->size() == 1);
    CHECK((*second)[0].name == "barn owls");
    CHECK(get(stores->groups.find(GroupFilter{}, stores.soon()))->size() == 4);
}

TEMPLATE_TEST_CASE("A closed group takes whom an elder or the leader has invited", "[groups]", HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), eve = person(stores, "Eve");
    const GroupId group = village.found(ada, "Hedge", false)->id;
    CHECK(village.join(bob, group).error() == GroupErrc::not_invited);
    CHECK(village.invite(bob, eve).error() == GroupErrc::not_a_member);
    CHECK(village.invite(ada, ada).error() == SocialErrc::self);
    CHECK(village.invite(ada, stores.template id<PlayerId>()).error() == SocialErrc::no_such_player);
    const auto told_bob = village.invite(ada, bob);
    REQUIRE(told_bob);
    REQUIRE(*told_bob);
    CHECK((*told_bob)->kind == protocol::notification::group_invited);
    CHECK((*told_bob)->about == ada);
    CHECK_FALSE(*village.invite(ada, bob)); // a repeat tells nothing
    REQUIRE(village.invites(bob).size() == 1);
    CHECK(village.invites(bob)[0].name == "Hedge");
    REQUIRE(village.join(bob, group));
    CHECK(village.invites(bob).empty());
    CHECK(village.invite(ada, bob).error() == GroupErrc::already_a_member);
    CHECK(village.invite(bob, eve).error() == GroupErrc::not_allowed);
    REQUIRE(village.give(ada, bob, GroupRole::elder));
    CHECK(village.invite(bob, eve));
    REQUIRE(get(stores->groups.decline(village.order(eve, {}, group), stores.soon())));
    CHECK(village.invites(eve).empty());
    CHECK(village.join(eve, group).error() == GroupErrc::not_invited);

    GroupChange open;
    open.open = true;
    CHECK(get(stores->groups.change(village.order(bob), open, stores.soon()))->open);
    CHECK(village.join(eve, group));
    GroupChange about;
    about.about = "words";
    CHECK(get(stores->groups.change(village.order(eve), about, stores.soon())).error() == GroupErrc::not_allowed);
}

TEMPLATE_TEST_CASE("An invitation to one who has blocked the inviter is like any that is not answered", "[groups]",
                   HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    REQUIRE(village.found(ada, "Hedge", false));
    REQUIRE(block(stores, bob, ada));
    const auto asked = village.invite(ada, bob);
    REQUIRE(asked);
    CHECK_FALSE(*asked);
    CHECK(village.invites(bob).empty());
    CHECK(told(stores, bob).items.empty());
    REQUIRE(unblock(stores, bob, ada));
    REQUIRE(block(stores, ada, bob));
    CHECK(village.invite(ada, bob).error() == SocialErrc::blocked);
}

TEMPLATE_TEST_CASE("Whoever leads gives roles, removes members, and is followed when it goes", "[groups]",
                   HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), eve = person(stores, "Eve"),
                   dan = person(stores, "Dan"), out = person(stores, "Out");
    const GroupId group = village.found(ada, "Hedge")->id;
    for (const PlayerId& each : {bob, eve, dan}) REQUIRE(village.join(each, group));
    CHECK(village.give(bob, eve, GroupRole::elder).error() == GroupErrc::not_allowed);
    CHECK(village.give(ada, out, GroupRole::elder).error() == GroupErrc::not_a_member);
    CHECK(village.give(ada, ada, GroupRole::member).error() == GroupErrc::not_allowed);
    REQUIRE(village.give(ada, eve, GroupRole::elder));
    CHECK(village.remove(eve, ada).error() == GroupErrc::not_allowed);
    CHECK(village.remove(bob, dan).error() == GroupErrc::not_allowed);
    REQUIRE(village.remove(eve, dan));
    CHECK(village.of(dan).error() == GroupErrc::not_a_member);
    REQUIRE(village.leave(ada)); // the elder leads, though bob is there longer
    CHECK(village.roles(group) == std::map<PlayerId, GroupRole>{{bob, GroupRole::member}, {eve, GroupRole::leader}});
    REQUIRE(village.give(eve, bob, GroupRole::leader));
    CHECK(village.roles(group) == std::map<PlayerId, GroupRole>{{bob, GroupRole::leader}, {eve, GroupRole::elder}});
    REQUIRE(village.leave(bob));
    REQUIRE(village.leave(eve));
    CHECK(village.leave(eve).error() == GroupErrc::not_a_member);
    CHECK(get(stores->groups.get(group, stores.soon())).error() == GroupErrc::no_such_group);
    CHECK(village.found(dan, "Hedge")); // the name is free again
}

TEMPLATE_TEST_CASE("What is said or read while its player leaves a group keeps the player from no later group",
                   "[groups]", HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const GroupId group = village.found(ada, "Hedge")->id;
    const std::string channel = "group:" + group.value;
    REQUIRE(village.join(bob, group));
    REQUIRE(village.say(ada, group, {ada}));
    CHECK(village.unread(bob) == 1);
    REQUIRE(village.leave(bob));
    REQUIRE(village.say(bob, group, {bob})); // it was judged before bob left
    CHECK(get(stores->chat.mark_read(bob, channel, 1, stores.soon()))->read == 0);
    CHECK(village.unread(bob) == 0);
    REQUIRE(village.join(bob, group));
    CHECK(village.unread(bob) == 0); // what was said before one came
    REQUIRE(village.say(ada, group, {ada}));
    CHECK(village.unread(bob) == 1);
    CHECK(get(stores->chat.mark_read(bob, channel, 3, stores.soon()))->read == 3);
    CHECK(village.unread(bob) == 0);
}

TEMPLATE_TEST_CASE("A group is never over its size, without a leader, or with two", "[groups]", HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    std::mt19937_64 chance(7);
    std::vector<PlayerId> people;
    for (int i = 0; i < 8; ++i) people.push_back(person(stores, "Farmer " + std::to_string(i)));
    const auto anybody = [&]() -> const PlayerId& { return people[chance() % people.size()]; };
    std::vector<GroupId> groups;
    for (int step = 0; step < 150; ++step) {
        const PlayerId& player = anybody();
        switch (chance() % 5) {
        case 0:
            if (const auto made = village.found(player, "Group " + std::to_string(step))) groups.push_back(made->id);
            break;
        case 1:
        case 2:
            if (!groups.empty()) (void)village.join(player, groups[chance() % groups.size()]);
            break;
        case 3:
            (void)village.give(player, anybody(), static_cast<GroupRole>(chance() % 3));
            break;
        default:
            (void)(chance() % 2 == 0 ? village.leave(player) : village.remove(player, anybody()));
        }
        if (step % 10 != 9) continue;
        for (const GroupId& group : groups) {
            const auto roles = village.roles(group);
            const auto leaders = std::count_if(roles.begin(), roles.end(),
                                               [](const auto& each) { return each.second == GroupRole::leader; });
            CHECK(leaders == (roles.empty() ? 0 : 1));
            const bool there = get(stores->groups.get(group, stores.soon())).has_value();
            CHECK(there == !roles.empty());
        }
    }
    CHECK(groups.size() > 3);
}

TEMPLATE_TEST_CASE("A full group takes nobody more", "[groups]", HARVEST_STORES)
{
    TestType stores;
    Village<TestType> village(stores);
    const PlayerId ada = person(stores, "Ada");
    const GroupId group = village.found(ada, "Crowd")->id;
    for (std::int64_t i = 1; i < group_members_at_most; ++i)
        REQUIRE(village.join(person(stores, "Farmer " + std::to_string(i)), group));
    const PlayerId late = person(stores, "Late");
    CHECK(village.join(late, group).error() == GroupErrc::full);
    CHECK(village.invite(ada, late).error() == GroupErrc::full);
}
