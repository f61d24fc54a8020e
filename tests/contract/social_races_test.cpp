// Players who act at once, on several connections and from two processes on one PostgreSQL: whatever the order, two
// are never friends, and have no request that the blocker sees, while one of them blocks the other.
#include "common/protocol/social_errc.hpp"
#include "tests/contract/support/social.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <thread>

using namespace harvest;
using namespace harvest::test;
using protocol::FriendState;

namespace {

// Refusals are what the rules say, never a failure of the store.
template <class T>
void check_ruled(const Result<T>& result)
{
    if (result) return;
    const Errc meaning = classify(result.error());
    const bool ruled =
        meaning == Errc::already_exists || meaning == Errc::not_found || meaning == Errc::failed_precondition;
    INFO(wire_code(result.error()));
    CHECK(ruled);
}

enum class Deed { ask, accept, part, block, unblock };

AsyncResult<void> act(Social& social, Deed deed, SocialOrder order, Deadline by)
{
    if (deed == Deed::part) co_return co_await social.part(std::move(order), by);
    if (deed == Deed::block) co_return co_await social.block(std::move(order), by);
    if (deed == Deed::unblock) co_return co_await social.unblock(std::move(order), by);
    Result<FriendChange> change = Errc::internal;
    if (deed == Deed::ask) change = co_await social.ask(std::move(order), by);
    if (deed == Deed::accept) change = co_await social.accept(std::move(order), by);
    if (!change) co_return change.error();
    co_return Result<void>{};
}

template <class Stores>
bool blocks(Stores& stores, const PlayerId& player, const PlayerId& other)
{
    return !get(stores->social.blockers(other, {player}, stores.soon()))->empty();
}

// What must hold of two players in any state.
template <class Stores>
void check_pair(Stores& stores, const PlayerId& one, const PlayerId& two)
{
    const auto left = standing(stores, one, two), right = standing(stores, two, one);
    const bool left_blocks = blocks(stores, one, two), right_blocks = blocks(stores, two, one);
    CHECK((left == FriendState::friends) == (right == FriendState::friends));
    if (left == FriendState::friends) CHECK_FALSE((left_blocks || right_blocks));
    if (left_blocks) CHECK_FALSE(left.has_value());
    if (right_blocks) CHECK_FALSE(right.has_value());
    if (left == FriendState::incoming) CHECK(right == FriendState::outgoing);
    if (right == FriendState::incoming) CHECK(left == FriendState::outgoing);
    if (left == FriendState::outgoing) CHECK((right == FriendState::incoming || right_blocks));
    if (right == FriendState::outgoing) CHECK((left == FriendState::incoming || left_blocks));
}

} // namespace

TEMPLATE_TEST_CASE("Both ask at once: one friendship, one acceptance", "[social]", HARVEST_STORES)
{
    TestType stores;
    for (int round = 0; round < 10; ++round) {
        const PlayerId ada = person(stores, "a" + std::to_string(round)),
                       bob = person(stores, "b" + std::to_string(round));
        int befriended = 0, asked = 0;
        Loop loop;
        for (int i = 0; i < 2; ++i) {
            const SocialOrder order = order_of(stores, i == 0 ? ada : bob, i == 0 ? bob : ada);
            loop.spawn([&stores, &befriended, &asked, order]() -> Task<void> {
                SocialOrder mine = order;
                const Result<FriendChange> change = co_await stores->social.ask(std::move(mine), stores.soon());
                REQUIRE(change);
                ++(change->tie.state == FriendState::friends ? befriended : asked);
            });
        }
        loop.run();
        CHECK(befriended == 1);
        CHECK(asked == 1);
        CHECK(standing(stores, ada, bob) == FriendState::friends);
        check_pair(stores, ada, bob);
    }
}

