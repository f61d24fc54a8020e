#include "common/ports/credentials.hpp"
#include "tests/contract/support/social.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;

namespace {

TokenHash hash_of(std::uint8_t fill)
{
    TokenHash hash;
    hash.fill(fill);
    return hash;
}

MailToken token_of(const PlayerId& player, std::uint8_t fill, MailPurpose purpose, const std::string& email)
{
    return {hash_of(fill), player, purpose, email, noon + 1h};
}

template <class Stores>
Result<void> mailed(Stores& stores, const PlayerId& player, std::uint8_t fill, MailPurpose purpose,
                    const std::string& email)
{
    return get(stores->credentials.put_token(token_of(player, fill, purpose, email), stores.soon()));
}

template <class Stores>
Result<void> verify(Stores& stores, std::uint8_t fill, Millis now = noon)
{
    return get(stores->credentials.verify_email(hash_of(fill), now, stores.soon()));
}

} // namespace

TEMPLATE_TEST_CASE("An address is whose token came back from it, once and in time", "[credentials]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    CHECK(get(stores->credentials.email(ada, stores.soon())).error() == Errc::not_found);
    REQUIRE(mailed(stores, ada, 1, MailPurpose::verify, "Ada@Example.org"));
    CHECK(get(stores->credentials.find_by_email("ada@example.org", stores.soon())).error() == Errc::not_found);
    CHECK(verify(stores, 9).error() == Errc::not_found);
    CHECK(verify(stores, 1, noon + 1h).error() == Errc::not_found); // too late
    REQUIRE(verify(stores, 1, noon + 1h - 1ms));
    CHECK(verify(stores, 1).error() == Errc::not_found); // once
    stores.reopen();
    CHECK(get(stores->credentials.email(ada, stores.soon())).value() == "Ada@Example.org");
    CHECK(get(stores->credentials.find_by_email("ADA@example.ORG", stores.soon())).value() == ada);

    // Another player may claim it, and whoever shows it first has it.
    REQUIRE(mailed(stores, bob, 2, MailPurpose::verify, "ada@EXAMPLE.org"));
    CHECK(verify(stores, 2).error() == Errc::already_exists);
    CHECK(get(stores->credentials.find_by_email("ada@example.org", stores.soon())).value() == ada);
    // A letter to another address makes the older one void, and a new address takes the place of the old one.
    REQUIRE(mailed(stores, ada, 3, MailPurpose::verify, "old@example.org"));
    REQUIRE(mailed(stores, ada, 4, MailPurpose::verify, "new@example.org"));
    CHECK(verify(stores, 3).error() == Errc::not_found);
    REQUIRE(verify(stores, 4));
    CHECK(get(stores->credentials.email(ada, stores.soon())).value() == "new@example.org");
    CHECK(get(stores->credentials.find_by_email("ada@example.org", stores.soon())).error() == Errc::not_found);
    // Who reads the old mail has nothing to set a password with.
    REQUIRE(mailed(stores, ada, 6, MailPurpose::reset, "new@example.org"));
    REQUIRE(mailed(stores, ada, 7, MailPurpose::verify, "newest@example.org"));
    REQUIRE(verify(stores, 7));
    CHECK(get(stores->credentials.find_token(hash_of(6), MailPurpose::reset, noon, stores.soon())).error() ==
          Errc::not_found);
    CHECK(mailed(stores, PlayerId{"p_nobody"}, 5, MailPurpose::verify, "x@example.org").error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("The newest three letters to one address are good until one of them is used", "[credentials]",
                   HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const auto reset_mailed = [&](const PlayerId& player, std::uint8_t fill) {
        MailToken token = token_of(player, fill, MailPurpose::reset, "ada@example.org");
        token.expires_at += Millis{fill}; // the higher, the newer
        return get(stores->credentials.put_token(std::move(token), stores.soon()));
    };
    const auto good = [&](std::uint8_t fill) {
        return get(stores->credentials.find_token(hash_of(fill), MailPurpose::reset, noon, stores.soon())).has_value();
    };
    REQUIRE(reset_mailed(bob, 11));
    for (std::uint8_t fill = 1; fill <= 3; ++fill) REQUIRE(reset_mailed(ada, fill));
    CHECK((good(1) && good(2) && good(3)));
    REQUIRE(mailed(stores, ada, 5, MailPurpose::verify, "ada@example.org")); // another purpose
    CHECK(good(1));
    REQUIRE(reset_mailed(ada, 4));
    CHECK_FALSE(good(1));
    CHECK((good(2) && good(3) && good(4)));
    REQUIRE(get(stores->credentials.reset_password(hash_of(2), "$argon2id$new", noon, {}, stores.soon())));
    CHECK_FALSE((good(2) || good(3) || good(4)));
    CHECK(verify(stores, 5).error() == Errc::not_found);
    CHECK(good(11)); // another player's
}

TEMPLATE_TEST_CASE("A reset sets the password, ends the sessions and tells, in one transaction", "[credentials]",
                   HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    for (const PlayerId& player : {ada, bob}) {
        Session session;
        session.id = stores.template id<SessionId>();
        session.player = player;
        session.current = hash_of(player == ada ? 20 : 21);
        session.expires_at = noon + 720h;
        REQUIRE(get(stores->sessions.create(session, {"", noon}, {}, stores.soon())));
    }
    REQUIRE(mailed(stores, ada, 1, MailPurpose::reset, "ada@example.org"));
    REQUIRE(mailed(stores, ada, 2, MailPurpose::verify, "ada@example.org")); // another purpose, another letter
    const auto reset = [&](std::uint8_t fill, const std::string& phc) {
        return get(stores->credentials.reset_password(
            hash_of(fill), phc, noon, {event_of(stores, "harvest.user", ada.value, "{}")}, stores.soon()));
    };
    CHECK(reset(2, "wrong letter").error() == Errc::not_found);
    CHECK(get(stores->credentials.find_token(hash_of(1), MailPurpose::reset, noon, stores.soon()))->player == ada);
    CHECK(get(stores->credentials.find_token(hash_of(1), MailPurpose::verify, noon, stores.soon())).error() ==
          Errc::not_found);
    REQUIRE(reset(1, "$argon2id$new"));
    CHECK(reset(1, "again").error() == Errc::not_found);
    CHECK(verify(stores, 2).error() == Errc::not_found); // asked for by who had the old password
    REQUIRE(mailed(stores, ada, 3, MailPurpose::verify, "eve@example.org"));
    REQUIRE(get(stores->accounts.set_password({ada, "$argon2id$new", "$argon2id$own"}, {}, stores.soon())));
    CHECK(verify(stores, 3).error() == Errc::not_found);
    CHECK(get(stores->accounts.get(ada, stores.soon()))->password_hash == "$argon2id$own");
    CHECK(get(stores->sessions.list(ada, noon, stores.soon()))->empty());
    CHECK(get(stores->sessions.list(bob, noon, stores.soon()))->size() == 1);
    CHECK(get(stores->events.read("harvest.user", ada.value, 0, 10, stores.soon()))->size() == 1);
}

TEMPLATE_TEST_CASE("A device is one account's; a first password is set once", "[credentials]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const auto link = [&](const PlayerId& player, std::uint8_t fill) {
        return get(stores->credentials.set_device(player, hash_of(fill), stores.soon()));
    };
    REQUIRE(link(ada, 1));
    CHECK(get(stores->accounts.find_by_device(hash_of(1), stores.soon()))->id == ada);
    CHECK(link(bob, 1).error() == Errc::already_exists);
    REQUIRE(link(ada, 2));
    REQUIRE(link(bob, 1)); // free again
    CHECK(link(PlayerId{"p_nobody"}, 3).error() == Errc::not_found);
    const auto add = [&](const PlayerId& player, const std::string& phc) {
        return get(stores->credentials.add_password(player, phc, stores.soon()));
    };
    REQUIRE(add(ada, "one"));
    CHECK(add(ada, "two").error() == Errc::failed_precondition);
    CHECK(get(stores->accounts.get(ada, stores.soon()))->password_hash == "one");
    CHECK(add(PlayerId{"p_nobody"}, "x").error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("A deleted account has no address, and its letters open nothing", "[credentials]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada = person(stores, "Ada");
    REQUIRE(mailed(stores, ada, 1, MailPurpose::verify, "ada@example.org"));
    REQUIRE(verify(stores, 1));
    REQUIRE(mailed(stores, ada, 2, MailPurpose::reset, "ada@example.org"));
    CHECK(get(stores->personal.collect(ada, 10, noon, stores.soon()))->account.email == "ada@example.org");
    Erasure erasure;
    erasure.player = ada;
    erasure.at = noon;
    erasure.first_event = stores.template id<EventId>();
    erasure.first_transfer = stores.template id<TransferId>();
    REQUIRE(get(stores->personal.erase(std::move(erasure), stores.soon())));
    CHECK(get(stores->credentials.find_by_email("ada@example.org", stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->credentials.find_token(hash_of(2), MailPurpose::reset, noon, stores.soon())).error() ==
          Errc::not_found);
    CHECK(mailed(stores, ada, 3, MailPurpose::reset, "ada@example.org").error() == Errc::not_found);
    const PlayerId next = person(stores, "Ada");
    REQUIRE(mailed(stores, next, 4, MailPurpose::verify, "ada@example.org"));
    CHECK(verify(stores, 4)); // free again
}
