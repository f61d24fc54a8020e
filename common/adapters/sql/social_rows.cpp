#include "common/adapters/sql/social_rows.hpp"

#include "common/protocol/social_errc.hpp"

namespace harvest::sql {

Result<std::string> read_name(Connection& connection, const PlayerId& player)
{
    const Result<Rows> rows =
        connection.execute("SELECT name FROM accounts WHERE id = $1 AND deleted_at = 0", {player.value});
    if (!rows) return rows.error();
    if (rows->empty()) return protocol::SocialErrc::no_such_player;
    return rows->front().text(0);
}

Result<std::int64_t> has_blocked(Connection& connection, const PlayerId& player, const PlayerId& other)
{
    const Result<Rows> rows =
        connection.execute("SELECT 1 FROM blocks WHERE player = $1 AND blocked = $2", {player.value, other.value});
    if (!rows) return rows.error();
    return static_cast<std::int64_t>(rows->size());
}

} // namespace harvest::sql
