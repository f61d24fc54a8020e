// The Reports store: evidence as it stood, one open report of the same, and what moderators do with them.
#include "common/ports/reports.hpp"
#include "common/protocol/report_errc.hpp"
#include "tests/contract/support/social.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;
using protocol::ReportErrc;
using protocol::ReportOutcome;
using protocol::ReportReason;
using protocol::ReportState;

namespace {

template <class Stores>
class Court {
public:
    explicit Court(Stores& stores) : stores_(stores) {}

    ChatMessage say(const PlayerId& author, const std::string& text, const std::string& channel = "room:lobby")
    {
        ChatMessage message;
        message.id = stores_.template id<MessageId>();
        message.channel = channel;
        message.author = author;
        message.author_name = "somebody";
        message.text = text;
        message.at = noon;
        const auto posted = get(stores_->chat.post(message, {}, announce(channel), stores_.soon()));
        REQUIRE(posted);
        return *posted;
    }
    void edit(const ChatMessage& message, const std::string& text)
    {
        REQUIRE(get(stores_->chat.edit(message.id, text, noon + 1min, announce(message.channel), stores_.soon())));
    }
    void take_back(const ChatMessage& message)
    {
        REQUIRE(get(stores_->chat.take_back(message.id, noon + 2min, announce(message.channel), stores_.soon())));
    }
    Result<FiledReport> file(const PlayerId& reporter, const ChatMessage& message, std::size_t before = 2)
    {
        Report report = made(reporter);
        report.channel = message.channel;
        report.message = message.id;
        return get(stores_->reports.file(report, before, stores_.soon()));
    }
    Result<FiledReport> file(const PlayerId& reporter, const PlayerId& reported, const MatchId& match = {})
    {
        Report report = made(reporter);
        report.reported = reported;
        report.match = match;
        return get(stores_->reports.file(report, 2, stores_.soon()));
    }
    Result<Report> move(const ReportId& report, ReportState to, const std::string& moderator,
                        std::optional<ReportOutcome> outcome = std::nullopt,
                        std::optional<ReportStanding> seen = std::nullopt)
    {
        return get(stores_->reports.move({report, to, outcome, moderator, noon + 1h, std::move(seen)}, stores_.soon()));
    }
    Result<Report> look(const ReportId& report) { return get(stores_->reports.get(report, stores_.soon())); }
    std::vector<ReportId> list(ReportFilter filter = {})
    {
        std::vector<ReportId> ids;
        for (const Report& report : *get(stores_->reports.list(std::move(filter), stores_.soon())))
            ids.push_back(report.id);
        return ids;
    }

private:
    Report made(const PlayerId& reporter)
    {
        Report report;
        report.id = ReportId{"r_" + make_ulid(noon + Millis{++filed_}, {})}; // in order
        report.reporter = reporter;
        report.reason = ReportReason::spam;
        report.note = "look";
        report.opened_at = noon;
        return report;
    }
    ChatStore::Announce announce(const std::string& channel)
    {
        return [event = event_of(stores_, "harvest.chat", channel, "{}")](const ChatMessage&) { return event; };
    }

    Stores& stores_;
    int filed_ = 0;
};

} // namespace

