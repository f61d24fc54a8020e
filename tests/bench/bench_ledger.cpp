// Durable transfers, outbox and event log on SQLite, against one transfer a commit in the same store.
// bench_ledger [DIR [SECONDS [ROUNDS]]]: a folder on the disk to measure, the length of a run, the runs of each kind.
#include "common/adapters/sql/event_log.hpp"
#include "common/adapters/sql/ledger.hpp"
#include "common/adapters/sql/ledger_check.hpp"
#include "common/adapters/sqlite/database.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <vector>

using namespace harvest;

namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start)
{
    return std::chrono::duration<double>(Steady::now() - start).count();
}

double cpu_seconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

double percentile(std::vector<double> values, double share)
{
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

struct Load {
    int clients{64};
    std::size_t group{512};
    bool events{};
    double seconds{2};
};

struct Measured {
    double per_second{}, per_cpu_second{}, p50_ms{}, p99_ms{};
};

struct Runner {
    const Load& load;
    Clock& clock;
    Ledger& ledger;
    Steady::time_point until;
    system::SystemEntropy entropy{};
    std::vector<double> latencies_ms{};

    Task<void> client(int number)
    {
        const std::string account = fmt::format("player:p_{}", number);
        while (Steady::now() < until) {
            Transfer transfer{new_id<TransferId>(clock, entropy), "coin", "mint", account, 1, "bench"};
            std::vector<Transfer> transfers(1, transfer);
            std::vector<OutboxEvent> events;
            OutboxEvent event; // made in either case: what is measured is the store's part
            event.topic = "harvest.game";
            event.event.id = new_id<EventId>(clock, entropy);
            event.event.type = "harvest.game.resource.changed.v1";
            event.event.source = "bench";
            event.event.subject = account;
            event.event.time = Millis{1};
            event.event.data = R"({"asset":"coin","amount":"1","reason":"bench"})";
            if (load.events) events.push_back(std::move(event));
            const auto start = Steady::now();
            const Result<void> done =
                co_await ledger.transfer(std::move(transfers), Millis{1}, std::move(events), clock.after(30s));
            if (!done) {
                fmt::print(stderr, "transfer failed: {}\n", done.error().message());
                co_return;
            }
            latencies_ms.push_back(seconds_since(start) * 1e3);
        }
    }
};

// A fresh store for each run, so that none pays for another's size.
Measured run(const std::filesystem::path& folder, const Load& load)
{
    std::filesystem::remove_all(folder);
    system::SystemClock clock;
    sqlite::Options options;
    options.path = (folder / "harvest.db").string();
    options.group = load.group;
    Measured measured;
    {
        sqlite::SqliteDatabase database(options, clock);
        sql::SqlLedger ledger(database);
        asio::io_context io;
        Runner runner{load, clock, ledger,
                      Steady::now() + std::chrono::milliseconds(static_cast<int>(load.seconds * 1e3))};
        const auto start = Steady::now();
        const double cpu = cpu_seconds();
        const auto ended = [](const std::exception_ptr& failure) {
            if (failure) std::rethrow_exception(failure);
        };
        for (int i = 0; i < load.clients; ++i) asio::co_spawn(io, runner.client(i), ended);
        io.run();
        const double count = static_cast<double>(runner.latencies_ms.size());
        measured = {count / seconds_since(start), count / (cpu_seconds() - cpu), percentile(runner.latencies_ms, 0.5),
                    percentile(runner.latencies_ms, 0.99)};
    }
    std::filesystem::remove_all(folder);
    return measured;
}

struct Series {
    std::vector<double> rates, cpu_rates, p50, p99;
    void add(const Measured& m)
    {
        rates.push_back(m.per_second);
        cpu_rates.push_back(m.per_cpu_second);
        p50.push_back(m.p50_ms);
        p99.push_back(m.p99_ms);
    }
};

void measure_transfers(const std::filesystem::path& folder, double seconds, int rounds)
{
    Series grouped, single, with_events;
    for (int i = 0; i < rounds; ++i) { // interleaved: the machine's mood is the same for all
        grouped.add(run(folder, {64, 512, false, seconds}));
        single.add(run(folder, {64, 1, false, seconds}));
        with_events.add(run(folder, {64, 512, true, seconds}));
    }
    fmt::print("{{\"row\":\"ledger_transfers\",\"unit\":\"1/s\",\"ours\":{:.0f},\"yardstick\":{:.0f},\"ratio\":{:.1f},"
               "\"per_cpu_second\":{:.0f},\"rounds\":{}}}\n"
               "{{\"row\":\"ledger_transfers_per_second\",\"unit\":\"1/s\",\"ours\":{:.0f}}}\n"
               "{{\"row\":\"ledger_p99_ms\",\"unit\":\"ms\",\"ours\":{:.2f},\"p50_ms\":{:.2f}}}\n",
               median(grouped.rates), median(single.rates), median(grouped.rates) / median(single.rates),
               median(grouped.cpu_rates), rounds, median(grouped.rates), median(grouped.p99), median(grouped.p50));
    fmt::print("{{\"row\":\"outbox\",\"unit\":\"1/s\",\"ours\":{:.0f},\"yardstick\":{:.0f},\"ratio\":{:.3f},"
               "\"yardstick_name\":\"the same transaction without event\",\"per_cpu_second\":{:.0f},"
               "\"yardstick_per_cpu_second\":{:.0f},\"p99_ms\":{:.2f}}}\n",
               median(with_events.rates), median(grouped.rates), median(with_events.rates) / median(grouped.rates),
               median(with_events.cpu_rates), median(grouped.cpu_rates), median(with_events.p99));
}

// What a transfer costs the processor with a tenth of the clients and with ten times as many.
void measure_growth(const std::filesystem::path& folder, double seconds)
{
    for (const auto& [row, events] : {std::pair{"ledger_transfers_per_second", false}, std::pair{"outbox", true}}) {
        std::vector<double> rates;
        for (const int clients : {6, 64, 640})
            rates.push_back(run(folder, {clients, 512, events, seconds}).per_cpu_second);
        fmt::print("{{\"growth\":\"{}\",\"by\":\"clients\",\"rates\":{{\"6\":{:.0f},\"64\":{:.0f},\"640\":{:.0f}}}}}\n",
                   row, rates[0], rates[1], rates[2]);
    }
}

void rethrow(const std::exception_ptr& failure)
{
    if (failure) std::rethrow_exception(failure);
}

// From the writer's hearing of its commit to the consumer's having the event; a writer that waits for each commit.
void measure_delay(sql::SqlEventLog& log, Clock& clock, int count)
{
    asio::io_context io;
    std::vector<Steady::time_point> committed(static_cast<std::size_t>(count));
    std::vector<double> delays_ms;
    auto write = [&]() -> Task<void> {
        for (int i = 0; i < count; ++i) {
            std::vector<Event> events(1);
            events[0].id.value = fmt::format("e_{}", i);
            events[0].type = "harvest.test.v1";
            events[0].subject = "p_1";
            events[0].data = std::to_string(i);
            const Result<void> done = co_await log.append("harvest.user", std::move(events), clock.after(10s));
            committed[static_cast<std::size_t>(i)] = Steady::now();
            if (!done) co_return;
        }
    };
    auto read = [&]() -> Task<void> {
        const std::unique_ptr<EventReader> reader = log.subscribe({"bench", {"harvest.user"}});
        while (static_cast<int>(delays_ms.size()) < count) {
            const auto events = co_await reader->next(100, clock.after(10s));
            const auto now = Steady::now();
            if (!events || events->empty()) co_return;
            for (const StoredEvent& stored : *events) {
                const auto at = committed[static_cast<std::size_t>(std::stoi(stored.event.data))];
                // A reader may come before the writer has heard of its own commit.
                const std::chrono::duration<double, std::milli> delay = now - at;
                delays_ms.push_back(at == Steady::time_point{} ? 0 : delay.count());
            }
        }
    };
    asio::co_spawn(io, write, rethrow);
    asio::co_spawn(io, read, rethrow);
    io.run();
    fmt::print("{{\"row\":\"outbox_delay_ms\",\"unit\":\"ms\",\"ours\":{:.2f},\"p50\":{:.2f},\"events\":{}}}\n",
               percentile(delays_ms, 0.99), percentile(delays_ms, 0.5), delays_ms.size());
}

// How fast a backlog is read, in events a second; it is appended to a topic of its own.
double measure_reading(sql::SqlEventLog& log, Clock& clock, const std::string& topic, int backlog)
{
    asio::io_context io;
    double rate = 0;
    auto flood = [&]() -> Task<void> {
        for (int i = 0; i < backlog; i += 1'000) {
            std::vector<Event> events(1'000);
            for (int j = 0; j < 1'000; ++j) {
                Event& event = events[static_cast<std::size_t>(j)];
                event.id.value = fmt::format("{}_{:09}", topic, i + j); // an id seen before is not taken again
                event.type = "harvest.game.resource.changed.v1";
                event.subject = fmt::format("p_{}", j % 100);
                event.data = R"({"asset":"coin","amount":"1"})";
            }
            const Result<void> done = co_await log.append(topic, std::move(events), clock.after(60s));
            if (!done) co_return;
        }
        const std::unique_ptr<EventReader> reader = log.subscribe({topic, {topic}});
        const auto start = Steady::now();
        int seen = 0;
        while (seen < backlog) {
            const auto events = co_await reader->next(500, clock.after(10s));
            if (!events || events->empty()) co_return;
            seen += static_cast<int>(events->size());
        }
        rate = seen / seconds_since(start);
    };
    asio::co_spawn(io, flood, rethrow);
    io.run();
    return rate;
}

void measure_events(const std::filesystem::path& folder, int live, int backlog)
{
    std::filesystem::remove_all(folder);
    {
        system::SystemClock clock;
        sqlite::Options options;
        options.path = (folder / "harvest.db").string();
        sqlite::SqliteDatabase database(options, clock);
        sql::SqlEventLog log(database, clock);
        measure_delay(log, clock, live);
        const double few = measure_reading(log, clock, "harvest.user", backlog / 10);
        const double many = measure_reading(log, clock, "harvest.game", backlog);
        fmt::print("{{\"row\":\"event_log_read\",\"unit\":\"1/s\",\"ours\":{:.0f}}}\n"
                   "{{\"growth\":\"event_log_read\",\"by\":\"events\",\"rates\":{{\"{}\":{:.0f},\"{}\":{:.0f}}}}}\n",
                   many, backlog / 10, few, backlog, many);
    }
    std::filesystem::remove_all(folder);
}

struct Checked {
    double seconds{}, filled_in{};
    sql::LedgerReport report;
};

// The whole fold over `count` transfers.
Checked measure_check(const std::filesystem::path& folder, int count)
{
    Checked checked;
    std::filesystem::remove_all(folder);
    {
        system::SystemClock clock;
        sqlite::Options options;
        options.path = (folder / "harvest.db").string();
        sqlite::SqliteDatabase database(options, clock);
        sql::SqlLedger ledger(database);
        asio::io_context io;
        auto fill = [&]() -> Task<void> {
            for (int i = 0; i < count; i += 5'000) {
                std::vector<OutboxEvent> events;
                std::vector<Transfer> transfers;
                for (int j = i; j < i + 5'000; ++j)
                    transfers.push_back(
                        {TransferId{fmt::format("t_{:09}", j)}, "coin",
                         j < 1'000 ? "mint" : fmt::format("player:p_{}", j % 1'000),
                         j < 1'000
                             ? fmt::format("player:p_{}", j)
                             : fmt::format("player:p_{}", j * 7 % 1'000 == j % 1'000 ? (j + 1) % 1'000 : j * 7 % 1'000),
                         j < 1'000 ? 1'000'000 : 1, "bench"});
                const Result<void> done =
                    co_await ledger.transfer(std::move(transfers), Millis{1}, std::move(events), clock.after(60s));
                if (!done) {
                    fmt::print(stderr, "transfers failed: {}\n", done.error().message());
                    co_return;
                }
            }
        };
        asio::co_spawn(io, fill, [](const std::exception_ptr& failure) {
            if (failure) std::rethrow_exception(failure);
        });
        const auto filling = Steady::now();
        io.run();
        checked.filled_in = seconds_since(filling);
        const auto start = Steady::now();
        const auto look = [&checked](sql::Connection& connection) -> Result<void> {
            Result<sql::LedgerReport> report = sql::check_ledger(connection);
            if (!report) return report.error();
            checked.report = std::move(*report);
            return {};
        };
        if (const Result<void> looked = database.read_now(look); !looked)
            throw std::runtime_error("the check failed: " + looked.error().message());
        checked.seconds = seconds_since(start);
    }
    std::filesystem::remove_all(folder);
    return checked;
}

void measure_checks(const std::filesystem::path& folder, int count)
{
    const Checked few = measure_check(folder, count / 10), many = measure_check(folder, count);
    fmt::print("{{\"row\":\"ledger_check_s\",\"unit\":\"s\",\"ours\":{:.2f},\"transfers\":{},\"violations\":{},"
               "\"bulk_transfers_per_second\":{:.0f}}}\n"
               "{{\"growth\":\"ledger_check_s\",\"by\":\"transfers\",\"costs\":{{\"{}\":{:g},\"{}\":{:g}}}}}\n",
               many.seconds, many.report.transfers, many.report.violations, count / many.filled_in, count / 10,
               few.seconds / (count / 10), count, many.seconds / count);
}

} // namespace

int main(int argc, char** argv)
{
    const std::filesystem::path folder =
        std::filesystem::path(argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string()) /
        "harvest-bench-ledger";
    const double seconds = argc > 2 ? std::stod(argv[2]) : 2;
    const int rounds = argc > 3 ? std::stoi(argv[3]) : 5;
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    measure_transfers(folder, seconds, rounds);
    measure_growth(folder, seconds);
    measure_events(folder, 500, 100'000);
    measure_checks(folder, rounds >= 5 ? 1'000'000 : 100'000);
}
