#include "common/adapters/postgres/connection.hpp"

#include "common/adapters/postgres/sqlstate.hpp"
#include "common/adapters/postgres/values.hpp"
#include "common/base/log.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

namespace harvest::postgres {
namespace {

constexpr int oldest_version = 150'000;
constexpr std::size_t most_statements = 256;

std::string one_line(std::string_view text)
{
    std::string line;
    for (const char c : text)
        if (c != '\n' && c != '\t')
            line += c;
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    while (line.ends_with(' ')) line.pop_back();
    return line;
}

std::string field(const PGresult* result, int code)
{
    const char* text = PQresultErrorField(result, code);
    return text ? text : "";
}

// Warnings of the server go to the log, not to its standard error.
void notice(void*, const PGresult* result)
{
    log::debug("the database says", {{"message", one_line(field(result, PG_DIAG_MESSAGE_PRIMARY))}});
}

bool is_copy(ExecStatusType status)
{
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

} // namespace

PostgresConnection::PostgresConnection(const Target& target, const Clock& clock)
    : clock_(clock),
      name_(target.name),
      answer_within_(target.answer_within),
      default_answer_within_(target.answer_within)
{
    try {
        open(target);
        greet(target);
    }
    catch (...) {
        PQfinish(session_);
        throw;
    }
}

PostgresConnection::~PostgresConnection()
{
    PQfinish(session_);
}

void PostgresConnection::open(const Target& target)
{
    std::vector<const char*> keys, values;
    for (const auto& [key, value] : target.parameters) {
        keys.push_back(key.c_str());
        values.push_back(value.c_str());
    }
    keys.push_back(nullptr);
    values.push_back(nullptr);
    session_ = PQconnectdbParams(keys.data(), values.data(), 0);
    if (PQstatus(session_) != CONNECTION_OK)
        throw sql::OpenError(Errc::unavailable, fmt::format("cannot open the PostgreSQL store {}: {}", target.name,
                                                            one_line(PQerrorMessage(session_))));
    if (PQserverVersion(session_) < oldest_version)
        throw sql::OpenError(Errc::failed_precondition, fmt::format("the PostgreSQL store {} runs version {}: 15 or a "
                                                                    "newer one is needed",
                                                                    target.name, PQserverVersion(session_) / 10'000));
    PQsetNoticeReceiver(session_, notice, nullptr);
    PQsetnonblocking(session_, 1);
}

void PostgresConnection::greet(const Target& target)
{
    const Result<sql::Rows> number = execute(postgres::schema_number(target.schema));
    if (!number)
        throw sql::OpenError(classify(number.error()),
                             fmt::format("cannot open the PostgreSQL store {}: {}", target.name, last_message_));
    if (number->empty() || number->front().is_null(0))
        throw sql::OpenError(Errc::failed_precondition,
                             fmt::format("the PostgreSQL store {} has no schema for this role: create one that is in "
                                         "its search_path, or name one",
                                         target.name));
    schema_number_ = number->front().integer(0);
}

Result<sql::Rows> PostgresConnection::execute(std::string_view statement, std::span<const sql::Param> params)
{
    const Result<std::string> name = prepare(statement, params);
    if (!name) return name.error();
    const Parameters wire(params);
    if (!PQsendQueryPrepared(session_, name->c_str(), wire.count(), wire.values(), wire.lengths(), wire.formats(), 1))
        lose(one_line(PQerrorMessage(session_)));
    const ResultPtr result(finish_call());
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return to_rows(result.get());
    return failed(result.get(), statement);
}

Result<std::string> PostgresConnection::prepare(std::string_view statement, std::span<const sql::Param> params)
{
    if (lost_) return Errc::unavailable;
    if (clock_.monotonic() >= by_.at) return Errc::timed_out;
    const Parameters wire(params);
    std::string key = wire.signature();
    key += ' ';
    key += statement;
    if (const auto found = statements_.find(key); found != statements_.end()) return found->second;
    if (statements_.size() >= most_statements) {
        const Result<void> cleared = run("DEALLOCATE ALL");
        if (!cleared) return cleared.error();
        statements_.clear();
    }
    const std::string text(statement);
    std::string name = fmt::format("s{}", ++prepared_);
    if (!PQsendPrepare(session_, name.c_str(), text.c_str(), wire.count(), wire.types()))
        lose(one_line(PQerrorMessage(session_)));
    const ResultPtr result(finish_call());
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return failed(result.get(), statement);
    statements_.emplace(std::move(key), name);
    return name;
}

Result<void> PostgresConnection::run(const std::string& statements)
{
    if (lost_) return Errc::unavailable;
    if (!PQsendQuery(session_, statements.c_str())) lose(one_line(PQerrorMessage(session_)));
    const ResultPtr result(finish_call());
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return {};
    return failed(result.get(), statements);
}

Result<void> PostgresConnection::commit()
{
    if (lost_) return Errc::unavailable;
    if (!PQsendQuery(session_, "COMMIT")) lose(one_line(PQerrorMessage(session_)));
    const ResultPtr result(finish_call());
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return failed(result.get(), "COMMIT");
    // A transaction that had failed before ends with success and this tag.
    if (std::string_view(PQcmdStatus(result.get())) != "COMMIT") return Errc::internal;
    return {};
}

// The last result of the call that was sent, or the first that failed; null once the connection is lost.
pg_result* PostgresConnection::finish_call()
{
    const Deadline by = call_deadline();
    if (lost_ || !flush(by)) return nullptr;
    ResultPtr last;
    for (;;) {
        while (PQisBusy(session_)) {
            if (!wait_for_socket(POLLIN, by)) return nullptr;
            if (PQconsumeInput(session_)) continue;
            // What the server said before it hung up (an end by the administrator) may still be in the buffer.
            if (PQisBusy(session_)) break;
        }
        ResultPtr next(PQgetResult(session_));
        if (!next) break;
        if (is_copy(PQresultStatus(next.get()))) { // libpq would give it for ever
            lose("the server began a COPY that nobody asked for");
            return nullptr;
        }
        if (!last || PQresultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(next);
        if (PQstatus(session_) == CONNECTION_BAD) break;
    }
    if (PQstatus(session_) == CONNECTION_BAD) lose(one_line(PQerrorMessage(session_)));
    return last.release();
}

bool PostgresConnection::flush(Deadline by)
{
    for (;;) {
        const int left = PQflush(session_);
        if (left == 0) return true;
        if (left < 0) {
            lose(one_line(PQerrorMessage(session_)));
            return false;
        }
        if (!wait_for_socket(POLLIN | POLLOUT, by)) return false;
        (void)PQconsumeInput(session_); // a server that sends takes nothing until it is read
    }
}

bool PostgresConnection::wait_for_socket(short events, Deadline by)
{
    for (;;) {
        const Millis left = by.at - clock_.monotonic();
        pollfd entry{PQsocket(session_), events, 0};
        const int ready = ::poll(&entry, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000)));
        if (ready > 0) return true;
        if (left <= 0ms) {
            lose("the server does not answer");
            return false;
        }
    }
}

Deadline PostgresConnection::call_deadline() const
{
    return clock_.after(answer_within_);
}

Error PostgresConnection::failed(const pg_result* result, std::string_view statement)
{
    if (result && PQresultErrorField(result, PG_DIAG_SQLSTATE)) {
        last_state_ = field(result, PG_DIAG_SQLSTATE);
        last_message_ = one_line(field(result, PG_DIAG_MESSAGE_PRIMARY));
    } else {
        last_state_.clear();
    }
    if (lost_) return Errc::unavailable;
    to_be_rerun_ = to_be_rerun_ || postgres::to_be_rerun(last_state_);
    if (!expected(last_state_))
        log::error("a database statement failed", {{"error.message", last_message_},
                                                   {"sqlstate", last_state_},
                                                   {"statement", std::string(statement.substr(0, 200))}});
    return errc_of(last_state_);
}

void PostgresConnection::lose(std::string why)
{
    if (lost_) return;
    lost_ = true;
    last_message_ = std::move(why);
    log::warn("the connection to the database is lost", {{"server.address", name_}, {"error.message", last_message_}});
}

void PostgresConnection::limit(Deadline by, Millis answer_within)
{
    by_ = by;
    answer_within_ = answer_within;
}

void PostgresConnection::no_limit()
{
    limit({Millis::max()}, default_answer_within_);
}

bool PostgresConnection::transaction_failed() const
{
    return PQtransactionStatus(session_) == PQTRANS_INERROR;
}

int PostgresConnection::socket() const
{
    return PQsocket(session_);
}

bool PostgresConnection::hear()
{
    if (!lost_ && !PQconsumeInput(session_)) lose(one_line(PQerrorMessage(session_)));
    while (PGnotify* note = PQnotifies(session_)) PQfreemem(note); // that there is one is all it says
    return !lost_;
}

} // namespace harvest::postgres
