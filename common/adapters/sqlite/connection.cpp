#include "common/adapters/sqlite/connection.hpp"

#include "common/base/assert.hpp"
#include "common/base/log.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cctype>
#include <cerrno>

namespace harvest::sqlite {
namespace {

// $1 of the shared SQL is ?1 here.
std::string to_sqlite(std::string_view statement)
{
    std::string text(statement);
    for (std::size_t i = 0; i + 1 < text.size(); ++i)
        if (text[i] == '$' && std::isdigit(static_cast<unsigned char>(text[i + 1]))) text[i] = '?';
    return text;
}

void replace_all(std::string& text, std::string_view from, std::string_view to)
{
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

int bind(sqlite3_stmt* statement, int index, const sql::Param& param)
{
    if (const auto* number = std::get_if<std::int64_t>(&param)) return sqlite3_bind_int64(statement, index, *number);
    // An empty view may hold a null pointer, which would bind NULL.
    if (const auto* text = std::get_if<std::string_view>(&param))
        return sqlite3_bind_text64(statement, index, text->empty() ? "" : text->data(), text->size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    if (const auto* blob = std::get_if<ByteView>(&param)) {
        if (blob->empty()) return sqlite3_bind_zeroblob(statement, index, 0);
        return sqlite3_bind_blob64(statement, index, blob->data(), blob->size(), SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, index);
}

sql::Value column(sqlite3_stmt* statement, int index)
{
    switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
        return static_cast<std::int64_t>(sqlite3_column_int64(statement, index));
    case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
        return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
    }
    case SQLITE_BLOB: {
        const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
        return Bytes(data, data + sqlite3_column_bytes(statement, index));
    }
    default:
        return std::monostate{};
    }
}

sql::Row current_row(sqlite3_stmt* statement)
{
    const int columns = sqlite3_column_count(statement);
    std::vector<sql::Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) values.push_back(column(statement, i));
    return sql::Row(std::move(values));
}

} // namespace

std::string SqliteDialect::schema(std::string_view statement) const
{
    std::string text(statement);
    // An INTEGER primary key is SQLite's own row id; STRICT tables know INTEGER, TEXT and BLOB.
    replace_all(text, "bigint", "INTEGER");
    replace_all(text, "bytea", "BLOB");
    if (text.starts_with("CREATE TABLE"))
        text += text.find("/*clustered*/") != std::string::npos ? " STRICT, WITHOUT ROWID" : " STRICT";
    return text;
}

std::string_view SqliteDialect::count_tables() const
{
    return "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1";
}

SqliteConnection::SqliteConnection(const std::string& path, Access access)
{
    // Its memory statistics are one lock around every allocation of all threads.
    static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    (void)configured;
    const int mode = access == Access::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(path.c_str(), &db_, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    if (code != SQLITE_OK) {
        const std::string reason = db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
        sqlite3_close(db_);
        throw sql::OpenError(Errc::unavailable, fmt::format("cannot open {}: {}", path, reason));
    }
    sqlite3_busy_timeout(db_, 5'000);
}

SqliteConnection::~SqliteConnection()
{
    for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
}

Error SqliteConnection::failed(int code, std::string_view statement)
{
    const int primary = code & 0xff;
    const bool no_space = primary == SQLITE_FULL || (primary == SQLITE_IOERR && sqlite3_system_errno(db_) == ENOSPC);
    if (primary == SQLITE_IOERR && !no_space) broken_ = true;
    Errc errc = Errc::internal;
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID)
        return Errc::already_exists;
    if (code == SQLITE_CONSTRAINT_CHECK) return Errc::failed_precondition;
    if (primary == SQLITE_INTERRUPT) return Errc::timed_out;
    if (no_space || primary == SQLITE_BUSY || primary == SQLITE_LOCKED || primary == SQLITE_READONLY ||
        primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN)
        errc = Errc::unavailable;
    else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB)
        errc = Errc::data_loss;
    log::error("a database statement failed", {{"error.message", sqlite3_errmsg(db_)},
                                               {"sqlite_code", code},
                                               {"disk_full", no_space},
                                               {"statement", std::string(statement.substr(0, 200))}});
    return errc;
}

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view statement)
{
    constexpr std::size_t most = 256;
    if (const auto found = statements_.find(statement); found != statements_.end()) return found->second;
    if (statements_.size() >= most) {
        for (const auto& [text, prepared] : statements_) sqlite3_finalize(prepared);
        statements_.clear();
    }
    const std::string text = to_sqlite(statement);
    sqlite3_stmt* prepared = nullptr;
    const int code = sqlite3_prepare_v3(db_, text.c_str(), static_cast<int>(text.size()) + 1, SQLITE_PREPARE_PERSISTENT,
                                        &prepared, nullptr);
    if (code != SQLITE_OK) return failed(code, statement);
    statements_.emplace(std::string(statement), prepared);
    return prepared;
}

Result<sql::Rows> SqliteConnection::execute(std::string_view statement, std::span<const sql::Param> params)
{
    const Result<sqlite3_stmt*> found = prepare(statement);
    if (!found) return found.error();
    sqlite3_stmt* prepared = *found;
    HARVEST_ASSERT(sqlite3_bind_parameter_count(prepared) <= static_cast<int>(params.size()));
    int code = SQLITE_OK;
    for (int i = 0; code == SQLITE_OK && i < sqlite3_bind_parameter_count(prepared); ++i)
        code = bind(prepared, i + 1, params[static_cast<std::size_t>(i)]);
    sql::Rows rows;
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        code = sqlite3_step(prepared);
        if (code == SQLITE_ROW) rows.rows.push_back(current_row(prepared));
    }
    Error error;
    if (code != SQLITE_DONE)
        error = failed(code, statement);
    else if (!sqlite3_stmt_readonly(prepared))
        rows.changed = sqlite3_changes64(db_);
    sqlite3_reset(prepared);
    sqlite3_clear_bindings(prepared); // the parameters are views that end with this call
    if (error) return error;
    return rows;
}

Result<void> SqliteConnection::run(const std::string& statement)
{
    const int code = sqlite3_exec(db_, statement.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failed(code, statement);
    return {};
}

bool SqliteConnection::in_transaction() const
{
    return sqlite3_get_autocommit(db_) == 0;
}

std::string SqliteConnection::last_message() const
{
    return sqlite3_errmsg(db_);
}

int SqliteConnection::progress(void* self)
{
    const auto* connection = static_cast<const SqliteConnection*>(self);
    return connection->clock_->monotonic() >= connection->by_.at ? 1 : 0;
}

void SqliteConnection::limit(const Clock* clock, Deadline by)
{
    constexpr int steps = 10'000; // of SQLite's machine, well below a millisecond
    clock_ = clock;
    by_ = by;
    sqlite3_progress_handler(db_, clock ? steps : 0, clock ? &SqliteConnection::progress : nullptr, this);
}

} // namespace harvest::sqlite
