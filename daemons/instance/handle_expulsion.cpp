// What the event log tells of players who have to go: their links are closed, older tickets open nothing any more, and
// a ban loses the match (harvest-game(7) §5).
#include "common/base/log.hpp"
#include "common/protocol/events.hpp"
#include "common/runtime/look_back.hpp"
#include "daemons/instance/instance.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

constexpr Millis ask_again_first = 50ms, ask_again_longest = 2s;
constexpr Millis tickets_live = 65min; // auth.ticket_life is an hour at most; clocks of other machines

} // namespace

void Instance::handle_expulsion(const Expulsion& expulsion)
{
    if (!expulsion.from_everything()) return;
    bars_.bar(expulsion.player, expulsion.at, clock_.now());
    desk_.expel(expulsion.player, expulsion.ban ? "the account is banned" : "the session has ended");
    if (!expulsion.ban) return;
    for (const Table* table : tables_.all()) {
        const Match& match = table->room.match();
        if (match.seats[0].player == expulsion.player || match.seats[1].player == expulsion.player)
            tasks_.spawn(
                [this, id = match.id, epoch = match.epoch, at = expulsion.at] { return judge_seats(id, epoch, at); });
    }
}

// Tickets outlive a process: what ended while none of its readers was there.
Task<void> Instance::look_back_for_expulsions()
{
    std::function<void(const Event&)> tell = [this](const Event& event) {
        if (const std::optional<Expulsion> expulsion = expulsion_in(event)) handle_expulsion(*expulsion);
    };
    for (Millis wait = ask_again_first;; wait = std::min(2 * wait, ask_again_longest)) {
        const Result<void> looked =
            co_await look_back(log_, clock_, std::string(protocol::topic::user), clock_.now() - tickets_live, tell);
        if (looked) co_return;
        log::warn("who was expelled before this start is not known yet", {{"error.message", looked.error().message()}});
        if (!co_await pause(wait)) co_return;
    }
}

// Who at the table is banned, as the store knows: its event may come late, from another clock, or to nobody.
// `told_at`: by the clock that the ban was made by, which may be ahead of this one.
Task<void> Instance::judge_seats(MatchId match, std::int64_t epoch, Millis told_at)
{
    Millis wait = ask_again_first;
    for (SeatIndex seat = 0; seat < 2;) {
        const Table* table = own(match, epoch);
        if (!table || table->settled) co_return;
        if (table->room.is_bot(seat)) {
            ++seat;
            continue;
        }
        PlayerId player = table->room.match().seats[seat].player;
        const Result<std::vector<Sanction>> sanctions =
            co_await accounts_.sanctions(player, std::max(clock_.now(), told_at), store().by());
        if (!sanctions) {
            if (!co_await pause(std::exchange(wait, std::min(2 * wait, ask_again_longest)))) co_return;
            continue;
        }
        if (std::ranges::any_of(*sanctions, &Sanction::bans_from_everything)) expel(match, epoch, seat);
        ++seat;
    }
}

void Instance::expel(const MatchId& match, std::int64_t epoch, SeatIndex seat)
{
    Table* table = own(match, epoch);
    if (!table) return;
    const PlayerId player = table->room.match().seats[seat].player;
    bars_.bar(player, clock_.now(), clock_.now());
    desk_.expel(player, "the account is banned");
    table->room.expel(seat);
    touched(*table, {});
}

} // namespace harvest::instance