TEMPLATE_TEST_CASE("A block against an acceptance at once: never friends and blocked", "[social]", HARVEST_STORES)
{
    TestType stores;
    for (int round = 0; round < 20; ++round) {
        const PlayerId ada = person(stores, "a" + std::to_string(round)),
                       bob = person(stores, "b" + std::to_string(round));
        REQUIRE(ask(stores, ada, bob));
        Loop loop;
        for (int i = 0; i < 2; ++i) {
            const bool blocking = (i == 0) == (round % 2 == 0);
            const SocialOrder order = order_of(stores, blocking ? ada : bob, blocking ? bob : ada);
            loop.spawn([&stores, blocking, order]() -> Task<void> {
                SocialOrder mine = order;
                const Result<void> done =
                    co_await act(stores->social, blocking ? Deed::block : Deed::accept, std::move(mine), stores.soon());
                check_ruled(done);
            });
        }
        loop.run();
        CHECK(blocks(stores, ada, bob));
        CHECK_FALSE(standing(stores, ada, bob).has_value());
        CHECK_FALSE(standing(stores, bob, ada).has_value());
    }
}

TEMPLATE_TEST_CASE("A crowd that asks at once fills the list of one and no more", "[social]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId star = person(stores, "Star");
    std::vector<PlayerId> crowd;
    for (int i = 0; i < requests_at_most + 20; ++i) crowd.push_back(person(stores, "c" + std::to_string(i)));
    Loop loop;
    int heard = 0;
    for (const PlayerId& one : crowd) {
        const SocialOrder order = order_of(stores, one, star);
        loop.spawn([&stores, &heard, order]() -> Task<void> {
            SocialOrder mine = order;
            const Result<FriendChange> change = co_await stores->social.ask(std::move(mine), stores.soon());
            if (change) ++heard;
            if (!change) CHECK(change.error() == protocol::SocialErrc::inbox_full);
        });
    }
    loop.run();
    CHECK(heard == requests_at_most);
    CHECK(static_cast<std::int64_t>(ties_of(stores, star).size()) == requests_at_most);
}

TEST_CASE("Two processes, four players, all deeds at once: every pair stays sound", "[social]")
{
    PostgresStores stores;
    OpenStores other(std::make_unique<postgres::PostgresDatabase>(stores.options(), stores.clock), stores.clock);
    std::vector<PlayerId> players;
    for (const char* name : {"Ada", "Bob", "Cid", "Dee"}) players.push_back(person(stores, name));
    for (unsigned round = 0; round < 6; ++round) {
        std::vector<std::pair<Deed, SocialOrder>> deeds;
        std::mt19937 random(round);
        for (int i = 0; i < 120; ++i) {
            const std::size_t one = random() % 4, two = (one + 1 + random() % 3) % 4;
            const Deed deed = std::array{Deed::ask,  Deed::ask,   Deed::accept, Deed::accept,
                                         Deed::part, Deed::block, Deed::unblock}[random() % 7];
            deeds.emplace_back(deed, order_of(stores, players[one], players[two]));
        }
        std::vector<Result<void>> done(deeds.size(), Errc::internal);
        const auto run = [&](Social& social, std::size_t first) {
            Loop loop;
            for (std::size_t i = first; i < deeds.size(); i += 2)
                loop.spawn(
                    [&social, &stores, &out = done[i], deed = deeds[i].first, order = deeds[i].second]() -> Task<void> {
                        SocialOrder mine = order;
                        out = co_await act(social, deed, std::move(mine), stores.soon());
                    });
            loop.run();
        };
        std::thread second([&] { run(other.social, 1); });
        run(stores->social, 0);
        second.join();
        std::array<int, 2> worked{}; // of each process
        for (std::size_t i = 0; i < done.size(); ++i) {
            check_ruled(done[i]);
            if (done[i]) ++worked[i % 2];
        }
        CHECK(worked[0] > 0);
        CHECK(worked[1] > 0);
        for (std::size_t one = 0; one < 4; ++one)
            for (std::size_t two = one + 1; two < 4; ++two) check_pair(stores, players[one], players[two]);
    }
}
