// The project's error codes, named for what the caller can do, and the one table that maps them outwards.
#pragma once

#include <boost/system/error_code.hpp>

#include <span>
#include <string_view>

namespace harvest {

enum class Errc {
    invalid_argument = 1, // mend the request
    unauthenticated,      // sign in
    permission_denied,    // ask for the right
    not_found,            // no such entity
    already_exists,       // the name or id is taken
    conflict,             // another came first: read again, decide again
    failed_precondition,  // not in this state or phase
    resource_exhausted,   // too much or too often: wait
    unavailable,          // a dependency is away: try again
    timed_out,            // the deadline passed before it began
    in_doubt,             // committed or not: read it back
    canceled,             // the other side left, or we are draining
    feature_disabled,     // switched off in this installation
    data_loss,            // stored bytes are damaged
    internal,             // our fault
};

// One row of the outward mapping: wire code (REST `code`, live `error.code`), HTTP status, exit code (harvestctl(1)).
struct ErrcRow {
    Errc errc;
    std::string_view code;
    int http_status;
    int exit_code;
    bool retryable;
    std::string_view message;
};

std::span<const ErrcRow> errc_table();
const ErrcRow& errc_row(Errc errc);

const boost::system::error_category& errc_category();
boost::system::error_code make_error_code(Errc errc);

// What a code means to the caller: an Errc itself, a domain code by its default condition, a foreign code as
// `internal`.
Errc classify(const boost::system::error_code& code);

// The stable wire code: a domain code's own ("battle.not_your_turn"), else that of its Errc.
std::string_view wire_code(const boost::system::error_code& code);

// A category whose codes are domain refusals (battle, deck, …) with a wire code of their own. Its values count from 1
// without gaps; wire_code() is empty beyond the last. An instance lives as long as the process: it is found by
// from_wire_code() once it has been constructed.
class DomainCategory : public boost::system::error_category {
public:
    virtual std::string_view wire_code(int value) const noexcept = 0;

protected:
    DomainCategory() noexcept;
    explicit DomainCategory(unsigned long long id) noexcept;
    ~DomainCategory() = default;
};

// The code that a peer sent as text: an Errc or a domain code known to this process, else Errc::internal.
boost::system::error_code from_wire_code(std::string_view code);

} // namespace harvest

template <>
struct boost::system::is_error_code_enum<harvest::Errc> : std::true_type {};
