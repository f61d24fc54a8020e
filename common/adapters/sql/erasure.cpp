#include "common/adapters/sql/group_rows.hpp"
#include "common/adapters/sql/market_rows.hpp"
#include "common/adapters/sql/outbox.hpp"
#include "common/adapters/sql/personal_data.hpp"
#include "common/adapters/sql/tournament_rows.hpp"
#include "common/ports/records/changes.hpp"
#include "common/protocol/events.hpp"

namespace harvest::sql {
namespace {

// Publishes what an erasure tells, in the order of its ids.
class Teller {
public:
    Teller(Connection& connection, const Erasure& erasure) : connection_(connection), erasure_(erasure) {}

    template <class Told>
    Result<void> tell(std::string_view topic, std::string_view type, const Told& told)
    {
        Event event;
        event.id = nth_id(erasure_.first_event, told_++);
        event.type = type;
        event.source = erasure_.source;
        event.subject = erasure_.player.value;
        event.traceparent = erasure_.traceparent;
        event.time = erasure_.at;
        event.data = protocol::encode(told);
        return append_event(connection_, std::string(topic), event);
    }

private:
    Connection& connection_;
    const Erasure& erasure_;
    std::uint64_t told_ = 0;
};

Result<void> close_orders(Connection& connection, const Erasure& erasure, Teller& teller)
{
    Result<std::vector<MarketOrder>> open = orders_of(connection, erasure.player, true, OrderId{}, 10'000);
    if (!open) return open.error();
    for (std::size_t i = 0; i < open->size(); ++i) {
        MarketOrder& order = (*open)[i];
        const game::economy::Item stake = game::economy::stake_of(order);
        Result<void> step = close_order(connection, order, game::economy::OrderState::cancelled, erasure.at,
                                        nth_id(erasure.first_transfer, i));
        if (!step) return step.error();
        const std::vector<Transfer> back{return_transfer(order, {})};
        const protocol::MarketClosed told{
            order.owner,      order.id,        order.asset, "cancelled", {{stake.asset, {stake.amount}}},
            changes_of(back), serial_of(order)};
        step = teller.tell(protocol::topic::game, protocol::event_type::market_closed, told);
        if (!step) return step.error();
    }
    return {};
}

// Rows that are the player's alone, and those by which others knew of it. What was reached (goals_reached) stays: it
// keeps a projection that is made again from paying a second time. Ratings and statistics may come again from events
// that are still on their way; no leaderboard shows them.
Result<void> drop_rows(Connection& connection, const PlayerId& player)
{
    constexpr std::string_view statements[] = {
        "DELETE FROM account_emails WHERE player = $1",
        "DELETE FROM mail_tokens WHERE player = $1",
        "DELETE FROM second_factors WHERE player = $1",
        "DELETE FROM recovery_codes WHERE player = $1",
        "DELETE FROM player_keys WHERE player = $1",
        "DELETE FROM sessions WHERE player = $1",
        "DELETE FROM blocks WHERE player = $1 OR blocked = $1",
        "DELETE FROM social_ties WHERE player = $1 OR other = $1",
        "DELETE FROM notifications WHERE player = $1",
        "DELETE FROM notification_marks WHERE player = $1",
        "DELETE FROM chat_messages WHERE author = $1",
        "DELETE FROM chat_marks WHERE player = $1",
        "DELETE FROM report_messages WHERE author = $1 OR report IN (SELECT id FROM reports WHERE reported = $1)",
        "DELETE FROM reports WHERE reported = $1",
        "UPDATE reports SET reporter = '', note = '' WHERE reporter = $1", // what was done to others stays to be judged
        "DELETE FROM group_invites WHERE player = $1 OR invited_by = $1",
        "DELETE FROM decks WHERE player = $1",
        "DELETE FROM farm_plots WHERE player = $1",
        "DELETE FROM farms WHERE player = $1",
        "DELETE FROM idempotency_records WHERE player = $1",
        "DELETE FROM queue_tickets WHERE player = $1",
        "DELETE FROM player_engagements WHERE player = $1 AND match_id = ''", // a match that goes on binds its seat
        "DELETE FROM ratings WHERE player = $1",
        "DELETE FROM season_bests WHERE player = $1",
        "DELETE FROM player_statistics WHERE player = $1",
        "DELETE FROM goal_counts WHERE player = $1",
        "DELETE FROM daily_play WHERE player = $1",
    };
    for (const std::string_view statement : statements)
        if (const Result<Rows> gone = connection.execute(statement, {player.value}); !gone) return gone.error();
    return {};
}

Result<void> leave_group(Connection& connection, const PlayerId& player, Teller& teller)
{
    const Result<std::optional<Membership>> own = membership_of(connection, player);
    if (!own) return own.error();
    if (!*own) return {};
    const Result<void> out = take_out(connection, player, **own);
    if (!out) return out.error();
    return teller.tell(protocol::topic::user, protocol::event_type::group_left,
                       protocol::GroupLeft{player, (*own)->group, "deleted"});
}

// The seat keeps its player's id, deck and record; its name was the player's.
Result<void> rename_seats(Connection& connection, const PlayerId& player, const std::string& name)
{
    constexpr std::string_view statements[] = {
        "UPDATE matches SET name_1 = $2 WHERE player_1 = $1 AND id IN "
        "(SELECT match_id FROM match_players WHERE match_players.player = $1)",
        "UPDATE matches SET name_2 = $2 WHERE player_2 = $1 AND id IN "
        "(SELECT match_id FROM match_players WHERE match_players.player = $1)",
    };
    for (const std::string_view statement : statements)
        if (const Result<Rows> set = connection.execute(statement, {player.value, name}); !set) return set.error();
    return {};
}

Result<void> apply_erasure(Connection& connection, const Erasure& erasure)
{
    const PlayerId& player = erasure.player;
    const Result<Rows> account =
        connection.execute("SELECT password_hash, deleted_at FROM accounts WHERE id = $1", {player.value});
    if (!account) return account.error();
    if (account->empty()) return Errc::not_found;
    if (account->front().integer(1) != 0) return {};
    if (erasure.password_hash && *erasure.password_hash != account->front().text(0)) return Errc::failed_precondition;
    const std::string name = erased_name(player);
    const std::string key = '!' + player.value; // nobody can be called so
    const Result<Rows> emptied = connection.execute(
        "UPDATE accounts SET name = $2, name_key = $3, password_hash = '', device_secret = NULL, deleted_at = $4 "
        "WHERE id = $1",
        {player.value, name, key, erasure.at.count()});
    if (!emptied) return emptied.error();
    Teller teller(connection, erasure);
    const protocol::SessionRevoked revoked{player, std::nullopt, "deleted"};
    Result<void> step = teller.tell(protocol::topic::user, protocol::event_type::session_revoked, revoked);
    if (step) step = close_orders(connection, erasure, teller);
    if (step) step = leave_group(connection, player, teller);
    if (step) step = drop_everywhere(connection, player, erasure.at);
    if (step) step = drop_rows(connection, player);
    if (step) step = rename_seats(connection, player, name);
    if (!step) return step.error();
    return teller.tell(protocol::topic::user, protocol::event_type::user_deleted,
                       protocol::UserEvent{player, std::nullopt});
}

} // namespace

AsyncResult<void> SqlPersonalData::erase(Erasure erasure, Deadline by)
{
    return database_.write(
        [erasure = std::move(erasure)](Connection& connection) { return apply_erasure(connection, erasure); }, by);
}

} // namespace harvest::sql
