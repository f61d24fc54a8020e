#include "common/adapters/postgres/sqlstate.hpp"

#include <algorithm>
#include <array>

namespace harvest::postgres {
namespace {

struct State {
    std::string_view prefix; // the whole code, or its class
    Errc errc;
    bool expected;
};

// The first row that fits counts.
constexpr std::array states{
    State{"23505", Errc::already_exists, true},       // unique_violation
    State{"23514", Errc::failed_precondition, true},  // check_violation
    State{"40001", Errc::conflict, true},             // serialization_failure
    State{"40P01", Errc::conflict, true},             // deadlock_detected
    State{"57014", Errc::timed_out, true},            // query_canceled: statement_timeout
    State{"55P03", Errc::unavailable, false},         // lock_not_available
    State{"25006", Errc::unavailable, false},         // read_only_sql_transaction: a standby
    State{"22021", Errc::invalid_argument, false},    // not UTF-8, or a NUL in a text
    State{"22003", Errc::failed_precondition, false}, // out of range
    State{"XX001", Errc::data_loss, false},           // data_corrupted
    State{"XX002", Errc::data_loss, false},           // index_corrupted
    State{"08", Errc::unavailable, false},            // connection
    State{"25P03", Errc::unavailable, false},         // idle_in_transaction_session_timeout
    State{"53", Errc::unavailable, false},            // disk full, out of memory, too many connections
    State{"57P", Errc::unavailable, false},           // shutdown, crash, starting
    State{"58", Errc::unavailable, false},            // I/O error
};

const State* find(std::string_view sqlstate)
{
    const auto fits = [sqlstate](const State& state) { return sqlstate.starts_with(state.prefix); };
    const auto found = std::find_if(states.begin(), states.end(), fits);
    return found == states.end() ? nullptr : &*found;
}

} // namespace

Errc errc_of(std::string_view sqlstate)
{
    const State* state = find(sqlstate);
    return state ? state->errc : Errc::internal;
}

bool to_be_rerun(std::string_view sqlstate)
{
    return sqlstate == "40001" || sqlstate == "40P01";
}

bool expected(std::string_view sqlstate)
{
    const State* state = find(sqlstate);
    return state && state->expected;
}

} // namespace harvest::postgres
