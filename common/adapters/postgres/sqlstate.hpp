// What a SQLSTATE (PostgreSQL 15 documentation, appendix A) means to a caller.
#pragma once

#include "common/base/result.hpp"

#include <string_view>

namespace harvest::postgres {

// Unknown ones are `internal`.
Errc errc_of(std::string_view sqlstate);
// A deadlock or serialization failure: the same work may succeed when it is run again.
bool to_be_rerun(std::string_view sqlstate);
// Part of ordinary work, not to be logged as a fault.
bool expected(std::string_view sqlstate);

} // namespace harvest::postgres
