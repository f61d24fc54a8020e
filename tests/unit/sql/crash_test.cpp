#include "common/adapters/sql/ledger_check.hpp"
#include "tests/contract/support/stores.hpp"
#include "tests/unit/sql/faulty_disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>
#include <set>
#include <thread>

using namespace harvest;
using namespace harvest::test;

namespace {

constexpr int clients = 64;

struct Store {
    explicit Store(const std::filesystem::path& dir) : database(options(dir), clock), ledger(database) {}
    static sqlite::Options options(const std::filesystem::path& dir)
    {
        sqlite::Options options;
        options.path = (dir / "harvest.db").string();
        return options;
    }
    system::SystemClock clock;
    sqlite::SqliteDatabase database;
    sql::SqlLedger ledger;
};

// One line in the journal for each acknowledged transfer: written after the reply, so each must outlive everything.
void journal(int pipe, const std::string& id)
{
    const std::string line = id + "\n";
    if (::write(pipe, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::_Exit(3);
}

// 64 clients that pay each other, round after round, until the process is killed; a refusal ends its client.
void write_forever(Store& store, int pipe, int round)
{
    Loop loop;
    for (int client = 0; client < clients; ++client)
        loop.spawn([&store, pipe, round, client]() -> Task<void> {
            std::mt19937 random(static_cast<unsigned>(round * clients + client));
            for (int i = 0;; ++i) {
                Transfer transfer;
                transfer.id.value = fmt::format("t_{}_{}_{}", round, client, i);
                transfer.asset = "coin";
                transfer.debit = i == 0 ? "mint" : fmt::format("player:p_{}", client);
                transfer.credit = fmt::format("player:p_{}", i == 0 ? client : static_cast<int>(random() % 64U));
                transfer.amount = i == 0 ? 1'000 : 1;
                transfer.reason = "test";
                if (transfer.debit == transfer.credit) transfer.credit = "sink";
                OutboxEvent event{"harvest.game", {}};
                event.event.id.value = "e_" + transfer.id.value;
                event.event.type = "harvest.game.test.v1";
                event.event.subject = transfer.debit;
                std::vector<Transfer> transfers(1, transfer);
                std::vector<OutboxEvent> events(1, event);
                const Result<void> done = co_await store.ledger.transfer(std::move(transfers), noon, std::move(events),
                                                                         store.clock.after(10s));
                if (done)
                    journal(pipe, transfer.id.value);
                else if (done.error() != Errc::failed_precondition)
                    co_return;
            }
        });
    loop.run();
}

struct Ended {
    std::set<std::string> acknowledged;
    int status{};
};

// Runs `body` in a child that is killed after `life`, unless it ends by itself; gives its journal.
Ended run_child(const std::function<void(int pipe)>& body, std::chrono::microseconds life)
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::close(ends[0]);
        std::signal(SIGABRT, SIG_DFL); // not the test framework's
        const int nowhere = ::open("/dev/null", O_WRONLY);
        ::dup2(nowhere, 1);
        ::dup2(nowhere, 2);
        body(ends[1]);
        std::_Exit(0);
    }
    ::close(ends[1]);
    Ended ended;
    std::string text;
    const auto until = std::chrono::steady_clock::now() + life;
    for (bool killed = false;;) {
        const auto left = std::chrono::duration_cast<Millis>(until - std::chrono::steady_clock::now());
        pollfd waiting{ends[0], POLLIN, 0};
        if (!killed && ::poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) == 0) {
            ::kill(child, SIGKILL);
            killed = true;
        }
        char buffer[65536];
        const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
        if (got <= 0) break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    ::waitpid(child, &ended.status, 0);
    for (std::size_t from = 0, end = 0; (end = text.find('\n', from)) != std::string::npos; from = end + 1)
        ended.acknowledged.insert(text.substr(from, end - from));
    return ended;
}

struct Found {
    std::set<std::string> transfers, events;
    sql::LedgerReport report;
    bool gapless = true; // offsets of the event log
};

Found look_at(const std::filesystem::path& dir)
{
    Found found;
    Store store(dir);
    const auto look = [&found](sql::Connection& connection) -> Result<void> {
        const Result<sql::Rows> transfers = connection.execute("SELECT id FROM transfers");
        const Result<sql::Rows> events = connection.execute("SELECT id FROM events");
        const Result<sql::Rows> parts =
            connection.execute("SELECT count(*) FROM topics WHERE next_offset <> (SELECT count(*) FROM events WHERE "
                               "events.topic = topics.topic AND events.part = topics.part)");
        Result<sql::LedgerReport> report = sql::check_ledger(connection);
        if (!transfers || !events || !parts || !report) return Errc::internal;
        for (const sql::Row& row : *transfers) found.transfers.insert(row.text(0));
        for (const sql::Row& row : *events) found.events.insert(row.text(0));
        found.gapless = parts->front().integer(0) == 0;
        found.report = std::move(*report);
        return {};
    };
    REQUIRE(store.database.read_now(look));
    REQUIRE(store.database.verify()->empty());
    return found;
}

// Nothing acknowledged is missing, nothing is half there, and the sums are right.
void check(const Found& found, const std::set<std::string>& acknowledged)
{
    std::size_t lost = 0;
    for (const std::string& id : acknowledged)
        if (!found.transfers.contains(id)) ++lost;
    CHECK(lost == 0);
    CHECK(found.gapless);
    CHECK(found.report.sound());
    CHECK(found.transfers.size() == found.events.size());
    for (const std::string& id : found.transfers)
        if (!found.events.contains("e_" + id)) FAIL_CHECK("no event of " << id);
}

} // namespace

