#include "common/adapters/sql/rules_archive.hpp"

namespace harvest::sql {

AsyncResult<void> SqlRulesArchive::keep(ArchivedRules rules, Deadline by)
{
    return database_.write(
        [rules = std::move(rules)](Connection& connection) -> Result<void> {
            const Result<Rows> put = connection.execute(
                "INSERT INTO battle_rules (hash, version, battle, cards, kept_at) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (hash) DO NOTHING",
                {rules.hash, rules.version, rules.battle, rules.cards, rules.kept_at.count()});
            if (!put) return put.error();
            return {};
        },
        by);
}

AsyncResult<ArchivedRules> SqlRulesArchive::get(std::string hash, Deadline by)
{
    return read<ArchivedRules>(
        database_,
        [hash = std::move(hash)](Connection& connection) -> Result<ArchivedRules> {
            const Result<Rows> rows =
                connection.execute("SELECT version, battle, cards, kept_at FROM battle_rules WHERE hash = $1", {hash});
            if (!rows) return rows.error();
            if (rows->empty()) return Errc::not_found;
            const Row& row = rows->front();
            return ArchivedRules{hash, row.text(0), row.text(1), row.text(2), Millis{row.integer(3)}};
        },
        by);
}

} // namespace harvest::sql
