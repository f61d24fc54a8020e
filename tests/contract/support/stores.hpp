// The adapters that the suites of the stores run on. Each makes a fresh store; reopen() closes it and opens it again.
#pragma once

#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/postgres/database.hpp"
#include "common/adapters/sql/accounts.hpp"
#include "common/adapters/sql/chat_store.hpp"
#include "common/adapters/sql/crafting.hpp"
#include "common/adapters/sql/credentials.hpp"
#include "common/adapters/sql/decks.hpp"
#include "common/adapters/sql/event_log.hpp"
#include "common/adapters/sql/farms.hpp"
#include "common/adapters/sql/groups.hpp"
#include "common/adapters/sql/leases.hpp"
#include "common/adapters/sql/ledger.hpp"
#include "common/adapters/sql/market.hpp"
#include "common/adapters/sql/matches.hpp"
#include "common/adapters/sql/personal_data.hpp"
#include "common/adapters/sql/progress.hpp"
#include "common/adapters/sql/reports.hpp"
#include "common/adapters/sql/seasons.hpp"
#include "common/adapters/sql/sessions.hpp"
#include "common/adapters/sql/social.hpp"
#include "common/adapters/sql/tournaments.hpp"
#include "common/adapters/sqlite/database.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "tests/contract/support/run.hpp"

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace harvest::test {

class TempDir {
public:
    TempDir()
    {
        std::string name = (std::filesystem::temp_directory_path() / "harvest-test-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
        path_ = name;
    }
    ~TempDir() { std::filesystem::remove_all(path_); }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

// Everything on one database.
struct OpenStores {
    explicit OpenStores(std::unique_ptr<sql::Database> opened, Clock& clock)
        : database(std::move(opened)),
          accounts(*database),
          sessions(*database),
          ledger(*database),
          decks(*database),
          matches(*database),
          chat(*database),
          farms(*database),
          market(*database),
          crafting(*database),
          social(*database),
          groups(*database),
          reports(*database),
          progress(*database),
          seasons(*database),
          tournaments(*database),
          leases(*database, clock),
          personal(*database),
          credentials(*database),
          events(*database, clock)
    {
    }
    std::unique_ptr<sql::Database> database;
    sql::SqlAccounts accounts;
    sql::SqlSessions sessions;
    sql::SqlLedger ledger;
    sql::SqlDecks decks;
    sql::SqlMatches matches;
    sql::SqlChatStore chat;
    sql::SqlFarms farms;
    sql::SqlMarket market;
    sql::SqlCrafting crafting;
    sql::SqlSocial social;
    sql::SqlGroups groups;
    sql::SqlReports reports;
    sql::SqlProgress progress;
    sql::SqlSeasons seasons;
    sql::SqlTournaments tournaments;
    sql::SqlLeases leases;
    sql::SqlPersonalData personal;
    sql::SqlCredentials credentials;
    sql::SqlEventLog events;
};

template <bool Threads>
class SqliteStores {
public:
    SqliteStores() { reopen(); }

    void reopen()
    {
        stores_.reset();
        sqlite::Options options;
        options.path = (dir_.path() / "harvest.db").string();
        options.threads = Threads;
        stores_ = std::make_unique<OpenStores>(std::make_unique<sqlite::SqliteDatabase>(options, clock), clock);
    }

    OpenStores* operator->() { return stores_.get(); }
    Deadline soon() const { return clock.after(20s); }
    template <class TypedId>
    TypedId id()
    {
        return new_id<TypedId>(clock, entropy);
    }

    system::SystemClock clock;
    memory::SeededEntropy entropy{42};

private:
    TempDir dir_;
    std::unique_ptr<OpenStores> stores_;
};

// A schema of its own in the real server that scripts/services starts, dropped in the end.
class PostgresSchema {
public:
    PostgresSchema();
    ~PostgresSchema();
    PostgresSchema(const PostgresSchema&) = delete;
    PostgresSchema& operator=(const PostgresSchema&) = delete;
    postgres::Options options() const;

private:
    std::string name_;
};

// A migrated schema that tests of one process use by turns, each with empty tables: to make one and to drop it again
// takes a second, to empty it a few milliseconds.
class EmptySchema {
public:
    EmptySchema();
    ~EmptySchema();
    EmptySchema(const EmptySchema&) = delete;
    EmptySchema& operator=(const EmptySchema&) = delete;
    postgres::Options options() const;

private:
    struct Made;
    static std::vector<std::unique_ptr<Made>>& idle();

    std::unique_ptr<Made> made_;
};

template <class Schema>
class PostgresStoresIn {
public:
    PostgresStoresIn() { reopen(); }

    void reopen()
    {
        stores_.reset();
        stores_ =
            std::make_unique<OpenStores>(std::make_unique<postgres::PostgresDatabase>(schema_.options(), clock), clock);
    }

    OpenStores* operator->() { return stores_.get(); }
    postgres::Options options() const { return schema_.options(); }
    Deadline soon() const { return clock.after(20s); }
    template <class TypedId>
    TypedId id()
    {
        return new_id<TypedId>(clock, entropy);
    }

    system::SystemClock clock;
    memory::SeededEntropy entropy{42};

private:
    Schema schema_;
    std::unique_ptr<OpenStores> stores_;
};

using PostgresStores = PostgresStoresIn<EmptySchema>;
using FreshPostgresStores = PostgresStoresIn<PostgresSchema>; // for who changes the tables themselves

using SqliteThreaded = SqliteStores<true>; // as it runs
using SqliteInline = SqliteStores<false>;  // as it is simulated

inline constexpr Millis noon{1'800'000'000'000};

template <class Stores>
OutboxEvent event_of(Stores& stores, const std::string& topic, const std::string& subject, const std::string& data)
{
    Event event;
    event.id = stores.template id<EventId>();
    event.type = "harvest.test.v1";
    event.source = "test";
    event.subject = subject;
    event.time = noon;
    event.data = data;
    return {topic, event};
}

} // namespace harvest::test

#define HARVEST_STORES harvest::test::SqliteThreaded, harvest::test::SqliteInline, harvest::test::PostgresStores
