// What the stores tell a player of what they hold, and what is left when the account goes.
#include "common/adapters/sql/migrations.hpp"
#include "common/ports/personal_data.hpp"
#include "common/protocol/events.hpp"
#include "tests/contract/support/market.hpp"
#include "tests/contract/support/social.hpp"

#include <set>

using namespace harvest;
using namespace harvest::test;

namespace {

const std::string password_hash = "$argon2id$v=19$m=19456$secret";

template <class Stores>
PlayerId settler(Stores& stores, const std::string& name)
{
    NewAccount fresh;
    fresh.account.id = stores.template id<PlayerId>();
    fresh.account.name = name;
    fresh.account.password_hash = password_hash;
    fresh.account.device_secret.emplace();
    fresh.account.device_secret->fill(static_cast<std::uint8_t>(name[0] | 0x20)); // its owner's initial
    fresh.account.created_at = noon;
    fresh.decks = {{stores.template id<DeckId>(), fresh.account.id, name + "'s hens", "gardener", {"hen", "hen"}, 1}};
    fresh.grants = {
        {stores.template id<TransferId>(), "coin", "mint", player_account(fresh.account.id), 500, "starter"}};
    const PlayerId id = fresh.account.id;
    REQUIRE(get(stores->accounts.create(std::move(fresh), stores.soon())));
    return id;
}

template <class Stores>
Result<ChatMessage> say(Stores& stores, const PlayerId& author, const std::string& name, const std::string& text,
                        std::vector<PlayerId> readers = {})
{
    ChatMessage message;
    message.id = stores.template id<MessageId>();
    message.channel = "room:lobby";
    message.author = author;
    message.author_name = name;
    message.text = text;
    message.at = noon;
    return get(stores->chat.post(
        message, std::move(readers),
        [event = event_of(stores, "harvest.chat", "room:lobby", "{}")](const ChatMessage&) { return event; },
        stores.soon()));
}

template <class Stores>
MatchId play(Stores& stores, const PlayerId& one, const PlayerId& two)
{
    Match match;
    match.id = stores.template id<MatchId>();
    match.mode = "ranked";
    match.content_hash = "5be1c07a";
    match.created_at = noon;
    match.seats[0] = {one, "Kestrel", "gardener", {"hen"}, ""};
    match.seats[1] = {two, "Otter", "tinker", {"secret_card"}, ""};
    REQUIRE(get(stores->matches.make(match, {TicketId{}, TicketId{}}, {}, stores.soon())));
    const auto claimed = get(stores->matches.claim(match.id, "instance-0", noon, noon + 1h, stores.soon()));
    REQUIRE(claimed);
    REQUIRE(
        get(stores->matches.append_battle(match.id, claimed->epoch, {0, 1, "[1]"},
                                          event_of(stores, "harvest.battle", match.id.value, "{}"), stores.soon())));
    Settlement settlement;
    settlement.match = match.id;
    settlement.epoch = claimed->epoch;
    settlement.result = {1, "health", 9, 1, "77ab03d1"};
    settlement.server_seed = "5eed";
    settlement.at = noon + 1min;
    for (const PlayerId& player : {one, two}) {
        Rating rating;
        rating.player = player;
        rating.mode = "ranked";
        rating.games = 1;
        settlement.ratings.push_back(rating);
        settlement.days.push_back({player, 20'000, 1, 1, 0, 0});
    }
    REQUIRE(get(stores->matches.settle(std::move(settlement), stores.soon())));
    return match.id;
}

// Kestrel and Otter, who did everything that leaves a trace.
template <class Stores>
struct Lives {
    explicit Lives(Stores& in) : stores(in), kestrel(settler(stores, "Kestrel")), otter(settler(stores, "Otter"))
    {
        Session session;
        session.id = stores.template id<SessionId>();
        session.player = kestrel;
        session.generation = 1;
        session.current.fill(9);
        session.rotated_at = noon;
        session.expires_at = noon + 720h;
        REQUIRE(get(stores->sessions.create(session, {password_hash, noon}, {}, stores.soon())));
        REQUIRE(ask(stores, kestrel, otter));
        REQUIRE(accept(stores, otter, kestrel));
        const PlayerId moss = settler(stores, "Moss"), reed = settler(stores, "Reed");
        REQUIRE(block(stores, kestrel, moss));
        REQUIRE(block(stores, reed, kestrel));
        REQUIRE(ask(stores, kestrel, reed)); // goes nowhere
        const auto hens = say(stores, kestrel, "Kestrel", "my hens are called Ada and Grace");
        const auto answer = say(stores, otter, "Otter", "good for you");
        REQUIRE(hens);
        REQUIRE(answer);
        by_kestrel = reported(kestrel, *answer, "Kestrel is my name");
        of_kestrel = reported(otter, *hens, "a secret note");
        const auto lease = get(stores->leases.acquire("season", "test", 1s, stores.soon()));
        REQUIRE(lease);
        REQUIRE(get(stores->seasons.begin(*lease, 7, {}, noon, stores.soon())));
        Tournament cup;
        cup.id = TournamentId{"k_cup"};
        cup.rules = {"Cup", game::tournament::Format::swiss, 0, 10min, 2, 8, {}};
        cup.created_at = noon;
        REQUIRE(get(stores->tournaments.create(cup, stores.soon())));
        for (const PlayerId& player : {kestrel, otter})
            REQUIRE(get(stores->tournaments.enter(cup.id, {player, DeckId{"d_1"}, 0, noon}, stores.soon())));
        match = play(stores, kestrel, otter);
        give(stores, kestrel, "wheat", 10);
        sale = placed(stores, kestrel, Side::sell, 30, 10);
        placed(stores, otter, Side::buy, 30, 4);
        FarmChange farm;
        farm.next.player = kestrel;
        farm.next.version = 1;
        farm.next.farm.size = 12;
        farm.next.farm.plots = {{3, "wheat", noon, 4711, true, 0}};
        farm.plots = {3};
        farm.record = {kestrel, "k-1", "farm.plant 3", "{}", noon};
        REQUIRE(get(stores->farms.change(std::move(farm), stores.soon())));
        ProjectedEvent event;
        event.event = EventId{"e_1"};
        event.statistics.push_back({kestrel, "wins", 3});
        const std::vector<Transfer> reward{
            {stores.template id<TransferId>(), "stardust", "mint", player_account(kestrel), 5, "achievement"}};
        event.goals.push_back(
            {kestrel, "harvest", 0, 10, 10, noon, true, reward, event_of(stores, "harvest.user", "x", "{}")});
        REQUIRE(get(stores->progress.apply("achievements", 1, {event}, noon, stores.soon())));
        const Sanction mute{kestrel, "mute", "chat", "flood", noon, noon + 1h, "the operator", AuditId{"a_1"}};
        REQUIRE(get(stores->accounts.sanction({mute}, {}, stores.soon())));
    }

    ReportId reported(const PlayerId& reporter, const ChatMessage& message, const std::string& note)
    {
        Report report;
        report.id = stores.template id<ReportId>();
        report.reporter = reporter;
        report.reason = protocol::ReportReason::abuse;
        report.note = note;
        report.channel = message.channel;
        report.message = message.id;
        report.opened_at = noon;
        REQUIRE(get(stores->reports.file(report, 5, stores.soon())));
        return report.id;
    }
    void uphold(const ReportId& report)
    {
        const ReportMove move{report, protocol::ReportState::closed, protocol::ReportOutcome::upheld, "the operator",
                              noon};
        REQUIRE(get(stores->reports.move(move, stores.soon())));
    }
    Erasure erasure(Millis at = noon + 1h)
    {
        Erasure out;
        out.player = kestrel;
        out.password_hash = password_hash;
        out.at = at;
        out.first_event = stores.template id<EventId>();
        out.first_transfer = stores.template id<TransferId>();
        out.source = "auth-0";
        return out;
    }
    Result<void> erase(Erasure what) { return get(stores->personal.erase(std::move(what), stores.soon())); }
    Result<protocol::AccountExport> tell(const PlayerId& player, std::size_t at_most = 100)
    {
        return get(stores->personal.collect(player, at_most, noon, stores.soon()));
    }

    Stores& stores;
    PlayerId kestrel, otter;
    MatchId match;
    OrderId sale;
    ReportId by_kestrel, of_kestrel;
};

std::vector<std::string> texts_of(const sql::Row& row)
{
    std::vector<std::string> texts;
    try {
        for (std::size_t column = 0;; ++column) texts.push_back(row.text(column));
    }
    catch (const std::out_of_range&) { // a row does not tell how wide it is
    }
    return texts;
}

// Every table of the schema with a row of which some text `holds`.
template <class Stores, class Holds>
std::set<std::string> tables_with(Stores& stores, Holds holds)
{
    std::set<std::string> names, found;
    for (const sql::Migration& migration : sql::migrations())
        for (std::string_view statement : migration.statements) {
            if (!statement.starts_with("CREATE TABLE ")) continue;
            statement.remove_prefix(std::string_view("CREATE TABLE ").size());
            if (statement.starts_with("/*")) statement.remove_prefix(statement.find("*/") + 3);
            names.emplace(statement.substr(0, statement.find(' ')));
        }
    REQUIRE(names.size() > 20);
    REQUIRE(stores->database->read_now([&](sql::Connection& connection) -> Result<void> {
        for (const std::string& name : names) {
            const Result<sql::Rows> rows = connection.execute("SELECT * FROM " + name);
            if (!rows) return rows.error();
            for (const sql::Row& row : *rows)
                for (const std::string& text : texts_of(row))
                    if (holds(text)) found.insert(name);
        }
        return {};
    }));
    return found;
}

} // namespace

TEMPLATE_TEST_CASE("An export is all that is held of the player, and nothing of what others hide", "[personal]",
                   HARVEST_STORES)
{
    TestType stores;
    Lives lives(stores);
    const auto told = lives.tell(lives.kestrel);
    REQUIRE(told);
    CHECK(told->account.name == "Kestrel");
    CHECK(told->account.password_login);
    CHECK(told->account.device_login);
    CHECK(told->sessions.size() == 1);
    REQUIRE(told->sanctions.size() == 1);
    CHECK(told->sanctions[0].reason == "flood");
    REQUIRE(told->ledger.size() == 5); // starter, wheat, its stake, what it brought, the achievement
    CHECK(told->ledger[0].asset == "stardust");
    CHECK(told->ledger[2].change.units == -10);
    CHECK(told->balances.size() == 2);
    CHECK(told->decks.at(0).cards == std::vector<std::string>{"hen", "hen"});
    REQUIRE(told->farm);
    CHECK(told->farm->plots.at(0).crop == "wheat");
    REQUIRE(told->orders.size() == 1);
    CHECK(told->orders[0].left.units == 6);
    REQUIRE(told->matches.size() == 1);
    CHECK(told->matches[0].opponent == lives.otter);
    CHECK(told->matches[0].winner == 2);
    CHECK(told->ratings.size() == 1);
    CHECK(told->statistics.at(0).value == 3);
    CHECK(told->goals.at(0).reached_at == to_rfc3339(noon));
    CHECK(told->days.size() == 1);
    REQUIRE(told->seasons.size() == 1);
    CHECK(told->seasons[0].season == 7);
    REQUIRE(told->tournaments.size() == 1);
    CHECK(told->tournaments[0].name == "Cup");
    REQUIRE(told->friends.size() == 2);
    CHECK(told->blocks.size() == 1);
    CHECK(told->notifications.size() == 2); // of the friend, and of the order
    REQUIRE(told->messages.size() == 1);
    CHECK(told->messages[0].text == "my hens are called Ada and Grace");
    CHECK(told->actions.size() == 2); // the order and the planting
    REQUIRE(told->reports.size() == 1);
    CHECK(told->reports[0].player == lives.otter);
    CHECK(told->reports[0].note == "Kestrel is my name");
    CHECK(told->reported.empty()); // nothing is decided
    CHECK(told->evidence.empty());
    CHECK(told->cut.empty());
    const std::string text = protocol::encode(*told);
    for (const char* hidden : {"secret", "argon2id", "good for you", "4711", "5eed", "the operator"}) {
        INFO(hidden);
        CHECK(text.find(hidden) == std::string::npos);
    }
    CHECK(lives.tell(lives.otter)->ledger.size() == 3);
    CHECK(lives.tell(PlayerId{"p_nobody"}).error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("Who was reported is told what was decided and of which words, and not by whom",
                   "[personal][reports]", HARVEST_STORES)
{
    TestType stores;
    Lives lives(stores);
    lives.uphold(lives.of_kestrel);
    const auto told = lives.tell(lives.kestrel);
    REQUIRE(told);
    REQUIRE(told->reported.size() == 1);
    CHECK(told->reported[0].reason == protocol::ReportReason::abuse);
    CHECK(told->reported[0].outcome == protocol::ReportOutcome::upheld);
    REQUIRE(told->evidence.size() == 1);
    CHECK(told->evidence[0].text == "my hens are called Ada and Grace");
    const std::string text = protocol::encode(*told);
    for (const std::string& hidden : {std::string("secret"), std::string("the operator"), lives.of_kestrel.value}) {
        INFO(hidden);
        CHECK(text.find(hidden) == std::string::npos);
    }
    lives.uphold(lives.by_kestrel); // which has the same words as what came before
    CHECK(lives.tell(lives.kestrel)->evidence.size() == 1);
    CHECK(lives.tell(lives.otter)->evidence.size() == 1);
}

TEMPLATE_TEST_CASE("A report outlives its reporter without a name, and goes with the reported", "[personal][reports]",
                   HARVEST_STORES)
{
    TestType stores;
    Lives lives(stores);
    REQUIRE(lives.erase(lives.erasure()));
    const auto kept = get(stores->reports.get(lives.by_kestrel, stores.soon()));
    REQUIRE(kept);
    CHECK(kept->reporter.empty());
    CHECK(kept->note.empty());
    REQUIRE(kept->evidence.size() == 1); // less what the reporter said before it
    CHECK(kept->evidence[0].text == "good for you");
    CHECK(get(stores->reports.get(lives.of_kestrel, stores.soon())).error() == Errc::not_found);
    lives.uphold(lives.by_kestrel);
}

TEMPLATE_TEST_CASE("A long list is cut to its newest entries, and the export says so", "[personal]", HARVEST_STORES)
{
    TestType stores;
    Lives lives(stores);
    for (int i = 0; i < 5; ++i) REQUIRE(say(stores, lives.kestrel, "Kestrel", fmt::format("line {}", i)));
    const auto told = lives.tell(lives.kestrel, 3);
    REQUIRE(told);
    CHECK(told->messages.size() == 3);
    CHECK(told->ledger.size() == 3);
    CHECK(told->cut == std::vector<std::string>{"ledger", "messages"});
}

TEMPLATE_TEST_CASE("A deleted account leaves the sums, others' matches and nothing personal", "[personal]",
                   HARVEST_STORES)
{
    TestType stores;
    Lives lives(stores);
    Erasure wrong = lives.erasure();
    wrong.password_hash = "another by now";
    CHECK(lives.erase(wrong).error() == Errc::failed_precondition);
    CHECK(lives.tell(lives.kestrel));
    REQUIRE(lives.erase(lives.erasure()));
    stores.reopen();

    // Whatever table there is or will be: no name, no text, no secret; and only those that keep the sums and the
    // matches still know the id.
    const auto names = [](const std::string& text) {
        return text.find("Kestrel") != std::string::npos || text.find("kestrel") != std::string::npos ||
               text.find("Grace") != std::string::npos;
    };
    CHECK(tables_with(stores, names) == std::set<std::string>{});
    const auto knows = [&](const std::string& text) { return text == lives.kestrel.value; };
    CHECK(tables_with(stores, knows) == std::set<std::string>{"accounts", "events", "goals_reached", "market_orders",
                                                              "market_trades", "match_players", "matches",
                                                              "notifications", "sanctions"});
    check_sound(stores);
    CHECK(held(stores, escrow_account(lives.sale), "wheat") == 0);
    CHECK(held(stores, player_account(lives.kestrel), "wheat") == 6);
    CHECK(look(stores, lives.kestrel, lives.sale).state == OrderState::cancelled);

    const auto account = get(stores->accounts.get(lives.kestrel, stores.soon()));
    REQUIRE(account);
    CHECK(account->name == erased_name(lives.kestrel));
    CHECK(account->deleted_at == noon + 1h);
    CHECK(account->password_hash.empty());
    CHECK_FALSE(account->device_secret);
    CHECK(get(stores->accounts.find_by_name("Kestrel", stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->accounts.find_by_name(account->name, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->sessions.list(lives.kestrel, noon, stores.soon()))->empty());
    CHECK(lives.tell(lives.kestrel).error() == Errc::not_found);

    const auto match = get(stores->matches.get(lives.match, stores.soon()));
    REQUIRE(match);
    CHECK(match->seats[0].name == account->name);
    CHECK(match->seats[0].cards.size() == 1);
    CHECK(match->seats[1].name == "Otter");
    CHECK(match->result->final_hash == "77ab03d1");
    CHECK(get(stores->matches.battle_log(lives.match, stores.soon()))->size() == 1);
    CHECK(standing(stores, lives.otter, lives.kestrel) == std::nullopt);
    CHECK(get(stores->progress.leaderboard("rating", std::nullopt, 10, stores.soon()))->size() == 1);
    CHECK(get(stores->chat.history("room:lobby", 0, 10, stores.soon()))->size() == 1);
}

TEMPLATE_TEST_CASE("A deleted account is told once, and comes to life by nothing that is on its way", "[personal]",
                   HARVEST_STORES)
{
    TestType stores;
    Lives lives(stores);
    const auto in_group = [&](const PlayerId& player, const GroupId& group) {
        GroupOrder order;
        static_cast<SocialOrder&>(order) = order_of(stores, player, {});
        order.group = group;
        return order;
    };
    Group group{stores.template id<GroupId>(), "Hedge", "", true, {}, {}};
    REQUIRE(get(stores->groups.found(group, in_group(lives.kestrel, {}), stores.soon())));
    REQUIRE(get(stores->groups.join(in_group(lives.otter, group.id), stores.soon())));
    const Erasure erasure = lives.erasure();
    REQUIRE(lives.erase(erasure));
    REQUIRE(lives.erase(erasure)); // the same call again
    REQUIRE(lives.erase(lives.erasure(noon + 2h)));
    CHECK(get(stores->accounts.get(lives.kestrel, stores.soon()))->deleted_at == noon + 1h);
    std::map<std::string, int> told;
    for (const auto& [type, subject] : events_of(stores))
        if (subject == lives.kestrel.value) ++told[type];
    CHECK(told[std::string(protocol::event_type::user_deleted)] == 1);
    CHECK(told[std::string(protocol::event_type::session_revoked)] == 1);
    int closed = 0;
    for (const StoredEvent& stored : *get(stores->events.read("harvest.game", "", 0, 1'000, stores.soon())))
        if (stored.event.type == protocol::event_type::market_closed) {
            ++closed;
            CHECK(protocol::decode<protocol::MarketClosed>(stored.event.data)->returned.at(0).amount.units == 6);
        }
    CHECK(closed == 1);

    Session late;
    late.id = stores.template id<SessionId>();
    late.player = lives.kestrel;
    late.current.fill(3);
    CHECK(get(stores->sessions.create(late, {"", noon}, {}, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->accounts.set_password({lives.kestrel, password_hash, "x"}, {}, stores.soon())).error() ==
          Errc::not_found);
    CHECK(get(stores->accounts.rename({lives.kestrel, "Back", noon + 2h, noon}, {}, stores.soon())).error() ==
          Errc::not_found);
    CHECK(say(stores, lives.kestrel, "Kestrel", "still here").error() == Errc::not_found);
    CHECK_FALSE(ask(stores, lives.otter, lives.kestrel));
    const auto roster = get(stores->groups.members(group.id, stores.soon()));
    REQUIRE(roster->size() == 1);
    CHECK(roster->front().player == lives.otter);
    CHECK(roster->front().role == protocol::GroupRole::leader);
    CHECK_FALSE(get(stores->groups.join(in_group(lives.kestrel, group.id), stores.soon())));
    const Group another{stores.template id<GroupId>(), "Another", "", true, {}, {}};
    CHECK_FALSE(get(stores->groups.found(another, in_group(lives.kestrel, {}), stores.soon())));
    CHECK(lives.erase({}).error() == Errc::not_found);

    // The name is free at once, and the device too.
    const PlayerId next = settler(stores, "kestrel");
    CHECK(next != lives.kestrel);
    CHECK(lives.tell(next)->messages.empty());
}

TEMPLATE_TEST_CASE("What is on its way when an account is deleted writes nothing of the player", "[personal]",
                   HARVEST_STORES)
{
    TestType stores;
    Lives lives(stores);
    const PlayerId &kestrel = lives.kestrel, &otter = lives.otter;
    REQUIRE(lives.erase(lives.erasure()));
    const auto knows = [&](const std::string& text) { return text == kestrel.value; };
    const std::set<std::string> before = tables_with(stores, knows);
    const std::size_t told = get(stores->events.read("harvest.game", "", 0, 1'000, stores.soon()))->size();

    FarmChange farm;
    farm.next.player = kestrel;
    farm.next.version = 1;
    farm.next.farm.size = 12;
    farm.record = {kestrel, "k-2", "farm.plant 4", "{}", noon};
    CHECK(get(stores->farms.change(std::move(farm), stores.soon())).error() == Errc::not_found);
    CHECK(put(stores, opening(stores, kestrel, Side::sell, 30, 1)).error() == Errc::not_found);
    CraftOrder craft;
    craft.reply.card = "fox";
    craft.transfers = {
        {stores.template id<TransferId>(), "wheat", player_account(kestrel), "sink", 1, "craft.make"},
        {stores.template id<TransferId>(), "card.fox", "mint", player_account(kestrel), 1, "craft.make"}};
    craft.event = event_of(stores, "harvest.game", kestrel.value, "{}");
    craft.record = {kestrel, "k-3", "make fox", {}, noon};
    CHECK(get(stores->crafting.craft(std::move(craft), stores.soon())).error() == Errc::not_found);
    const Deck deck{stores.template id<DeckId>(), kestrel, "hens", "gardener", {"hen"}, 1};
    CHECK(get(stores->decks.put(deck, stores.soon())).error() == Errc::not_found);
    const MatchTicket ticket{stores.template id<TicketId>(), kestrel, "ranked", deck.id, "", noon};
    CHECK(get(stores->matches.queue(ticket, stores.soon())).error() == Errc::not_found);
    CHECK(ask(stores, kestrel, otter).error() == Errc::not_found);
    CHECK(block(stores, kestrel, otter).error() == Errc::not_found);
    const TournamentEntry entry{kestrel, deck.id, 0, noon};
    CHECK(get(stores->tournaments.enter(TournamentId{"k_cup"}, entry, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->chat.mark_read(kestrel, "room:lobby", 1, stores.soon()))->read == 0);
    CHECK(say(stores, otter, "Otter", "are you there?", {kestrel})); // who writes to the player hears nothing of it

    CHECK(tables_with(stores, knows) == before);
    CHECK(get(stores->events.read("harvest.game", "", 0, 1'000, stores.soon()))->size() == told);
    check_sound(stores);
}

TEMPLATE_TEST_CASE("A name changes once in its time, and to none that is taken", "[accounts]", HARVEST_STORES)
{
    TestType stores;
    const PlayerId ada_id = person(stores, "Ada"), bob_id = person(stores, "Bob");
    const auto rename = [&](const std::string& name, Millis at, std::vector<OutboxEvent> events = {}) {
        return get(stores->accounts.rename({ada_id, name, at, at - 24h}, std::move(events), stores.soon()));
    };
    CHECK(rename("BOB", noon).error() == Errc::already_exists);
    CHECK(rename("", noon).error() == Errc::invalid_argument);
    REQUIRE(rename("Lovelace", noon, {event_of(stores, "harvest.user", "p_1", "{}")}));
    CHECK(get(stores->accounts.find_by_name("lovelace", stores.soon()))->id == ada_id);
    CHECK(get(stores->accounts.find_by_name("Ada", stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->accounts.get(ada_id, stores.soon()))->renamed_at == noon);
    CHECK(rename("Ada", noon + 24h - 1ms).error() == Errc::conflict);
    CHECK(rename("Ada", noon + 24h));
    CHECK(get(stores->events.read("harvest.user", "p_1", 0, 10, stores.soon()))->size() == 1);
    CHECK(get(stores->accounts.rename({PlayerId{"p_9"}, "X", noon, noon}, {}, stores.soon())).error() ==
          Errc::not_found);
    CHECK(get(stores->accounts.get(bob_id, stores.soon()))->renamed_at == Millis{0});
}
