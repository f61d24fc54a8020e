// A session that is opened again when it was lost: at once the first time, then after pauses that double.
#pragma once

#include "common/adapters/postgres/connection.hpp"

#include <functional>
#include <random>

namespace harvest::postgres {

class Link {
public:
    // `greet` runs on each new session; a failure counts as one of opening it.
    Link(const Target& target, const Clock& clock, std::function<Result<void>(PostgresConnection&)> greet = {});

    // Null while there is none: ask again after next_attempt().
    PostgresConnection* get();
    Deadline next_attempt() const { return next_attempt_; }
    // Ends a session that is lost, with what it may still hold at the server.
    void drop_lost()
    {
        if (session_ && session_->lost()) session_.reset();
    }

private:
    void failed(std::string_view why);

    const Target& target_;
    const Clock& clock_;
    std::function<Result<void>(PostgresConnection&)> greet_;
    std::unique_ptr<PostgresConnection> session_;
    Millis pause_{0};
    Deadline next_attempt_{};
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace harvest::postgres
