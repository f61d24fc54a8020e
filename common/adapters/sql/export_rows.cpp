#include "common/adapters/sql/decks.hpp"
#include "common/adapters/sql/market_rows.hpp"
#include "common/adapters/sql/match_rows.hpp"
#include "common/adapters/sql/personal_data.hpp"

namespace harvest::sql {
namespace {

using namespace protocol;

std::string time_of(std::int64_t millis)
{
    return to_rfc3339(Millis{millis});
}

std::optional<std::string> time_if_any(std::int64_t millis)
{
    return millis > 0 ? std::optional<std::string>(time_of(millis)) : std::nullopt;
}

std::string day_of(std::int64_t day)
{
    return to_rfc3339(std::chrono::days{day}).substr(0, 10);
}

// Fills the document list by list. A statement has the player (or its ledger account) as $1 and as $2 one entry more
// than is taken, which tells that there are more.
class AccountReader {
public:
    AccountReader(Connection& connection, PlayerId player, std::size_t at_most, AccountExport& out)
        : connection_(connection),
          player_(std::move(player)),
          at_most_(static_cast<std::int64_t>(at_most)),
          out_(out)
    {
    }

    Result<void> account();
    Result<void> possessions();
    Result<void> farm();
    Result<void> play();
    Result<void> progress();
    Result<void> others();
    Result<void> reports();

private:
    template <class T, class Make>
    Result<void> list(std::string_view name, std::vector<T>& into, const std::string& key, std::string_view statement,
                      Make make)
    {
        const Result<Rows> rows = connection_.execute(statement, {key, at_most_ + 1});
        if (!rows) return rows.error();
        for (const Row& row : *rows)
            if (static_cast<std::int64_t>(into.size()) < at_most_) into.push_back(make(row));
        if (into.size() < rows->size()) out_.cut.emplace_back(name);
        return {};
    }

