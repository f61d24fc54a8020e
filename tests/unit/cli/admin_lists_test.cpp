// The admin API's lists at the edges of a page, and what a reload of the content reaches.
#include "cli/api/admin_api.hpp"
#include "tests/support/world.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;
namespace api = harvest::cli::api;

namespace {

struct Office {
    Office() : audit(backend.directory + "/audit.log", {})
    {
        for (const char* const name : {"ann", "bob", "cleo"}) (void)backend.new_player(name);
        world.tournaments = backend.tournaments.get();
        world.reports = backend.reports.get();
        world.slow = &slow;
    }
    // A body, or the error's text.
    std::string ask(api::Handler handler, std::string query, std::string body = "")
    {
        api::Call call;
        call.http.query = std::move(query);
        call.http.body = std::move(body);
        call.by = backend.clock.after(5s);
        std::string out;
        auto script = [&]() -> Task<void> {
            const Result<std::string> answer = co_await handler(world, call);
            out = answer ? *answer : answer.error().message();
        };
        auto guard = asio::make_work_guard(backend.io); // `slow` answers from a thread of its own
        auto over = [&guard](const std::exception_ptr& failed) {
            guard.reset();
            if (failed) std::rethrow_exception(failed);
        };
        backend.io.restart();
        asio::co_spawn(backend.io, script, over);
        backend.io.run();
        return out;
    }
    std::size_t listed(api::Handler handler, std::string query)
    {
        const std::string body = ask(handler, std::move(query));
        INFO(body);
        const boost::json::value parsed = boost::json::parse(body);
        return parsed.at("items").as_array().size();
    }

    // A change of its own, a second after the one before.
    void keep(const std::string& actor, const std::string& target)
    {
        telemetry::AuditRecord record;
        record.id = "a_1";
        record.at = Millis{1'700'000'000'000} + 1s * ++kept;
        record.action = "player.kick";
        record.outcome = "success";
        record.actor = actor;
        record.target = target;
        REQUIRE(audit.append(record));
    }
    // The numbers of the records that each page of a query gives, a line a page.
    std::string pages(const std::string& query)
    {
        std::string out, cursor;
        for (int page = 0; page < 9; ++page) {
            const boost::json::value body =
                boost::json::parse(ask(api::list_audit, query + (cursor.empty() ? "" : "&cursor=" + cursor)));
            for (const boost::json::value& item : body.at("items").as_array())
                out += std::string(item.at("seq").as_string()) + ' ';
            out += '|';
            const boost::json::value* next = body.as_object().if_contains("next_cursor");
            if (!next || !next->is_string()) break;
            cursor = std::string(next->as_string());
        }
        return out;
    }

    int kept = 0;
    World backend;
    telemetry::Audit audit;
    BlockingPool slow{1, 4, backend.clock};
    api::World world{*backend.accounts, *backend.sessions, *backend.ledger,  *backend.matches,
                     *backend.events,   *backend.events,   backend.presence, backend.rpc,
                     backend.clock,     backend.entropy,   backend.metrics,  audit};
};

} // namespace

TEST_CASE("A page has one item at least, and a thousand at most", "[admin]")
{
    const auto limit_of = [](std::string query) {
        api::Call call;
        call.http.query = std::move(query);
        return call.limit();
    };
    CHECK(limit_of("") == 50);
    CHECK(limit_of("limit=0") == 1);
    CHECK(limit_of("limit=-1") == 50);
    CHECK(limit_of("limit=7") == 7);
    CHECK(limit_of("limit=99999") == 1000);
}

TEST_CASE("No list of the admin API falls over a limit of nothing", "[admin]")
{
    Office office;
    for (const api::Handler handler : {api::list_tournaments, api::list_matches, api::list_reports, api::list_audit})
        CHECK(office.listed(handler, "limit=0") == 0);
    CHECK(office.listed(api::list_players, "limit=0") == 1);
    CHECK(office.listed(api::list_players, "") == 3);
}

TEST_CASE("A reload of the content by the admin API is the whole one, of children too", "[admin]")
{
    Office office;
    int asked = 0;
    office.world.reload_content = [&asked] {
        ++asked;
        cli::ContentReload done;
        done.result = "applied: farm";
        done.changed = {"farm"};
        return done;
    };
    CHECK(office.ask(api::reload_game, "").find("applied: farm") != std::string::npos);
    CHECK(asked == 1);
    CHECK(office.ask(api::reload_game, "", R"({"reason":"new crops","ticket":"OPS-7"})").find("applied") !=
          std::string::npos);
    const std::string audited = office.ask(api::list_audit, "limit=10");
    CHECK(audited.find(R"("reason":"new crops")") != std::string::npos);
    (void)office.ask(api::reload_game, "", R"({"raeson":"x"})");
    CHECK(asked == 2);
}

TEST_CASE("What is asked of the audit log is looked for in all of it, and paged by what fits", "[admin]")
{
    const std::string player = "p_01JDC8Z5K7QMBW2X9T4R6V0HNE";
    Office office;
    office.keep("uid:0", player);
    office.keep("uid:7", player);
    office.keep("uid:0", player);
    for (int i = 0; i < 60; ++i) office.keep("uid:0", "all"); // more than a page
    office.keep("uid:0", player);
    CHECK(office.pages("target=" + player) == "64 3 2 1 |");
    CHECK(office.pages("target=" + player + "&limit=2") == "64 3 |2 1 |");
    CHECK(office.pages("target=p_4R6V0HNE&limit=3") == "64 3 2 |1 |");
    CHECK(office.pages("actor=uid:7") == "2 |");
    CHECK(office.pages("actor=uid:7&target=all") == "|");
    CHECK(office.pages("since=2023-11-14T22:14:23Z") == "64 63 |"); // 63 s after the first moment
    CHECK(office.pages("since=2023-11-14T22:14:23Z&target=all") == "63 |");
    CHECK(office.pages("limit=1000").starts_with("64 63 62 "));
    CHECK(office.ask(api::list_audit, "since=yesterday") == make_error_code(Errc::invalid_argument).message());
}

TEST_CASE("The audit log is read where it holds up no loop", "[admin]")
{
    Office office;
    office.keep("uid:0", "all");
    BlockingPool full(1, 0, office.backend.clock); // takes nothing
    office.world.slow = &full;
    CHECK(office.ask(api::list_audit, "") == make_error_code(Errc::resource_exhausted).message());
}
