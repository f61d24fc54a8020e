// The relay from a PostgreSQL outbox to Kafka, as distributed systems run it: how fast a backlog is carried, and how
// long after its commit an event is with a consumer.
#include "common/adapters/kafka/event_log.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/postgres/database.hpp"
#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/outbox_cursor.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "common/runtime/relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

using namespace harvest;

namespace {

using Steady = std::chrono::steady_clock;
constexpr auto topic = "harvest.game";
constexpr int backlog = 100'000, at_once = 500, live = 500, keys = 100;

std::string needed(const char* name)
{
    const char* value = std::getenv(name);
    if (value && *value) return value;
    fmt::print(stderr, "{} is not set: scripts/services up && eval \"$(scripts/services env)\"\n", name);
    std::exit(1);
}

void rethrow(const std::exception_ptr& failure)
{
    if (failure) std::rethrow_exception(failure);
}

double cpu_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Bench {
public:
    Bench() : database_(store(), clock_), outbox_(database_), leases_(database_, clock_), log_(brokers(), clock_) {}
    ~Bench()
    {
        run([this]() -> Task<void> {
            sql::Job drop = [this](sql::Connection& connection) -> Result<void> {
                const auto dropped = sql::change(connection, "DROP SCHEMA " + name_ + " CASCADE", {});
                if (!dropped) return dropped.error();
                return {};
            };
            (void)co_await database_.write(std::move(drop), clock_.after(10s));
        });
    }

    struct Carried {
        double seconds{}, cpu{};
    };
    // `count` events from number `first` on.
    Carried carry(int first, int count)
    {
        double seconds = 0, cpu = 0;
        run([&]() -> Task<void> {
            for (int i = first; i < first + count; i += at_once) co_await commit(i, at_once);
            const auto began = Steady::now();
            const double cpu_before = cpu_seconds();
            Relay relay({}, loop_->get_executor(), outbox_, log_, leases_, clock_);
            asio::co_spawn(*loop_, relay.run(), rethrow);
            while (relay.load().at("carried") < count) (void)co_await clock_.sleep_until(clock_.after(1ms));
            seconds = std::chrono::duration<double>(Steady::now() - began).count();
            cpu = cpu_seconds() - cpu_before;
            relay.stop();
            (void)co_await clock_.sleep_until(clock_.after(1s)); // it gives its lease back
        });
        return {seconds, cpu};
    }

    void measure_backlog()
    {
        const Carried few = carry(0, backlog / 10), many = carry(backlog / 10, backlog);
        fmt::print(
            "{{\"row\":\"relay\",\"unit\":\"events/s\",\"ours\":{:.0f},\"note\":\"{} events from PostgreSQL to Kafka, "
            "{:.0f} a CPU-second of this side\"}}\n"
            "{{\"growth\":\"relay\",\"by\":\"events\",\"costs\":{{\"{}\":{:g},\"{}\":{:g}}}}}\n",
            backlog / many.seconds, backlog, backlog / many.cpu, backlog / 10, few.cpu / (backlog / 10), backlog,
            many.cpu / backlog);
    }

    void measure_delay()
    {
        std::vector<double> delays;
        run([&]() -> Task<void> {
            Relay relay({}, loop_->get_executor(), outbox_, log_, leases_, clock_);
            asio::co_spawn(*loop_, relay.run(), rethrow);
            const std::unique_ptr<EventReader> reader = log_.subscribe({"bench", {topic}});
            for (int read = 0; read < backlog + backlog / 10;) {
                const auto page = co_await reader->next(2'000, clock_.after(30s));
                if (!page || page->empty()) throw std::runtime_error("the backlog does not come");
                read += static_cast<int>(page->size());
            }
            for (int i = 0; i < live; ++i) {
                co_await commit(2 * backlog + i, 1);
                const auto committed = Steady::now();
                const auto page = co_await reader->next(100, clock_.after(10s));
                if (!page || page->empty()) throw std::runtime_error("an event does not come");
                delays.push_back(std::chrono::duration<double, std::milli>(Steady::now() - committed).count());
            }
            relay.stop();
            (void)co_await clock_.sleep_until(clock_.after(1s));
        });
        std::ranges::sort(delays);
        fmt::print("{{\"row\":\"relay_delay_ms\",\"unit\":\"ms\",\"ours\":{:.2f},\"note\":\"p50 {:.2f} ms, {} events "
                   "one by one\"}}\n",
                   delays[delays.size() * 99 / 100], delays[delays.size() / 2], delays.size());
    }

private:
    postgres::Options store()
    {
        postgres::Options options;
        options.dsn = needed("HARVEST_TEST_POSTGRES");
        options.schema = name_;
        return options;
    }
    kafka::Options brokers()
    {
        kafka::Options options;
        options.brokers = needed("HARVEST_TEST_KAFKA");
        options.prefix = name_ + ".";
        options.topics = {{topic}};
        return options;
    }

    template <class Work>
    void run(Work work)
    {
        asio::io_context loop{1};
        loop_ = &loop;
        asio::co_spawn(loop, work(), rethrow);
        loop.run();
    }

    Task<void> commit(int first, int count)
    {
        std::vector<OutboxEvent> events;
        for (int i = first; i < first + count; ++i) {
            Event event;
            event.id = new_id<EventId>(clock_, entropy_);
            event.type = "harvest.game.resource.changed.v1";
            event.source = "bench";
            event.subject = fmt::format("p_{}", i % keys);
            event.time = clock_.now();
            event.data = R"({"asset":"coin","amount":"1"})";
            events.push_back({topic, std::move(event)});
        }
        sql::Job job = [events = std::move(events)](sql::Connection& connection) -> Result<void> {
            return sql::append_events(connection, events);
        };
        const Result<void> done = co_await database_.write(std::move(job), clock_.after(30s));
        if (!done) throw std::runtime_error("a commit failed: " + done.error().message());
    }

    system::SystemClock clock_;
    system::SystemEntropy random_;
    memory::SeededEntropy entropy_{42};
    std::string name_ = "bench_" + to_hex(random_.bytes<6>());
    asio::io_context* loop_ = nullptr;
    postgres::PostgresDatabase database_;
    sql::SqlOutbox outbox_;
    sql::SqlLeases leases_;
    kafka::KafkaEventLog log_;
};

} // namespace

int main()
{
    Bench bench;
    bench.measure_backlog();
    bench.measure_delay();
}
