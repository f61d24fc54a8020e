// What the event log tells of players who have to go: their links are closed, older tickets open nothing any more, and
// a ban loses the match (harvest-game(7) §5).
#include "daemons/instance/instance.hpp"

namespace harvest::instance {

void Instance::handle_expulsion(const Expulsion& expulsion)
{
    if (!expulsion.from_everything()) return;
    bars_.bar(expulsion.player, expulsion.at, expulsion.ban.has_value(), clock_.now());
    desk_.expel(expulsion.player, expulsion.ban ? "the account is banned" : "the session has ended");
    if (!expulsion.ban) return;
    for (Table* table : tables_.all()) {
        const auto& seats = table->room.match().seats;
        if (seats[0].player == expulsion.player || seats[1].player == expulsion.player) {
            expel_told(*table);
            touched(*table, {});
        }
    }
}

// A ban that comes so late that it may be lifted by now is older than the match.
void Instance::expel_told(Table& table)
{
    const Match& match = table.room.match();
    for (const SeatIndex seat : {SeatIndex{0}, SeatIndex{1}})
        if (!table.room.is_bot(seat) && bars_.banned_since(match.seats[seat].player, match.created_at))
            table.room.expel(seat);
}

} // namespace harvest::instance
