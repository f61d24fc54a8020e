#include "common/adapters/sql/player_keys.hpp"

#include "common/adapters/sql/living.hpp"

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
    const Result<void> living = check_living(connection, player);
    if (!living) return living.error();
    return Bytes{};
}

// A row of no player's, that tells which key of the installation the others are under.
constexpr std::string_view check_row, check_purpose = "player keys check";
constexpr std::int64_t looked_at = 32;

enum class Whose { ours, foreign };

// Ours where the keys are under this sealer's key, or there are none: by the check row; where that is not there (an
// older store) or damaged itself, by what most of some players' have.
Result<Whose> whose_keys(Connection& connection, Sealer& sealer)
{
    const Result<Rows> check = connection.execute("SELECT box FROM player_keys WHERE player = $1", {check_row});
    if (!check) return check.error();
    if (!check->empty() && sealer.open(check->front().blob(0), check_purpose)) return Whose::ours;
    const Result<Rows> some = connection.execute(
        "SELECT player, box FROM player_keys WHERE player <> $1 ORDER BY player LIMIT $2", {check_row, looked_at});
    if (!some) return some.error();
    if (some->empty()) return Whose::ours;
    const auto open = std::ranges::count_if(*some, [&sealer](const Row& row) {
        return sealer.open(row.blob(1), key_purpose(PlayerId{row.text(0)})).has_value();
    });
    return 2 * static_cast<std::size_t>(open) > some->size() ? Whose::ours : Whose::foreign;
}

struct NewBoxes {
    Bytes key, check;
};

// Of two who make one at once, the second takes the first one's. Errors: failed_precondition (the others' are not
// ours).
Result<Bytes> keep_box(Connection& connection, Sealer& sealer, const PlayerId& player, const NewBoxes& fresh)
{
    Result<Bytes> kept = kept_box(connection, player);
    if (!kept || !kept->empty()) return kept;
    const Result<Whose> whose = whose_keys(connection, sealer);
    if (!whose) return whose.error();
    if (*whose == Whose::foreign) return Errc::failed_precondition;
    const Result<Rows> checked =
        connection.execute("INSERT INTO player_keys (player, box) VALUES ($1, $2) "
                           "ON CONFLICT (player) DO UPDATE SET box = excluded.box", // one that was damaged
                           {check_row, ByteView(fresh.check)});
    if (!checked) return checked.error();
    const Result<Rows> put = connection.execute("INSERT INTO player_keys (player, box) VALUES ($1, $2)",
                                                {player.value, ByteView(fresh.key)});
    if (!put) return put.error();
    return fresh.key;
}

} // namespace

AsyncResult<std::shared_ptr<Sealer>> SqlPlayerKeys::get(PlayerId player, Deadline by)
{
    if (player.empty()) co_return Errc::not_found;
    Work<Bytes> look = [player](Connection& connection) { return kept_box(connection, player); };
    Result<Bytes> box = co_await read<Bytes>(database_, std::move(look), by);
    if (box && box->empty()) {
        const SealKey fresh = entropy_.bytes<32>();
        NewBoxes made{sealer_.seal(fresh, key_purpose(player)), sealer_.seal({}, check_purpose)};
        Work<Bytes> keep = [this, player, made = std::move(made)](Connection& connection) {
            return keep_box(connection, sealer_, player, made);
        };
        box = co_await write<Bytes>(database_, std::move(keep), by);
        if (!box && box.error() == Errc::in_doubt) co_return Errc::unavailable; // who asks again gets what was kept
    }
    if (!box) co_return box.error();
    const Result<Bytes> opened = sealer_.open(*box, key_purpose(player));
    SealKey key{};
    if (!opened) { // this box is damaged, or it is another installation's key that we have
        Work<Whose> judge = [this](Connection& connection) { return whose_keys(connection, sealer_); };
        const Result<Whose> whose = co_await read<Whose>(database_, std::move(judge), by);
        if (!whose) co_return whose.error();
        co_return *whose == Whose::ours ? Errc::data_loss : Errc::failed_precondition;
    }
    if (opened->size() != key.size()) co_return Errc::data_loss;
    std::copy(opened->begin(), opened->end(), key.begin());
    co_return sealer_.under(key);
}

} // namespace harvest::sql