TEST_CASE("T1: kill -9 at any moment loses nothing that was acknowledged", "[crash]")
{
    TempDir dir;
    std::mt19937 random(3);
    std::set<std::string> acknowledged;
    for (int round = 0; round < 8 || (acknowledged.size() <= 500 && round < 60); ++round) {
        const Ended ended = run_child(
            [&](int pipe) {
                Store store(dir.path());
                write_forever(store, pipe, round);
            },
            std::chrono::milliseconds(40 + random() % 300));
        CHECK(WIFSIGNALED(ended.status));
        acknowledged.insert(ended.acknowledged.begin(), ended.acknowledged.end());
        check(look_at(dir.path()), acknowledged);
    }
    CHECK(acknowledged.size() > 500);
}

TEST_CASE("T1b: a power cut loses nothing that was acknowledged", "[crash]")
{
    TempDir dir;
    std::mt19937 random(4);
    std::set<std::string> acknowledged;
    for (int round = 0; round < 12 || (acknowledged.size() <= 500 && round < 60); ++round) {
        const Ended ended = run_child(
            [&](int pipe) {
                use_faulty_disk();
                Store store(dir.path());
                write_forever(store, pipe, round);
            },
            std::chrono::milliseconds(20 + random() % 250));
        acknowledged.insert(ended.acknowledged.begin(), ended.acknowledged.end());
        check(look_at(dir.path()), acknowledged);
    }
    CHECK(acknowledged.size() > 500);
}

TEST_CASE("T34: after a failed sync or write the process ends, and the next one recovers", "[crash]")
{
    const DiskFault fault = GENERATE(DiskFault::sync_fails, DiskFault::write_fails);
    TempDir dir;
    std::mt19937 random(5);
    std::set<std::string> acknowledged;
    for (int round = 0; round < 6; ++round) {
        const int after = static_cast<int>(random() % 40U);
        const Ended ended = run_child(
            [&](int pipe) {
                use_faulty_disk();
                Store store(dir.path());
                fail_disk(fault, after);
                write_forever(store, pipe, round);
            },
            std::chrono::seconds(20));
        CHECK(WIFSIGNALED(ended.status));
        CHECK(WTERMSIG(ended.status) == SIGABRT);
        acknowledged.insert(ended.acknowledged.begin(), ended.acknowledged.end());
        check(look_at(dir.path()), acknowledged);
    }
}

