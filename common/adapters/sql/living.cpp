#include "common/adapters/sql/living.hpp"

namespace harvest::sql {

Result<void> check_living(Connection& connection, const PlayerId& player)
{
    const Result<Rows> gone =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at <> 0", {player.value});
    if (!gone) return gone.error();
    if (!gone->empty()) return Errc::not_found;
    return {};
}

} // namespace harvest::sql
