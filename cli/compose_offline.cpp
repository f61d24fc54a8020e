// The part of the composition root that opens a store without daemons.
#include "cli/live_contents.hpp"
#include "cli/offline.hpp"
#include "common/adapters/sql/matches.hpp"
#include "common/adapters/sql/rules_archive.hpp"
#include "common/adapters/sqlite/database.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/ports/records/battle_record.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

namespace harvest::cli {
namespace {

using Rules = std::shared_ptr<const game::battle::Content>;

AsyncResult<RecordedMatch> read_record(Matches& matches, RulesArchive& archive, const Clock& clock, std::string which,
                                       Rules here)
{
    const Deadline by = clock.after(10s);
    Result<MatchId> id = parse_id<MatchId>(which);
    if (!id) {
        MatchFilter filter;
        filter.limit = 5'000;
        const auto newest = co_await matches.list(std::move(filter), by);
        if (!newest) co_return newest.error();
        for (const Match& match : *newest)
            if (short_id(match.id.value) == which) id = match.id;
    }
    if (!id) co_return Errc::not_found;
    const Result<Match> match = co_await matches.get(*id, by);
    if (!match) co_return match.error();
    const auto log = co_await matches.battle_log(match->id, by);
    if (!log) co_return log.error();
    Rules rules = match->content_hash == here->hash() ? here : nullptr;
    if (!rules) {
        const Result<ArchivedRules> kept = co_await archive.get(match->content_hash, by);
        const Result<Rules> read = kept ? rules_of(*kept) : kept.error();
        if (read) rules = *read;
    }
    Result<game::battle::BattleRecord> record = battle_record(*match, *log, rules ? *rules : *here);
    if (!record) co_return record.error();
    RecordedMatch recorded{std::move(*record), std::move(rules), {}};
    if (match->result)
        recorded.settled =
            game::battle::Settled{match->result->turns, match->result->commands, match->result->final_hash};
    co_return recorded;
}

} // namespace

std::variant<RecordedMatch, Failure> read_record_offline(const std::string& data_dir, const std::string& which,
                                                         std::shared_ptr<const game::battle::Content> here)
{
    const system::SystemClock clock;
    sqlite::Options options;
    options.path = data_dir + "/harvest.db";
    options.read_only = true;
    options.threads = false;
    try {
        sqlite::SqliteDatabase database(std::move(options), clock);
        sql::SqlMatches matches(database);
        sql::SqlRulesArchive archive(database);
        asio::io_context loop{1};
        std::optional<Result<RecordedMatch>> got;
        auto ask = [&]() -> Task<void> {
            Result<RecordedMatch> record = co_await read_record(matches, archive, clock, which, here);
            got = std::move(record);
        };
        asio::co_spawn(loop, ask, [](const std::exception_ptr&) {});
        loop.run();
        if (got && *got) return std::move(**got);
        const Error error = got ? got->error() : make_error_code(Errc::internal);
        return failure_of(error, fmt::format("no record of match {} in {}", which, data_dir),
                          "type: harvestctl admin match list");
    }
    catch (const sql::OpenError& e) {
        return failure_of(make_error_code(e.code()),
                          fmt::format("the store in {} cannot be read: {}", data_dir, e.what()),
                          "name a data directory: --data-dir DIR");
    }
}

} // namespace harvest::cli
