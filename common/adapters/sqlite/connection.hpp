// One SQLite connection with its prepared statements. For one thread at a time.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/adapters/sql/dialect.hpp"

#include <map>
#include <memory>

struct sqlite3;
struct sqlite3_stmt;

namespace harvest::sqlite {

enum class Access { read_write, read_only };

class SqliteDialect final : public sql::Dialect {
public:
    std::string schema(std::string_view statement) const override;
    std::string_view count_tables() const override;
};

class SqliteConnection final : public sql::Connection {
public:
    // Throws sql::OpenError.
    SqliteConnection(const std::string& path, Access access);
    ~SqliteConnection() override;

    using sql::Connection::execute;
    Result<sql::Rows> execute(std::string_view statement, std::span<const sql::Param> params) override;
    // A statement without parameters or result, not kept: BEGIN, PRAGMA, VACUUM.
    Result<void> run(const std::string& statement);

    // False once SQLite has rolled the transaction back by itself (disk full, I/O error).
    bool in_transaction() const;
    // The last failure was an I/O error other than a full disk: what is on disk is uncertain.
    bool broken() const { return broken_; }
    std::string last_message() const;
    // A read that runs beyond `by` ends as timed_out; null for no limit.
    void limit(const Clock* clock, Deadline by);

    sqlite3* handle() const { return db_; }

private:
    Result<sqlite3_stmt*> prepare(std::string_view statement);
    Error failed(int code, std::string_view statement);
    static int progress(void* self);

    sqlite3* db_ = nullptr;
    std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
    bool broken_ = false;
    const Clock* clock_ = nullptr;
    Deadline by_{};
};

} // namespace harvest::sqlite
