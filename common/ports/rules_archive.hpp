// Every version of the battle's rules that a match may have begun under, so that its replay finds them.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/archived_rules.hpp"
#include "common/ports/task.hpp"

#include <string>

namespace harvest {

class RulesArchive {
public:
    virtual ~RulesArchive() = default;
    // What is there under its hash stays as it is.
    virtual AsyncResult<void> keep(ArchivedRules rules, Deadline by) = 0;
    // Errors: not_found.
    virtual AsyncResult<ArchivedRules> get(std::string hash, Deadline by) = 0;
};

} // namespace harvest
