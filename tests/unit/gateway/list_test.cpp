// Lists that page by cursor: decks, inventory, collection, invitations to groups.
#include "common/protocol/groups.hpp"
#include "tests/unit/gateway/world.hpp"

#include <algorithm>
#include <functional>

using namespace harvest;
using namespace harvest::test;

namespace {

std::string text_of(const std::string& cursor)
{
    return cursor;
}

std::string text_of(const DeckId& cursor)
{
    return cursor.value;
}

// The keys of all items, page by page of `limit`; `between` happens after the first page.
template <class List, class KeyOf>
std::vector<std::string> keys_by_pages(Person& person, const std::string& path, std::size_t limit, KeyOf key_of,
                                       const std::function<void()>& between = {})
{
    std::vector<std::string> keys;
    const std::string ask = "limit=" + std::to_string(limit);
    std::string query = ask;
    for (int pages = 1;; ++pages) {
        REQUIRE(pages < 100);
        const auto page = body_of<List>(person.send("GET", path, "", query));
        CHECK(page.items.size() <= limit);
        for (const auto& item : page.items) keys.push_back(key_of(item));
        if (!page.next_cursor) return keys;
        CHECK(page.items.size() == limit);
        query = ask + "&cursor=" + text_of(*page.next_cursor);
        if (pages == 1 && between) between();
    }
}

void give(Person& person, const std::string& asset)
{
    GatewayWorld& world = person.world;
    const std::vector<Transfer> grant{{new_id<TransferId>(world.clock, world.entropy), asset, "mint",
                                       player_account(person.tokens.player), 3, "test"}};
    REQUIRE(world.wait(world.ledger.transfer(grant, world.clock.now(), {}, world.by())).has_value());
}

std::string make_deck(Person& person)
{
    protocol::NewDeck deck;
    deck.name = "Hens";
    deck.farmer = "gardener";
    for (int i = 0; i < 24; ++i) deck.cards.push_back("card-" + std::to_string(i / 2));
    const HttpResponse made = person.send("POST", "decks", protocol::encode(deck));
    REQUIRE(made.status == 201);
    return body_of<protocol::DeckInfo>(made).id.value;
}

std::string asset_key(const protocol::InventoryItem& item)
{
    return item.asset;
}

std::string card_key(const protocol::CollectionCard& item)
{
    return item.card;
}

std::string deck_key(const protocol::DeckInfo& item)
{
    return item.id.value;
}

std::string group_key(const protocol::GroupInviteInfo& item)
{
    return item.group.value;
}

} // namespace

TEST_CASE("inventory and collection page by cursor, also while something is added", "[gateway][lists]")
{
    GatewayWorld world;
    Person ada(world, "Ada");
    for (int i = 10; i < 16; ++i) give(ada, "seed.kind" + std::to_string(i));
    const auto whole = keys_by_pages<protocol::Inventory>(ada, "inventory", 200, asset_key);
    REQUIRE(whole.size() == 8);
    CHECK(std::ranges::is_sorted(whole));
    for (const std::size_t limit : {1u, 3u, 4u, 8u})
        CHECK(keys_by_pages<protocol::Inventory>(ada, "inventory", limit, asset_key) == whole);

    // One before the place and one after it: the first is not seen any more, and nothing is there twice.
    const auto grown = keys_by_pages<protocol::Inventory>(ada, "inventory", 3, asset_key, [&] {
        give(ada, "apple");
        give(ada, "seed.kind99");
    });
    std::vector<std::string> expected = whole;
    expected.insert(std::ranges::find(expected, "seed.wheat"), "seed.kind99");
    CHECK(grown == expected);

    const auto cards = keys_by_pages<protocol::CardCollection>(ada, "collection", 200, card_key);
    REQUIRE(cards.size() == 14);
    for (const std::size_t limit : {1u, 5u, 7u, 14u})
        CHECK(keys_by_pages<protocol::CardCollection>(ada, "collection", limit, card_key) == cards);
    const auto more = keys_by_pages<protocol::CardCollection>(ada, "collection", 5, card_key, [&] {
        give(ada, "card.aaa");
        give(ada, "card.zzz");
    });
    expected = cards;
    expected.push_back("zzz");
    CHECK(more == expected);
}

