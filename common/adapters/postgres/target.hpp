// Where a store is and how its sessions are set up: the DSN with what this driver adds. Holds a secret.
#pragma once

#include "common/adapters/postgres/dialect.hpp"

#include <string>
#include <utility>
#include <vector>

namespace harvest::postgres {

struct Target {
    std::vector<std::pair<std::string, std::string>> parameters; // of libpq
    std::string schema;                                          // empty: the first of the search path
    std::string name;                                            // for people: host:port/database, without secrets
    Millis answer_within{};                                      // a server that is silent for longer is gone
};

// What the DSN says goes before what is added, but for the encoding. Throws sql::OpenError (without the DSN's text).
Target make_target(const std::string& dsn, const std::string& schema, const SessionLimits& limits,
                   Millis connect_timeout);

} // namespace harvest::postgres