TEST_CASE("T34: a disk that fills up in the middle of a commit refuses, and goes on when there is space", "[crash]")
{
    TempDir dir;
    const Ended ended = run_child(
        [&](int pipe) {
            use_faulty_disk();
            Store store(dir.path());
            write_forever(store, pipe, 0);
        },
        std::chrono::milliseconds(200));
    std::set<std::string> acknowledged = ended.acknowledged;
    const Ended full = run_child(
        [&](int pipe) {
            use_faulty_disk();
            Store store(dir.path());
            fail_disk(DiskFault::full, 25);
            write_forever(store, pipe, 1); // every client ends with a refusal
            fail_disk(DiskFault::none, 0);
            std::vector<Transfer> transfers{{TransferId{"t_after"}, "coin", "mint", "sink", 1, "test"}};
            OutboxEvent event{"harvest.game", {}};
            event.event.id.value = "e_t_after";
            event.event.type = "harvest.game.test.v1";
            const std::vector<OutboxEvent> events{event};
            if (get(store.ledger.transfer(transfers, noon, events, store.clock.after(10s)))) journal(pipe, "t_after");
        },
        std::chrono::seconds(20));
    CHECK(WIFEXITED(full.status));
    CHECK(full.acknowledged.contains("t_after"));
    acknowledged.insert(full.acknowledged.begin(), full.acknowledged.end());
    check(look_at(dir.path()), acknowledged);
}

namespace {

// In the child: a disk of `kib` of its own, seen by nobody else. False where that is not permitted.
bool mount_small_disk(const std::filesystem::path& dir, int kib, unsigned long flags = 0)
{
    const std::string options = fmt::format("size={}k", kib);
    return ::mount("none", dir.c_str(), "tmpfs", flags, options.c_str()) == 0;
}

Result<void> mint(Store& store, const std::string& id)
{
    const std::vector<Transfer> transfers{{TransferId{id}, "coin", "mint", "sink", 1, "test"}};
    OutboxEvent event{"harvest.game", {}};
    event.event.id.value = "e_" + id;
    event.event.type = "harvest.game.test.v1";
    const std::vector<OutboxEvent> events{event};
    return get(store.ledger.transfer(transfers, noon, events, store.clock.after(10s)));
}

} // namespace

TEST_CASE("T34: on a disk that is really full nothing breaks, and work goes on when it grows", "[crash]")
{
    TempDir dir;
    const Ended ended = run_child(
        [&](int pipe) {
            if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                !mount_small_disk(dir.path(), 3'000)) {
                journal(pipe, "not permitted");
                return;
            }
            Store store(dir.path());
            write_forever(store, pipe, 0); // until every client has been refused
            if (mint(store, "t_while_full")) journal(pipe, "t_while_full");
            if (!mount_small_disk(dir.path(), 64'000, MS_REMOUNT)) std::_Exit(4);
            for (int i = 0; i < 20; ++i)
                if (mint(store, fmt::format("t_after_{}", i))) journal(pipe, fmt::format("t_after_{}", i));
            sql::Job count = [pipe](sql::Connection& connection) -> Result<void> {
                const Result<sql::Rows> rows = connection.execute("SELECT id FROM transfers");
                if (!rows) return rows.error();
                for (const sql::Row& row : *rows) journal(pipe, "kept " + row.text(0));
                const Result<sql::LedgerReport> report = sql::check_ledger(connection);
                if (report && report->sound()) journal(pipe, "sound");
                return {};
            };
            (void)store.database.read_now(count);
            if (store.database.verify()->empty()) journal(pipe, "verified");
        },
        std::chrono::seconds(60));
    if (ended.acknowledged.contains("not permitted")) {
        WARN("skipped: it takes the right to mount a small disk");
        return;
    }
    CHECK(WIFEXITED(ended.status));
    CHECK(ended.acknowledged.contains("t_after_19"));
    CHECK(ended.acknowledged.contains("sound"));
    CHECK(ended.acknowledged.contains("verified"));
    std::size_t acknowledged = 0, lost = 0;
    for (const std::string& line : ended.acknowledged)
        if (line.starts_with("t_")) {
            ++acknowledged;
            if (!ended.acknowledged.contains("kept " + line)) ++lost;
        }
    CHECK(acknowledged > 100);
    CHECK(lost == 0);
}