TEST_CASE("decks page by cursor, also while one is made and the last one seen is thrown away", "[gateway][lists]")
{
    gateway::Config config = test_gateway_config();
    config.limits.write.burst = 1'000;
    GatewayWorld world(std::move(config));
    Person ada(world, "Ada");
    for (int i = 0; i < 5; ++i) make_deck(ada);
    const auto whole = keys_by_pages<protocol::DeckList>(ada, "decks", 200, deck_key);
    REQUIRE(whole.size() == 7);
    for (const std::size_t limit : {1u, 3u, 7u})
        CHECK(keys_by_pages<protocol::DeckList>(ada, "decks", limit, deck_key) == whole);
    std::vector<std::string> expected = whole;
    const auto grown = keys_by_pages<protocol::DeckList>(ada, "decks", 3, deck_key, [&] {
        world.clock.advance(1s);
        expected.push_back(make_deck(ada));
        REQUIRE(ada.send("DELETE", "decks/" + whole[2]).status == 204);
    });
    CHECK(grown == expected);
}

TEST_CASE("invitations to groups page by cursor, the newest first, also while one comes", "[gateway][lists]")
{
    GatewayWorld world;
    Person ada(world, "Ada");
    std::vector<std::string> expected;
    int founders = 0;
    const auto invite = [&] {
        const std::string number = std::to_string(++founders);
        Person founder(world, "Founder" + number);
        const HttpResponse founded = founder.send("POST", "groups", R"({"name":"Group )" + number + R"("})");
        REQUIRE(founded.status == 201);
        REQUIRE(founder.send("POST", "group/invites", R"({"player":")" + ada.id() + R"("})").status == 204);
        return body_of<protocol::GroupDetail>(founded).group.value;
    };
    for (int i = 0; i < 5; ++i) {
        if (i != 3) world.clock.advance(1s); // two of the same moment
        invite();
    }
    const auto whole = keys_by_pages<protocol::GroupInviteList>(ada, "group/invites", 200, group_key);
    REQUIRE(whole.size() == 5);
    for (const std::size_t limit : {1u, 2u, 5u})
        CHECK(keys_by_pages<protocol::GroupInviteList>(ada, "group/invites", limit, group_key) == whole);
    std::string newest;
    const auto rest = keys_by_pages<protocol::GroupInviteList>(ada, "group/invites", 2, group_key, [&] {
        world.clock.advance(1s);
        newest = invite();
        REQUIRE(ada.send("DELETE", "group/invites/" + whole[1]).status == 204);
    });
    CHECK(rest == whole);
    CHECK(keys_by_pages<protocol::GroupInviteList>(ada, "group/invites", 50, group_key).front() == newest);
}

TEST_CASE("a page has a bound, and a cursor that is none of ours is refused", "[gateway][lists]")
{
    GatewayWorld world;
    Person ada(world, "Ada");
    for (const char* path : {"decks", "inventory", "collection", "group/invites"}) {
        INFO(path);
        for (const char* bad : {"limit=0", "limit=201", "limit=-1", "limit=x", "limit=1x", "limit=99999999999999999999",
                                "limit=", "limit=1&limit=2", "cursor=", "cursor=No%20asset", "cursor=..%2F..%2F",
                                "cursor=1.g_1", "cursor=d_01JDC8Z5K7QMBW2X9T4R6V0HN", "cursor=%ff", "page=2"})
            CHECK(code_of(ada.send("GET", path, "", bad)) == "invalid_argument");
        CHECK(ada.send("GET", path, "", "limit=200").status == 200);
        CHECK(ada.send("GET", path, "", "limit=1").status == 200);
    }
}
