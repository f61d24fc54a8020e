#include "common/adapters/postgres/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace harvest::postgres {
namespace {

constexpr std::string_view text_suffix = " text";
constexpr std::string_view by_bytes = " COLLATE \"C\"";
constexpr std::size_t longest_name = 63;
constexpr int lock_class = 0x48525654; // "HRVT": other programs lock in the same database

bool ends_word(std::string_view statement, std::size_t at)
{
    return at == statement.size() || (!std::isalnum(static_cast<unsigned char>(statement[at])) && statement[at] != '_');
}

} // namespace

std::string PostgresDialect::schema(std::string_view statement) const
{
    std::string text(statement);
    for (std::size_t at = text.find(text_suffix); at != std::string::npos; at = text.find(text_suffix, at + 1))
        if (ends_word(text, at + text_suffix.size())) text.insert(at + text_suffix.size(), by_bytes);
    return text;
}

std::string_view PostgresDialect::count_tables() const
{
    return "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1";
}

std::string session_options(const SessionLimits& limits, std::string_view schema)
{
    std::string options = fmt::format("-c statement_timeout={} -c idle_in_transaction_session_timeout={} "
                                      "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed",
                                      limits.statement.count(), limits.idle_in_transaction.count());
    if (!schema.empty()) options += fmt::format(" -c search_path={}", schema);
    return options;
}

bool valid_schema_name(std::string_view name)
{
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    return !name.empty() && name.size() <= longest_name && std::all_of(name.begin(), name.end(), fits) &&
           std::isdigit(static_cast<unsigned char>(name.front())) == 0;
}

std::string create_schema(std::string_view name)
{
    return fmt::format("CREATE SCHEMA IF NOT EXISTS {}", name);
}

std::string schema_number(std::string_view schema)
{
    // Without a name it is the first of the role's search path; null if that one does not exist.
    return schema.empty() ? "SELECT hashtext(current_schema()::text)" : fmt::format("SELECT hashtext('{}')", schema);
}

std::string begin_write(std::int64_t number)
{
    // Read committed: each statement sees what was committed before the lock was had.
    return fmt::format("BEGIN; SELECT pg_advisory_xact_lock({}, {})", lock_class, number);
}

std::string begin_migration(std::int64_t number, Millis limit)
{
    return fmt::format("BEGIN; SET LOCAL statement_timeout = {}; SELECT pg_advisory_xact_lock({}, {})", limit.count(),
                       lock_class, number);
}

std::string begin_read(Millis limit)
{
    return fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {}",
                       std::max<std::int64_t>(1, limit.count()));
}

std::string listen(std::int64_t number)
{
    return fmt::format("LISTEN \"harvest_events_{}\"", number);
}

std::string notify(std::int64_t number)
{
    return fmt::format("NOTIFY \"harvest_events_{}\"", number);
}

} // namespace harvest::postgres
