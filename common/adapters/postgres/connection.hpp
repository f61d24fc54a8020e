// One session with its prepared statements. For one thread at a time. Every call ends within a bound: a server that
// is silent for longer, or a connection that breaks, leaves the session lost, and each later call says `unavailable`.
#pragma once

#include "common/adapters/postgres/target.hpp"
#include "common/adapters/sql/database.hpp"

#include <map>
#include <memory>

struct pg_conn;
struct pg_result;

namespace harvest::postgres {

class PostgresConnection final : public sql::Connection {
public:
    // Throws sql::OpenError.
    PostgresConnection(const Target& target, const Clock& clock);
    ~PostgresConnection() override;
    PostgresConnection(const PostgresConnection&) = delete;
    PostgresConnection& operator=(const PostgresConnection&) = delete;

    using sql::Connection::execute;
    Result<sql::Rows> execute(std::string_view statement, std::span<const sql::Param> params) override;
    // Statements without parameters or result, not kept: BEGIN, SAVEPOINT, LISTEN.
    Result<void> run(const std::string& statements);
    // Errors: those of run(); internal: the server has rolled back instead.
    Result<void> commit();

    bool lost() const { return lost_; }
    // A statement has failed, and nothing goes on before the transaction, or its savepoint, is rolled back.
    bool transaction_failed() const;
    // Whether there was a failure, since forget_failure(), that running the work again may mend.
    bool to_be_rerun() const { return to_be_rerun_; }
    void forget_failure() { to_be_rerun_ = false; }
    // The server's last complaint in one line; empty if there was none.
    const std::string& last_message() const { return last_message_; }
    const std::string& last_state() const { return last_state_; }

    // Calls end at `by`, and each after at most `answer_within`.
    void limit(Deadline by, Millis answer_within);
    void no_limit();

    // Number of the schema (dialect.hpp).
    std::int64_t schema_number() const { return schema_number_; }
    // For waiting on notifications.
    int socket() const;
    // Takes in what has come; false if the connection is lost.
    bool hear();

private:
    void open(const Target& target);
    void greet(const Target& target);
    Result<std::string> prepare(std::string_view statement, std::span<const sql::Param> params);
    pg_result* finish_call();
    bool flush(Deadline by);
    bool wait_for_socket(short events, Deadline by);
    Deadline call_deadline() const;
    Error failed(const pg_result* result, std::string_view statement);
    void lose(std::string why);

    pg_conn* session_ = nullptr;
    const Clock& clock_;
    std::string name_;
    Millis answer_within_, default_answer_within_;
    Deadline by_{Millis::max()};
    std::map<std::string, std::string, std::less<>> statements_; // types and text -> name
    std::uint64_t prepared_ = 0;
    std::int64_t schema_number_ = 0;
    bool lost_ = false, to_be_rerun_ = false;
    std::string last_message_, last_state_;
};

} // namespace harvest::postgres
