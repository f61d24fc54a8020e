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
