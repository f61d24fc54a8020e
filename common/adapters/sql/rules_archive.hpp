// The RulesArchive store.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/rules_archive.hpp"

namespace harvest::sql {

class SqlRulesArchive final : public RulesArchive {
public:
    explicit SqlRulesArchive(Database& database) : database_(database) {}

    AsyncResult<void> keep(ArchivedRules rules, Deadline by) override;
    AsyncResult<ArchivedRules> get(std::string hash, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
