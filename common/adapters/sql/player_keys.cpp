#include "common/adapters/sql/player_keys.hpp"

#include <algorithm>

namespace harvest::sql {
namespace {

std::string key_purpose(const PlayerId& player)
{
    return "player key " + player.value;
}

// The box of a player's key; empty if there is none yet. Errors: not_found (no key will be made any more).
Result<Bytes> kept_box(Connection& connection, const PlayerId& player)
{
    const Result<Rows> kept = connection.execute("SELECT box FROM player_keys WHERE player = $1", {player.value});
    if (!kept) return kept.error();
    if (!kept->empty()) return kept->front().blob(0);
    const Result<Rows> gone =
        connection.execute("SELECT 1 FROM accounts WHERE id = $1 AND deleted_at <> 0", {player.value});
    if (!gone) return gone.error();
    if (!gone->empty()) return Errc::not_found;
    return Bytes{};
}

// Of two who make one at once, the second takes the first one's.
Result<Bytes> keep_box(Connection& connection, const PlayerId& player, const Bytes& fresh)
{
    Result<Bytes> kept = kept_box(connection, player);
    if (!kept || !kept->empty()) return kept;
    const Result<Rows> put =
        connection.execute("INSERT INTO player_keys (player, box) VALUES ($1, $2)", {player.value, ByteView(fresh)});
    if (!put) return put.error();
    return fresh;
}

} // namespace

AsyncResult<std::shared_ptr<Sealer>> SqlPlayerKeys::get(PlayerId player, Deadline by)
{
    if (player.empty()) co_return Errc::not_found;
    Work<Bytes> look = [player](Connection& connection) { return kept_box(connection, player); };
    Result<Bytes> box = co_await read<Bytes>(database_, std::move(look), by);
    if (box && box->empty()) {
        const SealKey fresh = entropy_.bytes<32>();
        Work<Bytes> keep = [player, made = sealer_.seal(fresh, key_purpose(player))](Connection& connection) {
            return keep_box(connection, player, made);
        };
        box = co_await write<Bytes>(database_, std::move(keep), by);
        if (!box && box.error() == Errc::in_doubt) co_return Errc::unavailable; // who asks again gets what was kept
    }
    if (!box) co_return box.error();
    const Result<Bytes> opened = sealer_.open(*box, key_purpose(player));
    SealKey key{};
    if (!opened || opened->size() != key.size()) co_return Errc::data_loss;
    std::copy(opened->begin(), opened->end(), key.begin());
    co_return sealer_.under(key);
}

} // namespace harvest::sql