    Connection& connection_;
    const PlayerId player_;
    const std::int64_t at_most_;
    AccountExport& out_;
};

Result<void> AccountReader::account()
{
    const Result<Rows> rows =
        connection_.execute("SELECT name, bot, created_at, renamed_at, password_hash, device_secret FROM accounts "
                            "WHERE id = $1 AND deleted_at = 0",
                            {player_.value});
    if (!rows) return rows.error();
    if (rows->empty()) return Errc::not_found;
    const Row& row = rows->front();
    out_.account = {player_,
                    row.text(0),
                    row.integer(1) != 0,
                    time_of(row.integer(2)),
                    time_if_any(row.integer(3)),
                    !row.text(4).empty(),
                    !row.is_null(5)};
    const Result<Rows> email =
        connection_.execute("SELECT email FROM account_emails WHERE player = $1", {player_.value});
    if (!email) return email.error();
    if (!email->empty()) out_.account.email = email->front().text(0);
    const Result<Rows> factor =
        connection_.execute("SELECT 1 FROM second_factors WHERE player = $1 AND confirmed_at > 0", {player_.value});
    if (!factor) return factor.error();
    out_.account.authenticator = !factor->empty();
    const Result<void> sessions =
        list("sessions", out_.sessions, player_.value,
             "SELECT id, rotated_at, expires_at, revoked FROM sessions WHERE player = $1 ORDER BY id DESC LIMIT $2",
             [](const Row& each) {
                 return ExportedSession{SessionId{each.text(0)}, time_of(each.integer(1)), time_of(each.integer(2)),
                                        each.integer(3) != 0};
             });
    if (!sessions) return sessions.error();
    return list(
        "sanctions", out_.sanctions, player_.value,
        "SELECT kind, scope, reason, since, until_at, lifted FROM sanctions WHERE player = $1 "
        "ORDER BY since DESC, audit DESC LIMIT $2",
        [](const Row& each) {
            return ExportedSanction{
                each.text(0),        each.text(1), each.text(2), time_of(each.integer(3)), time_of(each.integer(4)),
                each.integer(5) != 0};
        });
}

Result<void> AccountReader::possessions()
{
    const std::string account = player_account(player_);
    Result<void> step = list("balances", out_.balances, account,
                             "SELECT asset, amount FROM balances WHERE account = $1 AND amount > 0 "
                             "ORDER BY asset LIMIT $2",
                             [](const Row& row) { return InventoryItem{row.text(0), {row.integer(1)}}; });
    if (!step) return step.error();
    // Without the other side: whom a player traded with is that player's business too.
    step = list("ledger", out_.ledger, account,
                "SELECT asset, amount, debit, reason, at FROM ("
                "SELECT * FROM (SELECT * FROM transfers WHERE debit = $1 ORDER BY seq DESC LIMIT $2) AS d UNION ALL "
                "SELECT * FROM (SELECT * FROM transfers WHERE credit = $1 ORDER BY seq DESC LIMIT $2) AS c"
                ") AS both_sides ORDER BY seq DESC LIMIT $2",
                [&account](const Row& row) {
                    const std::int64_t amount = row.text(2) == account ? -row.integer(1) : row.integer(1);
                    return ExportedEntry{row.text(0), {amount}, row.text(3), time_of(row.integer(4))};
                });
    if (!step) return step.error();
    step = list("numbered_cards", out_.numbered_cards, account,
                "SELECT card, number, since FROM numbered_cards WHERE owner = $1 ORDER BY card, number LIMIT $2",
                [](const Row& row) { return ExportedCard{row.text(0), row.integer(1), time_of(row.integer(2))}; });
    if (!step) return step.error();
    step = list("decks", out_.decks, player_.value,
                "SELECT id, name, farmer, cards FROM decks WHERE player = $1 ORDER BY id LIMIT $2", [](const Row& row) {
                    return ExportedDeck{DeckId{row.text(0)}, row.text(1), row.text(2), split_ids(row.text(3))};
                });
    if (!step) return step.error();
    const Result<std::vector<MarketOrder>> orders = orders_of(connection_, player_, false, OrderId{}, at_most_ + 1);
    if (!orders) return orders.error();
    for (const MarketOrder& order : *orders)
        if (static_cast<std::int64_t>(out_.orders.size()) < at_most_) out_.orders.push_back(order_info(order));
    if (out_.orders.size() < orders->size()) out_.cut.emplace_back("orders");
    return {};
}

Result<void> AccountReader::farm()
{
    const Result<Rows> farm = connection_.execute("SELECT size FROM farms WHERE player = $1", {player_.value});
    if (!farm) return farm.error();
    if (farm->empty()) return {};
    ExportedFarm& out = out_.farm.emplace();
    out.size = farm->front().integer(0);
    // A plot's seed is its yield, which shows at the harvest.
    return list("farm", out.plots, player_.value,
                "SELECT plot, crop, planted_at, composted FROM farm_plots WHERE player = $1 ORDER BY plot LIMIT $2",
                [](const Row& row) {
                    return ExportedPlot{row.integer(0), row.text(1), time_of(row.integer(2)), row.integer(3) != 0};
                });
}

Result<void> AccountReader::play()
{
    const Result<Rows> ticket =
        connection_.execute("SELECT mode, queued_at FROM queue_tickets WHERE player = $1", {player_.value});
    if (!ticket) return ticket.error();
    if (!ticket->empty()) out_.queued = ExportedTicket{ticket->front().text(0), time_of(ticket->front().integer(1))};
    const Result<Rows> rows = connection_.execute(
        "SELECT " + match_columns +
            " FROM matches WHERE id IN (SELECT match_id FROM match_players WHERE match_players.player = $1) "
            "ORDER BY id DESC LIMIT $2",
        {player_.value, at_most_ + 1});
    const Result<std::vector<Match>> matches = to_matches(rows);
    if (!matches) return matches.error();
    for (const Match& match : *matches) {
        if (static_cast<std::int64_t>(out_.matches.size()) == at_most_) break;
        const std::size_t mine = match.seats[0].player == player_ ? 0 : 1;
        const MatchSeat &seat = match.seats[mine], &other = match.seats[1 - mine];
        ExportedMatch item{match.id,
                           match.mode,
                           std::string(to_string(match.state)),
                           static_cast<int>(mine) + 1,
                           seat.name,
                           seat.farmer,
                           seat.cards,
                           other.player,
                           other.name,
                           to_rfc3339(match.created_at),
                           time_if_any(match.ended_at.count()),
                           {}};
        if (match.result) item.winner = match.result->winner + 1;
        out_.matches.push_back(std::move(item));
    }
    if (out_.matches.size() < matches->size()) out_.cut.emplace_back("matches");
    return list("ratings", out_.ratings, player_.value,
                "SELECT mode, rating, deviation, games, wins, losses, draws FROM ratings WHERE player = $1 "
                "ORDER BY mode LIMIT $2",
                [](const Row& row) {
                    return PlayerRating{row.text(0),    row.integer(1), row.integer(2), row.integer(3),
                                        row.integer(4), row.integer(5), row.integer(6), {}};
                });
}

Result<void> AccountReader::progress()
{
    Result<void> step =
        list("statistics", out_.statistics, player_.value,
             "SELECT statistic, value FROM player_statistics WHERE player = $1 ORDER BY statistic LIMIT $2",
             [](const Row& row) { return PlayerCount{row.text(0), row.integer(1)}; });
    if (!step) return step.error();
    step = list("goals", out_.goals, player_.value,
                "SELECT c.goal, c.on_day, c.count, r.at FROM goal_counts AS c LEFT JOIN goals_reached AS r "
                "ON r.player = c.player AND r.on_day = c.on_day AND r.goal = c.goal "
                "WHERE c.player = $1 ORDER BY c.on_day DESC, c.goal LIMIT $2",
                [](const Row& row) {
                    ExportedGoal goal{row.text(0), {}, row.integer(2), time_if_any(row.integer(3))};
                    if (row.integer(1) > 0) goal.day = day_of(row.integer(1));
                    return goal;
                });
    if (!step) return step.error();
    step = list("seasons", out_.seasons, player_.value,
                "SELECT season, rating, place, league FROM season_bests WHERE player = $1 ORDER BY season DESC "
                "LIMIT $2",
                [](const Row& row) {
                    ExportedSeason season{row.integer(0), row.integer(1), {}, {}};
                    if (row.integer(2) > 0) season.place = row.integer(2);
                    if (!row.text(3).empty()) season.league = row.text(3);
                    return season;
                });
    if (!step) return step.error();
    step =
        list("tournaments", out_.tournaments, player_.value,
             "SELECT t.id, t.name, e.entered_at, e.dropped_at, e.place FROM tournament_entries AS e "
             "JOIN tournaments AS t ON t.id = e.tournament WHERE e.player = $1 ORDER BY t.id DESC LIMIT $2",
             [](const Row& row) {
                 ExportedTournament own{
                     TournamentId{row.text(0)}, row.text(1), time_of(row.integer(2)), time_if_any(row.integer(3)), {}};
                 if (row.integer(4) > 0) own.place = row.integer(4);
                 return own;
             });
    if (!step) return step.error();
    return list("days", out_.days, player_.value,
                "SELECT on_day, games, paid, wins, walked_out FROM daily_play WHERE player = $1 "
                "ORDER BY on_day DESC LIMIT $2",
                [](const Row& row) {
                    return ExportedDay{day_of(row.integer(0)), row.integer(1), row.integer(2), row.integer(3),
                                       row.integer(4)};
                });
}

Result<void> AccountReader::others()
{
    Result<void> step =
        list("friends", out_.friends, player_.value,
             "SELECT t.other, a.name, t.state, t.since FROM social_ties AS t JOIN accounts AS a ON a.id = t.other "
             "WHERE t.player = $1 ORDER BY t.other LIMIT $2",
             [](const Row& row) {
                 return ExportedTie{PlayerId{row.text(0)}, row.text(1), static_cast<FriendState>(row.integer(2)),
                                    time_of(row.integer(3))};
             });
    if (!step) return step.error();
    step = list("blocks", out_.blocks, player_.value,
                "SELECT b.blocked, a.name FROM blocks AS b JOIN accounts AS a ON a.id = b.blocked "
                "WHERE b.player = $1 ORDER BY b.blocked LIMIT $2",
                [](const Row& row) { return BlockInfo{PlayerId{row.text(0)}, row.text(1)}; });
    if (!step) return step.error();
    const Result<Rows> group = connection_.execute(
        "SELECT g.id, g.name, m.role, m.since FROM group_members AS m JOIN groups AS g ON g.id = m.group_id "
        "WHERE m.player = $1",
        {player_.value});
    if (!group) return group.error();
    for (const Row& row : *group)
        out_.group = ExportedGroup{GroupId{row.text(0)}, row.text(1), static_cast<protocol::GroupRole>(row.integer(2)),
                                   time_of(row.integer(3))};
    step = list("group_invites", out_.group_invites, player_.value,
                "SELECT i.group_id, g.name, i.invited_by, i.at FROM group_invites AS i JOIN groups AS g "
                "ON g.id = i.group_id WHERE i.player = $1 ORDER BY i.at DESC, i.group_id LIMIT $2",
                [](const Row& row) {
                    return GroupInviteInfo{GroupId{row.text(0)}, row.text(1), PlayerId{row.text(2)},
                                           time_of(row.integer(3))};
                });
    if (!step) return step.error();
    step = list("notifications", out_.notifications, player_.value,
                "SELECT n.number, n.kind, n.about, a.name, n.at, m.read_up_to FROM notifications AS n "
                "JOIN accounts AS a ON a.id = n.about LEFT JOIN notification_marks AS m ON m.player = n.player "
                "WHERE n.player = $1 ORDER BY n.number DESC LIMIT $2",
                [](const Row& row) {
                    return NotificationInfo{row.integer(0),          row.text(1),
                                            PlayerId{row.text(2)},   row.text(3),
                                            time_of(row.integer(4)), row.integer(0) <= row.integer(5)};
                });
    if (!step) return step.error();
    step = list("messages", out_.messages, player_.value,
                "SELECT channel, body, at FROM chat_messages WHERE author = $1 AND deleted_at = 0 "
                "ORDER BY at DESC, id DESC LIMIT $2",
                [](const Row& row) { return ExportedMessage{row.text(0), row.text(1), time_of(row.integer(2))}; });
    if (!step) return step.error();
    return list("actions", out_.actions, player_.value,
                "SELECT idempotency_key, request, at FROM idempotency_records WHERE player = $1 "
                "ORDER BY at DESC, idempotency_key LIMIT $2",
                [](const Row& row) { return ExportedAction{row.text(0), row.text(1), time_of(row.integer(2))}; });
}

// Of reports by others only what is decided: neither who made them nor that somebody looks is the reported's to know.
Result<void> AccountReader::reports()
{
    constexpr std::string_view own =
        "SELECT id, reported, reason, note, channel, message, match_id, state, opened_at FROM reports "
        "WHERE reporter = $1 ORDER BY id DESC LIMIT $2";
    Result<void> step = list("reports", out_.reports, player_.value, own, [](const Row& row) {
        ExportedReport report;
        report.report = ReportId{row.text(0)};
        report.player = PlayerId{row.text(1)};
        report.reason = static_cast<ReportReason>(row.integer(2));
        report.note = row.text(3);
        if (!row.text(5).empty()) report.channel = row.text(4);
        if (!row.text(5).empty()) report.message = MessageId{row.text(5)};
        if (!row.text(6).empty()) report.match = MatchId{row.text(6)};
        report.state = static_cast<ReportState>(row.integer(7));
        report.opened_at = time_of(row.integer(8));
        return report;
    });
    if (!step) return step.error();
    step = list("reported", out_.reported, player_.value,
                "SELECT reason, outcome, moved_at FROM reports WHERE reported = $1 AND state = 2 "
                "ORDER BY moved_at DESC, id LIMIT $2",
                [](const Row& row) {
                    return ExportedVerdict{static_cast<ReportReason>(row.integer(0)),
                                           static_cast<ReportOutcome>(row.integer(1)), time_of(row.integer(2))};
                });
    if (!step) return step.error();
    return list("evidence", out_.evidence, player_.value,
                "SELECT DISTINCT m.id, m.body, m.at FROM report_messages AS m JOIN reports AS r ON r.id = m.report "
                "WHERE m.author = $1 AND r.state = 2 ORDER BY m.at DESC, m.id, m.body LIMIT $2",
                [](const Row& row) { return ExportedEvidence{row.text(1), time_of(row.integer(2))}; });
}

} // namespace

AsyncResult<AccountExport> SqlPersonalData::collect(PlayerId player, std::size_t at_most, Millis now, Deadline by)
{
    return read<AccountExport>(
        database_,
        [player = std::move(player), at_most, now](Connection& connection) -> Result<AccountExport> {
            AccountExport out;
            out.exported_at = to_rfc3339(now);
            AccountReader reader(connection, player, at_most, out);
            for (const auto part :
                 {&AccountReader::account, &AccountReader::possessions, &AccountReader::farm, &AccountReader::play,
                  &AccountReader::progress, &AccountReader::others, &AccountReader::reports})
                if (const Result<void> read = (reader.*part)(); !read) return read.error();
            return out;
        },
        by);
}

} // namespace harvest::sql
