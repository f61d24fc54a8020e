// GET /v1/account/export: all that the store holds of one player, but for secrets, for what others have and for reports
// that are not decided yet. Each list has its newest entries, up to a bound; `cut` names those that were longer.
#pragma once

#include "common/protocol/account.hpp"
#include "common/protocol/groups.hpp"
#include "common/protocol/market.hpp"
#include "common/protocol/reports.hpp"
#include "common/protocol/social.hpp"
#include "common/protocol/tournaments.hpp"

namespace harvest::protocol {

struct ExportedAccount {
    PlayerId id;
    std::string name;
    bool bot{};
    std::string created_at;
    std::optional<std::string> renamed_at;
    bool password_login{}, device_login{};
    std::optional<std::string> email{}; // once it was shown to be theirs
    bool authenticator{};
};
BOOST_DESCRIBE_STRUCT(ExportedAccount, (),
                      (id, name, bot, created_at, renamed_at, password_login, device_login, email, authenticator))

struct ExportedSession {
    SessionId id;
    std::string refreshed_at, expires_at;
    bool ended{};
};
BOOST_DESCRIBE_STRUCT(ExportedSession, (), (id, refreshed_at, expires_at, ended))

struct ExportedSanction {
    std::string kind, scope, reason, since, until;
    bool lifted{};
};
BOOST_DESCRIBE_STRUCT(ExportedSanction, (), (kind, scope, reason, since, until, lifted))

// One movement on the player's account; below zero: it went away.
struct ExportedEntry {
    std::string asset;
    Amount change;
    std::string reason, at;
};
BOOST_DESCRIBE_STRUCT(ExportedEntry, (), (asset, change, reason, at))

struct ExportedCard {
    std::string card;
    std::int64_t serial{};
    std::string since;
};
BOOST_DESCRIBE_STRUCT(ExportedCard, (), (card, serial, since))

struct ExportedDeck {
    DeckId id;
    std::string name, farmer;
    std::vector<std::string> cards;
};
BOOST_DESCRIBE_STRUCT(ExportedDeck, (), (id, name, farmer, cards))

struct ExportedPlot {
    std::int64_t plot{};
    std::string crop, planted_at;
    bool composted{};
};
BOOST_DESCRIBE_STRUCT(ExportedPlot, (), (plot, crop, planted_at, composted))

struct ExportedFarm {
    std::int64_t size{};
    std::vector<ExportedPlot> plots;
};
BOOST_DESCRIBE_STRUCT(ExportedFarm, (), (size, plots))

struct ExportedTicket {
    std::string mode, queued_at;
};
BOOST_DESCRIBE_STRUCT(ExportedTicket, (), (mode, queued_at))

// With the player's own deck; the other's is hidden information.
struct ExportedMatch {
    MatchId id;
    std::string mode, state;
    int seat{}; // 1 or 2
    std::string name, farmer;
    std::vector<std::string> cards;
    PlayerId opponent;
    std::string opponent_name, created_at;
    std::optional<std::string> ended_at;
    std::optional<int> winner; // 1, 2, 0 for a draw
};
BOOST_DESCRIBE_STRUCT(ExportedMatch, (),
                      (id, mode, state, seat, name, farmer, cards, opponent, opponent_name, created_at, ended_at,
                       winner))

// An achievement, or a quest of a day.
struct ExportedGoal {
    std::string goal;
    std::optional<std::string> day;
    std::int64_t count{};
    std::optional<std::string> reached_at;
};
BOOST_DESCRIBE_STRUCT(ExportedGoal, (), (goal, day, count, reached_at))

struct ExportedDay {
    std::string day;
    std::int64_t games{}, paid{}, wins{}, walked_out{};
};
BOOST_DESCRIBE_STRUCT(ExportedDay, (), (day, games, paid, wins, walked_out))

// The best of a season; `league` once it has ended.
struct ExportedSeason {
    std::int64_t season{}, rating{};
    std::optional<std::int64_t> place; // on the board, where it counted
    std::optional<std::string> league;
};
BOOST_DESCRIBE_STRUCT(ExportedSeason, (), (season, rating, place, league))

// `place` once it has ended.
struct ExportedTournament {
    TournamentId tournament;
    std::string name, entered_at;
    std::optional<std::string> dropped_at;
    std::optional<std::int64_t> place;
};
BOOST_DESCRIBE_STRUCT(ExportedTournament, (), (tournament, name, entered_at, dropped_at, place))

struct ExportedTie {
    PlayerId player;
    std::string name;
    FriendState state{};
    std::string since;
};
BOOST_DESCRIBE_STRUCT(ExportedTie, (), (player, name, state, since))

struct ExportedGroup {
    GroupId group;
    std::string name;
    GroupRole role{};
    std::string since;
};
BOOST_DESCRIBE_STRUCT(ExportedGroup, (), (group, name, role, since))

struct ExportedMessage {
    std::string channel, text, at;
};
BOOST_DESCRIBE_STRUCT(ExportedMessage, (), (channel, text, at))

// An action that is remembered by its idempotency key.
struct ExportedAction {
    std::string key, request, at;
};
BOOST_DESCRIBE_STRUCT(ExportedAction, (), (key, request, at))

// A report that the player made.
struct ExportedReport {
    ReportId report;
    PlayerId player; // who was reported
    ReportReason reason{};
    std::string note;
    std::optional<std::string> channel;
    std::optional<MessageId> message;
    std::optional<MatchId> match;
    ReportState state{};
    std::string opened_at;
};
BOOST_DESCRIBE_STRUCT(ExportedReport, (), (report, player, reason, note, channel, message, match, state, opened_at))

// What was decided on a report of the player; who made it and
// who decided are not told.
struct ExportedVerdict {
    ReportReason reason{};
    ReportOutcome outcome{};
    std::string closed_at;
};
BOOST_DESCRIBE_STRUCT(ExportedVerdict, (), (reason, outcome, closed_at))

// The player's own words as a report that is decided keeps them.
struct ExportedEvidence {
    std::string text, at;
};
BOOST_DESCRIBE_STRUCT(ExportedEvidence, (), (text, at))

struct AccountExport {
    std::string exported_at;
    ExportedAccount account;
    std::vector<ExportedSession> sessions;
    std::vector<ExportedSanction> sanctions;
    std::vector<InventoryItem> balances; // cards as "card.<id>"
    std::vector<ExportedEntry> ledger;
    std::vector<ExportedCard> numbered_cards;
    std::vector<ExportedDeck> decks;
    std::optional<ExportedFarm> farm;
    std::vector<OrderInfo> orders;
    std::optional<ExportedTicket> queued;
    std::vector<ExportedMatch> matches;
    std::vector<PlayerRating> ratings;
    std::vector<PlayerCount> statistics;
    std::vector<ExportedGoal> goals;
    std::vector<ExportedDay> days;
    std::vector<ExportedSeason> seasons;
    std::vector<ExportedTournament> tournaments;
    std::vector<ExportedTie> friends;
    std::vector<BlockInfo> blocks;
    std::optional<ExportedGroup> group;
    std::vector<GroupInviteInfo> group_invites;
    std::vector<NotificationInfo> notifications;
    std::vector<ExportedMessage> messages;
    std::vector<ExportedAction> actions;
    std::vector<ExportedReport> reports;
    std::vector<ExportedVerdict> reported;
    std::vector<ExportedEvidence> evidence;
    std::vector<std::string> cut;
};
BOOST_DESCRIBE_STRUCT(AccountExport, (),
                      (exported_at, account, sessions, sanctions, balances, ledger, numbered_cards, decks, farm, orders,
                       queued, matches, ratings, statistics, goals, days, seasons, tournaments, friends, blocks, group,
                       group_invites, notifications, messages, actions, reports, reported, evidence, cut))

} // namespace harvest::protocol
