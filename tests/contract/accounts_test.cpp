#include "common/ports/accounts.hpp"
#include "common/ports/chat_store.hpp"
#include "common/ports/decks.hpp"
#include "common/ports/sessions.hpp"
#include "common/protocol/events.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>

using namespace harvest;
using namespace harvest::test;

namespace {

const std::string a_hash = "$argon2id$v=19$…";

NewAccount account_of(const std::string& id, const std::string& name)
{
    NewAccount fresh;
    fresh.account.id = PlayerId{id};
    fresh.account.name = name;
    fresh.account.password_hash = a_hash;
    fresh.account.created_at = noon;
    return fresh;
}

template <class Stores>
Result<void> create(Stores& stores, NewAccount fresh)
{
    return get(stores->accounts.create(std::move(fresh), stores.soon()));
}

} // namespace

TEMPLATE_TEST_CASE("A new player comes with everything or not at all", "[accounts]", HARVEST_STORES)
{
    TestType stores;
    NewAccount fresh = account_of("p_1", "Kestrel");
    fresh.account.device_secret.emplace();
    fresh.account.device_secret->fill(7);
    fresh.account.bot = true;
    fresh.grants = {{TransferId{"t_1"}, "coin", "mint", "player:p_1", 100, "starter"}};
    fresh.decks = {{DeckId{"d_1"}, PlayerId{"p_1"}, "first", "gardener", {"hen", "hen"}, 1}};
    fresh.events = {event_of(stores, "harvest.user", "p_1", "{}")};
    REQUIRE(create(stores, fresh));

    const auto account = get(stores->accounts.get(PlayerId{"p_1"}, stores.soon()));
    REQUIRE(account);
    CHECK(account->name == "Kestrel");
    CHECK(account->bot);
    CHECK(account->created_at == noon);
    CHECK(account->device_secret == fresh.account.device_secret);
    CHECK(get(stores->accounts.find_by_name("kESTREL", stores.soon()))->id.value == "p_1");
    CHECK(get(stores->accounts.find_by_device(*fresh.account.device_secret, stores.soon()))->id.value == "p_1");
    CHECK(get(stores->ledger.balances("player:p_1", stores.soon()))->front().amount == 100);
    CHECK(get(stores->decks.get(PlayerId{"p_1"}, DeckId{"d_1"}, stores.soon()))->cards.size() == 2);
    CHECK(get(stores->events.read("harvest.user", "p_1", 0, 10, stores.soon()))->size() == 1);

    // The same name, the same device, the same id: nothing of it stays.
    NewAccount rival = account_of("p_2", "KESTREL");
    rival.grants = {{TransferId{"t_2"}, "coin", "mint", "player:p_2", 100, "starter"}};
    rival.events = {event_of(stores, "harvest.user", "p_2", "{}")};
    CHECK(create(stores, rival).error() == Errc::already_exists);
    rival.account.name = "moss";
    rival.account.device_secret = fresh.account.device_secret;
    CHECK(create(stores, rival).error() == Errc::already_exists);
    CHECK(create(stores, account_of("p_1", "third")).error() == Errc::already_exists);
    rival.account.device_secret.reset();
    rival.grants[0].debit = "fee"; // which has nothing
    CHECK(create(stores, rival).error() == Errc::failed_precondition);
    CHECK(get(stores->accounts.get(PlayerId{"p_2"}, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->accounts.find_by_name("moss", stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->ledger.balances("player:p_2", stores.soon()))->empty());
    CHECK(get(stores->events.read("harvest.user", "p_2", 0, 10, stores.soon()))->empty());
    CHECK(create(stores, account_of("", "x")).error() == Errc::invalid_argument);
}

TEMPLATE_TEST_CASE("Names may hold any text, and a prefix finds them", "[accounts]", HARVEST_STORES)
{
    TestType stores;
    const std::vector<std::string> names{"moss", "Mossy", "mo", "ökobäuerin", "🌻🌻", "x'; DROP TABLE accounts; --",
                                         "%"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        NewAccount fresh = account_of(fmt::format("p_{}", i), names[i]);
        fresh.account.bot = i == 0;
        REQUIRE(create(stores, fresh));
    }
    for (const std::string& name : names) CHECK(get(stores->accounts.find_by_name(name, stores.soon()))->name == name);
    const auto count = [&](AccountFilter filter) { return get(stores->accounts.list(filter, stores.soon()))->size(); };
    CHECK(count({}) == names.size());
    CHECK(count({"mOs", true, "", 50}) == 2);
    CHECK(count({"mos", false, "", 50}) == 1);
    CHECK(count({"🌻", true, "", 50}) == 1);
    CHECK(count({"%", true, "", 50}) == 1);
    CHECK(count({"", true, "p_4", 50}) == 2);
    CHECK(count({"", true, "", 3}) == 3);
}

TEMPLATE_TEST_CASE("A password is changed with its event, and ends the sessions, in one transaction", "[accounts]",
                   HARVEST_STORES)
{
    TestType stores;
    REQUIRE(create(stores, account_of("p_1", "moss")));
    REQUIRE(create(stores, account_of("p_2", "fern")));
    for (int number = 1; number <= 2; ++number) {
        const PlayerId player{fmt::format("p_{}", number)};
        Session session;
        session.id = SessionId{fmt::format("s_{}", number)};
        session.player = player;
        session.current.fill(static_cast<std::uint8_t>(number));
        session.expires_at = noon + 720h;
        const SignInGrounds grounds{get(stores->accounts.get(player, stores.soon()))->password_hash, noon};
        REQUIRE(get(stores->sessions.create(session, grounds, {}, stores.soon())));
    }
    const std::vector<OutboxEvent> events{event_of(stores, "harvest.user", "p_1", "{}")};
    REQUIRE(get(stores->accounts.set_password({PlayerId{"p_1"}, a_hash, "new"}, events, stores.soon())));
    CHECK(get(stores->accounts.get(PlayerId{"p_1"}, stores.soon()))->password_hash == "new");
    CHECK(get(stores->sessions.get(SessionId{"s_1"}, stores.soon()))->revoked);
    CHECK_FALSE(get(stores->sessions.get(SessionId{"s_2"}, stores.soon()))->revoked);
    CHECK(get(stores->events.read("harvest.user", "", 0, 10, stores.soon()))->size() == 1);
    CHECK(get(stores->accounts.set_password({PlayerId{"p_9"}, a_hash, "new"}, {}, stores.soon())).error() ==
          Errc::not_found);
}

TEMPLATE_TEST_CASE("Of two who change the same password at once the second is refused", "[accounts]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId player{"p_1"};
    REQUIRE(create(stores, account_of("p_1", "moss")));
    std::vector<Error> outcomes;
    Loop loop;
    for (const char* next : {"one", "two"})
        loop.spawn([&, next]() -> Task<void> {
            NewPassword password{player, a_hash, next};
            std::vector<OutboxEvent> none;
            const Result<void> changed =
                co_await stores->accounts.set_password(std::move(password), std::move(none), stores.soon());
            outcomes.push_back(changed ? Error{} : changed.error());
        });
    loop.run();
    CHECK(std::ranges::count(outcomes, Error{}) == 1);
    CHECK(std::ranges::count(outcomes, make_error_code(Errc::conflict)) == 1);
    const std::string kept = get(stores->accounts.get(player, stores.soon()))->password_hash;
    CHECK(get(stores->accounts.set_password({player, a_hash, "three"}, {}, stores.soon())).error() == Errc::conflict);
    CHECK(get(stores->accounts.get(player, stores.soon()))->password_hash == kept);
    CHECK(get(stores->accounts.set_password({player, kept, "three"}, {}, stores.soon())));
}

TEMPLATE_TEST_CASE("A ban that another moderator has imposed meanwhile survives an undo", "[accounts]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId player{"p_1"};
    REQUIRE(create(stores, account_of("p_1", "moss")));
    const auto ban = [&](const char* audit, bool if_alone = false, Millis since = noon) {
        Sanction sanction{player, "ban", "all", "why", since, noon + 1h, "ops", AuditId{audit}};
        return get(stores->accounts.sanction({std::move(sanction), if_alone}, {}, stores.soon()));
    };
    const auto lift = [&](std::vector<AuditId> seen) {
        return get(stores->accounts.lift({player, "ban", std::move(seen), noon + 1min},
                                         {event_of(stores, "harvest.user", "p_1", "{}")}, stores.soon()));
    };
    const auto in_force = [&] {
        std::vector<std::string> audits;
        for (const Sanction& each : *get(stores->accounts.sanctions(player, noon + 1min, stores.soon())))
            audits.push_back(each.audit.value);
        return audits;
    };
    REQUIRE(ban("a_1"));
    REQUIRE(ban("a_2", false, noon + 2min)); // after the first one's undo has looked, before it acts
    CHECK(lift({AuditId{"a_1"}}).error() == Errc::conflict);
    CHECK(in_force() == std::vector<std::string>{"a_1"}); // at that moment, and the later one afterwards
    CHECK(get(stores->accounts.sanctions(player, noon + 3min, stores.soon()))->size() == 2);
    CHECK(lift({AuditId{"a_1"}, AuditId{"a_3"}}).error() == Errc::conflict);
    CHECK(lift({AuditId{"a_2"}, AuditId{"a_1"}}));
    CHECK(in_force().empty());
    CHECK(lift({AuditId{"a_1"}}).error() == Errc::conflict); // in force no longer

    REQUIRE(ban("a_4", false, noon + 1min));           // by a clock that is ahead
    CHECK(ban("a_5", true).error() == Errc::conflict); // what returns, returns alone
    CHECK(in_force() == std::vector<std::string>{"a_4"});
    CHECK(lift({AuditId{"a_4"}}));
    CHECK(ban("a_5", true));
    CHECK(in_force() == std::vector<std::string>{"a_5"});
    CHECK(get(stores->events.read("harvest.user", "", 0, 10, stores.soon()))->size() == 2);
}

TEMPLATE_TEST_CASE("A ban and the end of the sessions are one: where they cannot end, there is no ban", "[accounts]",
                   HARVEST_STORES)
{
    TestType stores;
    const PlayerId player{"p_1"};
    REQUIRE(create(stores, account_of("p_1", "moss")));
    Session session;
    session.id = SessionId{"s_1"};
    session.player = player;
    session.current.fill(1);
    session.expires_at = noon + 720h;
    REQUIRE(get(stores->sessions.create(session, {a_hash, noon}, {}, stores.soon())));
    const auto ban = [&] {
        Sanction sanction{player, "ban", "all", "why", noon, noon + 1h, "ops", AuditId{"a_1"}};
        const std::vector<OutboxEvent> events{event_of(stores, "harvest.user", "p_1", "{}"),
                                              event_of(stores, "harvest.user", "p_1", "{}")};
        return get(stores->accounts.sanction({std::move(sanction), false, true}, events, stores.soon()));
    };
    const auto told = [&] { return get(stores->events.read("harvest.user", "", 0, 10, stores.soon()))->size(); };
    const auto name_sessions = [&](std::string_view now, std::string_view then) {
        sql::Work<std::int64_t> rename =
            [statement = fmt::format("ALTER TABLE {} RENAME TO {}", now, then)](sql::Connection& connection) {
                return sql::change(connection, statement, {});
            };
        REQUIRE(get(sql::write<std::int64_t>(*stores->database, std::move(rename), stores.soon())));
    };
    name_sessions("sessions", "sessions_away"); // the sessions cannot be written, once
    CHECK_FALSE(ban());
    name_sessions("sessions_away", "sessions");
    CHECK(get(stores->accounts.sanctions(player, noon, stores.soon()))->empty());
    CHECK_FALSE(get(stores->sessions.get(SessionId{"s_1"}, stores.soon()))->revoked);
    CHECK(told() == 0);
    REQUIRE(ban());
    CHECK(get(stores->accounts.sanctions(player, noon, stores.soon()))->size() == 1);
    CHECK(get(stores->sessions.get(SessionId{"s_1"}, stores.soon()))->revoked);
    CHECK(told() == 2);
}

TEMPLATE_TEST_CASE("A sanction holds from its start to its end, or until it is lifted", "[accounts]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId player{"p_1"};
    REQUIRE(create(stores, account_of("p_1", "moss")));
    const Sanction ban{player, "ban", "all", "scripted play", noon, noon + 1h, "ops", AuditId{"a_1"}};
    const Sanction mute{player, "mute", "chat", "flood", noon, noon + 2h, "ops", AuditId{"a_2"}};
    REQUIRE(get(stores->accounts.sanction({ban}, {event_of(stores, "harvest.user", "p_1", "{}")}, stores.soon())));
    REQUIRE(get(stores->accounts.sanction({mute}, {}, stores.soon())));
    CHECK(get(stores->accounts.sanction({mute}, {}, stores.soon())).error() == Errc::already_exists);
    const auto in_force = [&](Millis now) {
        return get(stores->accounts.sanctions(player, now, stores.soon())).value();
    };
    CHECK(in_force(noon - 1ms).empty());
    REQUIRE(in_force(noon).size() == 2);
    CHECK(in_force(noon)[0].reason == "scripted play");
    CHECK(in_force(noon + 1h).size() == 1);
    CHECK(in_force(noon + 2h).empty());
    REQUIRE(get(stores->accounts.lift({player, "ban"}, {}, stores.soon())));
    REQUIRE(in_force(noon).size() == 1);
    CHECK(in_force(noon)[0].kind == "mute");
    CHECK(get(stores->accounts.lift({player, "ban"}, {}, stores.soon())).error() == Errc::not_found);
    Sanction nobody = ban;
    nobody.player = PlayerId{"p_9"};
    nobody.audit = AuditId{"a_3"};
    CHECK(get(stores->accounts.sanction({nobody}, {}, stores.soon())).error() == Errc::not_found);
}

namespace {

TokenHash token(std::uint8_t fill)
{
    TokenHash hash;
    hash.fill(fill);
    return hash;
}

Session session_of(const std::string& id, std::uint8_t fill)
{
    Session session;
    session.id = SessionId{id};
    session.player = PlayerId{"p_1"};
    session.generation = 1;
    session.current = token(fill);
    session.rotated_at = noon;
    session.expires_at = noon + 720h;
    return session;
}

const SignInGrounds no_password{{}, noon};

template <class Stores>
void add_account(Stores& stores, const std::string& id)
{
    NewAccount fresh;
    fresh.account.id = PlayerId{id};
    fresh.account.name = id;
    REQUIRE(get(stores->accounts.create(std::move(fresh), stores.soon())));
}

} // namespace

TEMPLATE_TEST_CASE("T21: a session rotates once a generation", "[sessions]", HARVEST_STORES)
{
    TestType stores;
    add_account(stores, "p_1");
    REQUIRE(get(stores->sessions.create(session_of("s_1", 1), no_password,
                                        {event_of(stores, "harvest.user", "p_1", "{}")}, stores.soon())));
    REQUIRE(get(stores->sessions.create(session_of("s_2", 50), no_password, {}, stores.soon())));
    CHECK(get(stores->sessions.create(session_of("s_1", 9), no_password, {}, stores.soon())).error() ==
          Errc::already_exists);
    CHECK(get(stores->sessions.find(TokenHash{}, stores.soon())).error() == Errc::not_found);
    const auto rotate = [&](std::int64_t generation, std::uint8_t next) {
        return get(stores->sessions.rotate(SessionId{"s_1"}, generation, token(next), noon + 1s, stores.soon()));
    };
    REQUIRE(rotate(2, 2));
    CHECK(rotate(2, 3).error() == Errc::conflict);
    CHECK(rotate(4, 4).error() == Errc::conflict);
    const auto by_current = get(stores->sessions.find(token(2), stores.soon()));
    const auto by_previous = get(stores->sessions.find(token(1), stores.soon()));
    REQUIRE(by_current);
    REQUIRE(by_previous);
    CHECK(by_current->id == by_previous->id);
    CHECK(by_current->generation == 2);
    CHECK(by_current->previous == token(1));
    CHECK(by_current->rotated_at == noon + 1s);
    REQUIRE(rotate(3, 3));
    CHECK(get(stores->sessions.find(token(1), stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->sessions.rotate(SessionId{"s_9"}, 2, token(8), noon, stores.soon())).error() == Errc::not_found);

    REQUIRE(get(stores->sessions.revoke(SessionId{"s_1"}, {}, stores.soon())));
    CHECK(rotate(4, 4).error() == Errc::conflict);
    CHECK(get(stores->sessions.get(SessionId{"s_1"}, stores.soon()))->revoked);
    CHECK(get(stores->sessions.revoke(SessionId{"s_9"}, {}, stores.soon())).error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("T21: a sign-in counts only while its grounds hold", "[sessions]", HARVEST_STORES)
{
    TestType stores;
    CHECK(get(stores->sessions.create(session_of("s_0", 1), no_password, {}, stores.soon())).error() ==
          Errc::not_found);
    add_account(stores, "p_1");
    REQUIRE(get(stores->accounts.set_password({PlayerId{"p_1"}, "", "new"}, {}, stores.soon())));
    const auto sign_in = [&](std::uint8_t fill, const std::string& password_hash, Millis now) {
        const SignInGrounds grounds{password_hash, now};
        const Session session = session_of(fmt::format("s_{}", fill), fill);
        return get(
            stores->sessions.create(session, grounds, {event_of(stores, "harvest.user", "p_1", "{}")}, stores.soon()));
    };
    CHECK(sign_in(1, "old", noon).error() == Errc::conflict);
    REQUIRE(sign_in(2, "new", noon));

    const auto sanction = [&](const std::string& audit, const std::string& kind, const std::string& scope) {
        Sanction put{PlayerId{"p_1"}, kind, scope, "why", noon, noon + 1h, "root", AuditId{audit}};
        REQUIRE(get(stores->accounts.sanction({std::move(put)}, {}, stores.soon())));
    };
    sanction("a_1", "mute", "all");
    sanction("a_2", "ban", "ranked");
    REQUIRE(sign_in(3, "new", noon));
    sanction("a_3", "ban", "login");
    CHECK(sign_in(4, "new", noon + 1s).error() == Errc::conflict);
    REQUIRE(sign_in(5, "new", noon + 1h));
    REQUIRE(get(stores->accounts.lift({PlayerId{"p_1"}, "ban"}, {}, stores.soon())));
    REQUIRE(sign_in(6, "new", noon + 1s));
    CHECK(get(stores->sessions.list(PlayerId{"p_1"}, noon, stores.soon()))->size() == 4);
    CHECK(get(stores->events.read("harvest.user", "", 0, 10, stores.soon()))->size() == 4);
}

TEMPLATE_TEST_CASE("All sessions of a player end together", "[sessions]", HARVEST_STORES)
{
    TestType stores;
    add_account(stores, "p_1");
    add_account(stores, "p_2");
    for (int i = 1; i <= 3; ++i)
        REQUIRE(get(stores->sessions.create(session_of(fmt::format("s_{}", i), static_cast<std::uint8_t>(i)),
                                            no_password, {}, stores.soon())));
    Session foreign = session_of("s_4", 4);
    foreign.player = PlayerId{"p_2"};
    REQUIRE(get(stores->sessions.create(foreign, no_password, {}, stores.soon())));
    REQUIRE(get(stores->sessions.revoke(SessionId{"s_2"}, {}, stores.soon())));
    CHECK(get(stores->sessions.list(PlayerId{"p_1"}, noon, stores.soon()))->size() == 2);
    CHECK(get(stores->sessions.list(PlayerId{"p_1"}, noon + 720h, stores.soon()))->empty());
    const auto ended = get(
        stores->sessions.revoke_all(PlayerId{"p_1"}, {event_of(stores, "harvest.user", "p_1", "{}")}, stores.soon()));
    REQUIRE(ended->size() == 2);
    CHECK((*ended)[1].value == "s_3");
    CHECK(get(stores->sessions.revoke_all(PlayerId{"p_1"}, {}, stores.soon()))->empty());
    CHECK(get(stores->sessions.list(PlayerId{"p_1"}, noon, stores.soon()))->empty());
    CHECK_FALSE(get(stores->sessions.get(SessionId{"s_4"}, stores.soon()))->revoked);
    CHECK(get(stores->events.read("harvest.user", "", 0, 10, stores.soon()))->size() == 1);
}

TEMPLATE_TEST_CASE("A session that began after the hour of what ends it is named", "[sessions]", HARVEST_STORES)
{
    for (const std::string reason : {"ban", "password", "kick"}) {
        TestType stores;
        const PlayerId player = make_id<PlayerId>(noon, {});
        add_account(stores, player.value);
        const SessionId before = make_id<SessionId>(noon - 5ms, {}), after = make_id<SessionId>(noon + 5ms, {});
        for (const SessionId& id : {before, after}) {
            Session session = session_of(id.value, id == before ? 1 : 2);
            session.player = player;
            REQUIRE(get(stores->sessions.create(session, no_password, {}, stores.soon())));
        }
        const std::string all = protocol::encode(protocol::SessionRevoked{player, std::nullopt, reason});
        std::vector<OutboxEvent> events{event_of(stores, "harvest.user", player.value, all)};
        events.front().event.type = protocol::event_type::session_revoked;
        Sanction ban{player, "ban", "all", "why", noon, noon + 1h, "ops", AuditId{"a_1"}};
        if (reason == "ban")
            REQUIRE(get(stores->accounts.sanction({std::move(ban), false, true}, events, stores.soon())));
        else if (reason == "password")
            REQUIRE(get(stores->accounts.set_password({player, {}, "new"}, events, stores.soon())));
        else
            REQUIRE(get(stores->sessions.revoke_all(player, events, stores.soon())));

        const auto told = get(stores->events.read("harvest.user", player.value, 0, 10, stores.soon()));
        CAPTURE(reason);
        REQUIRE(told->size() == 2);
        CHECK(told->front().event.data == all);
        const Event& named = told->back().event;
        CHECK(named.type == protocol::event_type::session_revoked);
        CHECK(named.time == noon);
        CHECK(check_id('e', named.id.value));
        CHECK(named.data == protocol::encode(protocol::SessionRevoked{player, after, reason}));
    }
}

TEMPLATE_TEST_CASE("Sessions that are over are forgotten, the oldest first, a few at a time", "[sessions]",
                   HARVEST_STORES)
{
    TestType stores;
    add_account(stores, "p_1");
    const auto id_at = [](Millis time, std::uint8_t number) { return make_id<SessionId>(time, {number}); };
    const auto sign_in = [&](std::uint8_t number, Millis made, Millis expires_at) {
        Session session = session_of(id_at(made, number).value, number);
        session.expires_at = expires_at;
        REQUIRE(get(stores->sessions.create(session, no_password, {}, stores.soon())));
        return session.id;
    };
    const Millis end = noon + 720h;
    const SessionId first = sign_in(1, noon, end), revoked = sign_in(2, noon + 1ms, end),
                    longer = sign_in(3, noon + 2ms, end + 720h), newer = sign_in(4, noon + 1h, end);
    REQUIRE(get(stores->sessions.revoke(revoked, {}, stores.soon())));
    const SessionId bound = id_at(noon + 1h, 0);
    const auto drop = [&](Millis until, std::size_t limit) {
        return get(stores->sessions.drop_expired(bound, until, limit, stores.soon())).value();
    };
    const auto kept = [&](const SessionId& id) { return get(stores->sessions.get(id, stores.soon())).has_value(); };
    CHECK(drop(end, 10) == 0); // over at that very time, not before it
    CHECK(drop(end + 1ms, 1) == 1);
    CHECK_FALSE(kept(first));
    CHECK(kept(revoked));
    CHECK(drop(end + 1ms, 10) == 1);
    CHECK(drop(end + 1ms, 10) == 0);
    stores.reopen();
    CHECK_FALSE(kept(revoked));
    CHECK(kept(longer));
    CHECK(kept(newer)); // made too late to be looked at
}

TEMPLATE_TEST_CASE("A deck changes one version at a time, and there are twenty at most", "[decks]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId player{"p_1"};
    Deck deck{DeckId{"d_1"}, player, "first", "gardener", {"hen", "wheat_sprite", "hen"}, 1};
    const auto put = [&](Deck value) { return get(stores->decks.put(std::move(value), stores.soon())); };
    REQUIRE(put(deck));
    CHECK(put(deck).error() == Errc::conflict);
    deck.version = 3;
    CHECK(put(deck).error() == Errc::conflict);
    deck.version = 2;
    deck.cards = {"scarecrow"};
    REQUIRE(put(deck));
    CHECK(get(stores->decks.get(player, deck.id, stores.soon()))->cards == std::vector<std::string>{"scarecrow"});
    Deck stolen = deck;
    stolen.player = PlayerId{"p_2"};
    stolen.version = 3;
    CHECK(put(stolen).error() == Errc::conflict);
    CHECK(get(stores->decks.get(PlayerId{"p_2"}, deck.id, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->decks.remove(PlayerId{"p_2"}, deck.id, stores.soon())).error() == Errc::not_found);
    Deck odd = deck;
    odd.id = DeckId{"d_odd"};
    odd.version = 1;
    odd.cards = {"two\nlines"};
    CHECK(put(odd).error() == Errc::invalid_argument);
    odd.cards = {};
    REQUIRE(put(odd));
    CHECK(get(stores->decks.get(player, odd.id, stores.soon()))->cards.empty());
    for (int i = 0; i < 18; ++i) {
        odd.id = DeckId{fmt::format("d_x{}", i)};
        REQUIRE(put(odd));
    }
    odd.id = DeckId{"d_more"};
    CHECK(put(odd).error() == Errc::resource_exhausted);
    CHECK(get(stores->decks.list(player, stores.soon()))->size() == 20);
    REQUIRE(get(stores->decks.remove(player, deck.id, stores.soon())));
    REQUIRE(put(odd));
}

TEMPLATE_TEST_CASE("A chat message is kept and announced once, numbered without gaps", "[chat]", HARVEST_STORES)
{
    TestType stores;
    const auto post = [&](const std::string& id, const std::string& channel, const std::string& text) {
        ChatMessage message{MessageId{id}, channel, 0, PlayerId{"p_1"}, "moss", text, noon};
        const OutboxEvent event = event_of(stores, "harvest.chat", channel, "");
        ChatStore::Announce announce = [event](const ChatMessage& stored) {
            OutboxEvent announced = event;
            announced.event.data = fmt::format("{}:{}", stored.seq, stored.text);
            return announced;
        };
        return get(stores->chat.post(message, {}, announce, stores.soon()));
    };
    REQUIRE(post("c_1", "room:lobby", "hello")->seq == 1);
    REQUIRE(post("c_2", "room:lobby", "👩‍🌾")->seq == 2);
    REQUIRE(post("c_3", "room:other", "elsewhere")->seq == 1);
    const auto again = post("c_1", "room:lobby", "something else");
    CHECK(again->seq == 1);
    CHECK(again->text == "hello");
    REQUIRE(post("c_4", "room:lobby", "three")->seq == 3);
    const auto newest = get(stores->chat.history("room:lobby", 0, 2, stores.soon()));
    REQUIRE(newest->size() == 2);
    CHECK((*newest)[0].text == "three");
    CHECK((*newest)[1].text == "👩‍🌾");
    const auto older = get(stores->chat.history("room:lobby", 2, 10, stores.soon()));
    REQUIRE(older->size() == 1);
    CHECK((*older)[0].author_name == "moss");
    const auto events = get(stores->events.read("harvest.chat", "room:lobby", 0, 10, stores.soon()));
    REQUIRE(events->size() == 3);
    CHECK((*events)[2].event.data == "3:three");
    CHECK(get(stores->chat.history("room:none", 0, 10, stores.soon()))->empty());
}
