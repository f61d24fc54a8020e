// Players who befriend and block each other, for the suites of the Social store.
#pragma once

#include "common/ports/social.hpp"
#include "tests/contract/support/stores.hpp"

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace harvest::test {

template <class Stores>
PlayerId person(Stores& stores, const std::string& name)
{
    NewAccount fresh;
    fresh.account.id = stores.template id<PlayerId>();
    fresh.account.name = name;
    fresh.account.created_at = noon;
    const PlayerId id = fresh.account.id;
    REQUIRE(get(stores->accounts.create(std::move(fresh), stores.soon())));
    return id;
}

template <class Stores>
SocialOrder order_of(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    SocialOrder order;
    order.player = player;
    order.other = other;
    order.at = noon;
    std::this_thread::sleep_for(2ms); // ids sort by their millisecond: tests tell events' order by it
    order.event = stores.template id<EventId>();
    order.source = "test";
    return order;
}

template <class Stores>
Result<FriendChange> ask(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    return get(stores->social.ask(order_of(stores, player, other), stores.soon()));
}

template <class Stores>
Result<FriendChange> accept(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    return get(stores->social.accept(order_of(stores, player, other), stores.soon()));
}

template <class Stores>
Result<void> part(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    return get(stores->social.part(order_of(stores, player, other), stores.soon()));
}

template <class Stores>
Result<void> block(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    return get(stores->social.block(order_of(stores, player, other), stores.soon()));
}

template <class Stores>
Result<void> unblock(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    return get(stores->social.unblock(order_of(stores, player, other), stores.soon()));
}

template <class Stores>
std::vector<Tie> ties_of(Stores& stores, const PlayerId& player)
{
    TieFilter filter;
    filter.limit = 1'000;
    return get(stores->social.ties(player, std::move(filter), stores.soon())).value();
}

// How `other` stands to `player`, as the player sees it.
template <class Stores>
std::optional<protocol::FriendState> standing(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    for (const Tie& tie : ties_of(stores, player))
        if (tie.player == other) return tie.state;
    return std::nullopt;
}

template <class Stores>
NotificationPage told(Stores& stores, const PlayerId& player)
{
    return get(stores->social.notifications(player, 0, 1'000, stores.soon())).value();
}

// Type and subject of what the stores have published on harvest.user, in order of their ids.
using Events = std::vector<std::pair<std::string, std::string>>;

template <class Stores>
Events events_of(Stores& stores)
{
    std::map<std::string, std::pair<std::string, std::string>> by_id;
    const auto read = get(stores->events.read("harvest.user", "", 0, 4'000, stores.soon()));
    for (const StoredEvent& stored : *read) by_id[stored.event.id.value] = {stored.event.type, stored.event.subject};
    Events events;
    for (auto& [id, event] : by_id) events.push_back(std::move(event));
    return events;
}

} // namespace harvest::test