TEMPLATE_TEST_CASE("Evidence is the message as it stood, with what came before it", "[reports]", HARVEST_STORES)
{
    TestType stores;
    Court court(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    court.say(bob, "too long ago");
    const ChatMessage taken = court.say(bob, "already taken back");
    court.say(bob, "elsewhere", "room:help");
    court.say(ada, "stop it");
    court.say(bob, "why?");
    const ChatMessage bad = court.say(bob, "you weed");
    court.say(ada, "after it");
    court.take_back(taken);
    court.edit(bad, "you rotten weed");
    const auto filed = court.file(ada, bad);
    REQUIRE(filed);
    CHECK_FALSE(filed->repeated);
    CHECK(filed->report.reported == bob);
    court.edit(bad, "you flower");
    court.take_back(bad);
    stores.reopen();
    const auto kept = court.look(filed->report.id);
    REQUIRE(kept);
    REQUIRE(kept->evidence.size() == 3);
    CHECK(kept->evidence[0].text == "stop it");
    CHECK(kept->evidence[1].text == "why?");
    CHECK(kept->evidence[2].text == "you rotten weed");
    CHECK(kept->evidence[2].id == bad.id);
    CHECK(kept->evidence[2].edited_at == noon + 1min);
    CHECK(kept->note == "look");
    CHECK(kept->reason == ReportReason::spam);
    CHECK(kept->opened_at == noon);
    CHECK_FALSE(kept->outcome);
    CHECK(court.file(bob, court.say(ada, "alone", "room:trade"))->report.evidence.size() == 1);
}

TEMPLATE_TEST_CASE("One report of the same by the same player is open at a time", "[reports]", HARVEST_STORES)
{
    TestType stores;
    Court court(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), eve = person(stores, "Eve");
    const ChatMessage bad = court.say(bob, "you weed"), worse = court.say(bob, "and you");
    const ReportId first = court.file(ada, bad)->report.id;
    court.take_back(bad);
    const auto again = court.file(ada, bad);
    REQUIRE(again);
    CHECK(again->repeated);
    CHECK(again->report.id == first);
    CHECK(again->report.evidence.size() == 1);
    CHECK_FALSE(court.file(ada, worse)->repeated);
    CHECK_FALSE(court.file(eve, worse)->repeated);
    CHECK_FALSE(court.file(ada, bob)->repeated);
    CHECK(court.file(ada, bob, stores.template id<MatchId>())->repeated);
    REQUIRE(court.move(first, ReportState::taken, "mo"));
    CHECK(court.file(ada, bad)->repeated); // it is being looked at
    REQUIRE(court.move(first, ReportState::closed, "mo", ReportOutcome::dismissed));
    CHECK(court.file(ada, bad).error() == ReportErrc::no_such_message); // taken back long ago
    const ReportId old = court.file(eve, bob)->report.id;
    REQUIRE(court.move(old, ReportState::closed, "mo", ReportOutcome::upheld));
    const auto anew = court.file(eve, bob);
    REQUIRE(anew);
    CHECK_FALSE(anew->repeated);
    CHECK(court.move(old, ReportState::taken, "mo").error() == Errc::conflict);
    REQUIRE(court.move(anew->report.id, ReportState::closed, "mo", ReportOutcome::upheld));
    CHECK(court.move(old, ReportState::taken, "mo"));
}

TEMPLATE_TEST_CASE("Of two moderators who saw a report open, one gets it", "[reports]", HARVEST_STORES)
{
    TestType stores;
    Court court(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    const ReportId one = court.file(ada, bob)->report.id;
    const ReportStanding open{ReportState::open, ""}, of_mo{ReportState::taken, "mo"};
    REQUIRE(court.move(one, ReportState::taken, "mo", {}, open));
    CHECK(court.move(one, ReportState::taken, "lu", {}, open).error() == Errc::conflict);
    CHECK(court.move(one, ReportState::closed, "lu", ReportOutcome::upheld, open).error() == Errc::conflict);
    CHECK(court.look(one)->moderator == "mo");
    CHECK(court.move(one, ReportState::taken, "lu", {}, of_mo)->moderator == "lu");
}

TEMPLATE_TEST_CASE("What cannot be reported is refused and leaves nothing", "[reports]", HARVEST_STORES)
{
    TestType stores;
    Court court(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob");
    ChatMessage said = court.say(bob, "hello");
    CHECK(court.file(bob, said).error() == ReportErrc::self);
    CHECK(court.file(ada, ada).error() == ReportErrc::self);
    CHECK(court.file(ada, stores.template id<PlayerId>()).error() == ReportErrc::no_such_player);
    CHECK(court.file(stores.template id<PlayerId>(), bob).error() == Errc::not_found);
    said.channel = "room:help";
    CHECK(court.file(ada, said).error() == ReportErrc::no_such_message);
    said.id = stores.template id<MessageId>();
    CHECK(court.file(ada, said).error() == ReportErrc::no_such_message);
    CHECK(court.list().empty());
    CHECK(court.look(stores.template id<ReportId>()).error() == Errc::not_found);
    CHECK(court.move(stores.template id<ReportId>(), ReportState::taken, "mo").error() == Errc::not_found);
}

TEMPLATE_TEST_CASE("Moderators take reports, close them, and find their own", "[reports]", HARVEST_STORES)
{
    TestType stores;
    Court court(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), eve = person(stores, "Eve");
    const ReportId one = court.file(ada, bob)->report.id, two = court.file(ada, eve)->report.id,
                   three = court.file(eve, bob)->report.id;
    CHECK(court.list() == std::vector{three, two, one});
    const auto taken = court.move(one, ReportState::taken, "mo");
    REQUIRE(taken);
    CHECK(taken->state == ReportState::taken);
    CHECK(taken->moderator == "mo");
    CHECK(taken->moved_at == noon + 1h);
    CHECK(court.move(one, ReportState::taken, "mo").error() == Errc::failed_precondition);
    CHECK(court.move(one, ReportState::taken, "lu")->moderator == "lu");
    const auto closed = court.move(two, ReportState::closed, "mo", ReportOutcome::upheld);
    REQUIRE(closed);
    CHECK(closed->outcome == ReportOutcome::upheld);
    CHECK(court.move(two, ReportState::closed, "lu", ReportOutcome::dismissed).error() == Errc::failed_precondition);
    CHECK(court.move(three, ReportState::closed, "mo").error() == Errc::invalid_argument);
    CHECK(court.move(three, ReportState::open, "mo").error() == Errc::invalid_argument);
    ReportFilter filter;
    filter.state = ReportState::open;
    CHECK(court.list(filter) == std::vector{three});
    filter.state.reset();
    filter.moderator = "lu";
    CHECK(court.list(filter) == std::vector{one});
    filter.moderator.clear();
    filter.reported = bob;
    CHECK(court.list(filter) == std::vector{three, one});
    filter.limit = 1;
    CHECK(court.list(filter) == std::vector{three});
    filter.after = three.value;
    CHECK(court.list(filter) == std::vector{one});
    const auto reopened = court.move(two, ReportState::taken, "lu");
    REQUIRE(reopened);
    CHECK_FALSE(reopened->outcome);
}

TEMPLATE_TEST_CASE("Reports that were closed long ago go with their evidence, and no others", "[reports]",
                   HARVEST_STORES)
{
    TestType stores;
    Court court(stores);
    const PlayerId ada = person(stores, "Ada"), bob = person(stores, "Bob"), eve = person(stores, "Eve");
    const ChatMessage said = court.say(bob, "hello");
    const ReportId closed = court.file(ada, said)->report.id, open = court.file(eve, said)->report.id;
    const ReportId taken = court.file(ada, bob)->report.id, other = court.file(eve, bob)->report.id;
    REQUIRE(court.move(taken, ReportState::taken, "mo"));
    for (const ReportId& each : {closed, other})
        REQUIRE(court.move(each, ReportState::closed, "mo", ReportOutcome::upheld)); // at noon + 1h
    const auto drop = [&](Millis until, std::size_t limit) {
        return get(stores->reports.drop_closed(until, limit, stores.soon())).value();
    };
    CHECK(drop(noon + 1h, 10) == 0);
    CHECK(drop(noon + 1h + 1ms, 1) == 1);
    CHECK(drop(noon + 1h + 1ms, 10) == 1);
    CHECK(drop(noon + 1h + 1ms, 10) == 0);
    for (const ReportId& each : {closed, other})
        CHECK(get(stores->reports.get(each, stores.soon())).error() == Errc::not_found);
    CHECK(get(stores->reports.get(open, stores.soon()))->evidence.size() == 1);
    CHECK(get(stores->reports.get(taken, stores.soon())));
    const auto left = [&](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> rows = connection.execute("SELECT COUNT(*) FROM report_messages");
        if (!rows) return rows.error();
        CHECK(rows->front().integer(0) == 1);
        return {};
    };
    REQUIRE(stores->database->read_now(left));
    CHECK_FALSE(court.file(ada, said)->repeated); // as if there had been none
}
