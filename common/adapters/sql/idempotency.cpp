#include "common/adapters/sql/idempotency.hpp"

#include "common/adapters/sql/living.hpp"
#include "common/protocol/idempotency.hpp"

namespace harvest::sql {

Result<std::optional<IdempotencyRecord>> find_record(Connection& connection, const PlayerId& player,
                                                     const std::string& key, Millis now)
{
    const Result<Rows> rows = connection.execute("SELECT request, reply, at FROM idempotency_records "
                                                 "WHERE player = $1 AND idempotency_key = $2 AND at > $3",
                                                 {player.value, key, (now - idempotency_kept).count()});
    if (!rows) return rows.error();
    if (rows->empty()) return std::optional<IdempotencyRecord>();
    const Row& row = rows->front();
    return IdempotencyRecord{player, key, row.text(0), row.text(1), Millis{row.integer(2)}};
}

Result<std::optional<std::string>> find_reply(Connection& connection, const IdempotencyRecord& record)
{
    if (record.player.empty() || !protocol::is_idempotency_key(record.key)) return Errc::invalid_argument;
    const Result<void> living = check_living(connection, record.player);
    if (!living) return living.error();
    const Result<Rows> forgotten = connection.execute("DELETE FROM idempotency_records WHERE player = $1 AND at <= $2",
                                                      {record.player.value, (record.at - idempotency_kept).count()});
    if (!forgotten) return forgotten.error();
    const Result<std::optional<IdempotencyRecord>> found =
        find_record(connection, record.player, record.key, record.at);
    if (!found) return found.error();
    if (!*found) return std::optional<std::string>();
    if ((*found)->request != record.request) return protocol::IdempotencyErrc::key_reused;
    return std::optional<std::string>((*found)->reply);
}

Result<void> keep_record(Connection& connection, const IdempotencyRecord& record)
{
    const Result<std::int64_t> kept =
        change(connection,
               "INSERT INTO idempotency_records (player, idempotency_key, request, reply, at) "
               "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (player, idempotency_key) DO NOTHING",
               {record.player.value, record.key, record.request, record.reply, record.at.count()});
    if (!kept) return kept.error();
    if (*kept == 0) return Errc::conflict;
    return {};
}

} // namespace harvest::sql
