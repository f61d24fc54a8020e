#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/sql/player_keys.hpp"
#include "common/ports/player_keys.hpp"
#include "tests/contract/support/social.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace harvest;
using namespace harvest::test;

namespace {

template <class Stores>
struct Keys {
    explicit Keys(Stores& its_stores, std::uint8_t installation = 7)
        : stores(its_stores),
          sealer(crypto::AesKey{installation}, its_stores.entropy),
          keys(*its_stores->database, sealer, its_stores.entropy)
    {
    }
    Result<std::shared_ptr<Sealer>> of(const PlayerId& player) { return get(keys.get(player, stores.soon())); }

    Stores& stores;
    crypto::AesSealer sealer;
    sql::SqlPlayerKeys keys;
};

std::string opened(Sealer& sealer, const Bytes& box)
{
    const Result<Bytes> plain = sealer.open(box, "test");
    return plain ? std::string(plain->begin(), plain->end()) : plain.error().message();
}

template <class Stores>
std::vector<Bytes> boxes(Stores& stores, const PlayerId& player)
{
    std::vector<Bytes> found;
    REQUIRE(stores->database->read_now([&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows =
            connection.execute("SELECT box FROM player_keys WHERE player = $1", {player.value});
        if (!rows) return rows.error();
        for (const sql::Row& row : *rows) found.push_back(row.blob(0));
        return {};
    }));
    return found;
}

// Instead of what is there; an empty one takes it away.
template <class Stores>
void put_box(Stores& stores, const PlayerId& player, const Bytes& box)
{
    sql::Work<std::int64_t> put = [&](sql::Connection& connection) {
        const Result<std::int64_t> gone =
            sql::change(connection, "DELETE FROM player_keys WHERE player = $1", {player.value});
        if (!gone || box.empty()) return gone;
        return sql::change(connection, "INSERT INTO player_keys (player, box) VALUES ($1, $2)",
                           {player.value, ByteView(box)});
    };
    CHECK(get(sql::write<std::int64_t>(*stores->database, std::move(put), stores.soon())) == 1);
}

} // namespace

TEMPLATE_TEST_CASE("A player's key is made once and is its own, and the store has it sealed", "[player_keys]",
                   HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    std::optional<Keys<TestType>> keys(stores);
    CHECK(boxes(stores, ada).empty());
    const Result<std::shared_ptr<Sealer>> hers = keys->of(ada), his = keys->of(bob);
    REQUIRE(hers);
    REQUIRE(his);
    const Bytes box = (*hers)->seal(as_bytes("good game"), "test");
    CHECK(opened(**keys->of(ada), box) == "good game");
    CHECK((*his)->open(box, "test").error() == Errc::data_loss);
    CHECK((*hers)->open(box, "another purpose").error() == Errc::data_loss);
    CHECK(keys->sealer.open(box, "test").error() == Errc::data_loss);

    REQUIRE(boxes(stores, ada).size() == 1);
    CHECK(boxes(stores, ada).front().size() == 12 + 32 + 16); // nonce, key, tag
    Keys<TestType> strange(stores, 8);                        // of another installation
    CHECK(strange.of(ada).error() == Errc::failed_precondition);
    CHECK(keys->of(PlayerId{}).error() == Errc::not_found);

    keys.reset();
    stores.reopen();
    keys.emplace(stores);
    CHECK(opened(**keys->of(ada), box) == "good game");
}

TEMPLATE_TEST_CASE("A damaged key is its player's loss alone, and another installation's key opens and makes none",
                   "[player_keys]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), eve = person(stores, "Eve");
    const PlayerId fay = person(stores, "Fay");
    Keys<TestType> keys(stores), strange(stores, 8);
    for (const PlayerId& player : {ada, bob, eve, person(stores, "Gus"), person(stores, "Hal")})
        REQUIRE(keys.of(player));
    Bytes tampered = boxes(stores, ada).front(), cut = boxes(stores, bob).front();
    tampered[20] ^= 1;
    cut.resize(11);
    put_box(stores, ada, tampered);
    put_box(stores, bob, cut);
    const std::string check = GENERATE("whole", "damaged", "not there"); // the row that tells whose the others are
    CAPTURE(check);
    if (check == "damaged") put_box(stores, PlayerId{}, tampered);
    if (check == "not there") put_box(stores, PlayerId{}, {});
    for (const PlayerId& player : {ada, bob}) {
        CHECK(keys.of(player).error() == Errc::data_loss);
        CHECK(strange.of(player).error() == Errc::failed_precondition);
    }
    CHECK(keys.of(eve));
    CHECK(strange.of(eve).error() == Errc::failed_precondition);
    CHECK(strange.of(fay).error() == Errc::failed_precondition);
    CHECK(boxes(stores, fay).empty());
    CHECK(keys.of(fay));
}

TEMPLATE_TEST_CASE("Two who ask for a player's key at once get the same", "[player_keys]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada");
    Keys<TestType> keys(stores);
    std::vector<std::shared_ptr<Sealer>> got;
    Loop loop;
    for (int i = 0; i < 4; ++i)
        loop.spawn([&]() -> Task<void> {
            const Result<std::shared_ptr<Sealer>> sealer = co_await keys.keys.get(ada, stores.soon());
            REQUIRE(sealer);
            got.push_back(*sealer);
        });
    loop.run();
    REQUIRE(got.size() == 4);
    const Bytes box = got.front()->seal(as_bytes("good game"), "test");
    for (const auto& sealer : got) CHECK(opened(*sealer, box) == "good game");
    CHECK(boxes(stores, ada).size() == 1);
}

TEMPLATE_TEST_CASE("A player's key goes with the account, and none is made again", "[player_keys]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const PlayerId silent = person(stores, "Silent"); // has never had a key
    Keys<TestType> keys(stores);
    REQUIRE(keys.of(ada));
    const Bytes his = (*keys.of(bob))->seal(as_bytes("well played"), "test");
    for (const PlayerId& player : {ada, silent}) {
        Erasure erasure;
        erasure.player = player;
        erasure.at = noon;
        erasure.first_event = stores.template id<EventId>();
        erasure.first_transfer = stores.template id<TransferId>();
        REQUIRE(get(stores->personal.erase(std::move(erasure), stores.soon())));
    }
    CHECK(boxes(stores, ada).empty());
    CHECK(keys.of(ada).error() == Errc::not_found);
    CHECK(keys.of(silent).error() == Errc::not_found);
    CHECK(boxes(stores, ada).empty());
    CHECK(boxes(stores, silent).empty());
    CHECK(opened(**keys.of(bob), his) == "well played");
}
