#include "common/adapters/sql/migrations.hpp"

namespace harvest::sql {
namespace {

// Ids are text, times epoch milliseconds, flags 0 or 1; lists of content ids are joined by newlines.
const std::vector<Migration> all{
    {1,
     "first tables",
     {
         R"(CREATE TABLE accounts (
    id text PRIMARY KEY, name text NOT NULL, name_key text NOT NULL UNIQUE, password_hash text NOT NULL,
    device_secret bytea UNIQUE, created_at bigint NOT NULL, bot bigint NOT NULL))",
         R"(CREATE TABLE sanctions (
    audit text PRIMARY KEY, player text NOT NULL, kind text NOT NULL, scope text NOT NULL, reason text NOT NULL,
    since bigint NOT NULL, until_at bigint NOT NULL, by_whom text NOT NULL, lifted bigint NOT NULL))",
         R"(CREATE INDEX sanctions_by_player ON sanctions (player))",
         R"(CREATE TABLE /*clustered*/ blocks (
    player text NOT NULL, blocked text NOT NULL, PRIMARY KEY (player, blocked)))",

         R"(CREATE TABLE sessions (
    id text PRIMARY KEY, player text NOT NULL, generation bigint NOT NULL, current_hash bytea NOT NULL UNIQUE,
    previous_hash bytea, rotated_at bigint NOT NULL, expires_at bigint NOT NULL, revoked bigint NOT NULL))",
         R"(CREATE INDEX sessions_by_previous ON sessions (previous_hash))",
         R"(CREATE INDEX sessions_by_player ON sessions (player))",

         R"(CREATE TABLE /*clustered*/ counters (name text PRIMARY KEY, value bigint NOT NULL))",
         R"(CREATE TABLE transfers (
    seq bigint PRIMARY KEY, id text NOT NULL UNIQUE, asset text NOT NULL, debit text NOT NULL, credit text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0), reason text NOT NULL, at bigint NOT NULL, CHECK (debit <> credit)))",
         R"(CREATE INDEX transfers_by_debit ON transfers (debit, seq))",
         R"(CREATE INDEX transfers_by_credit ON transfers (credit, seq))",
         R"(CREATE TABLE /*clustered*/ balances (
    account text NOT NULL, asset text NOT NULL, amount bigint NOT NULL, PRIMARY KEY (account, asset),
    CHECK (amount >= 0 OR account = 'mint')))",

         R"(CREATE TABLE decks (
    id text PRIMARY KEY, player text NOT NULL, name text NOT NULL, farmer text NOT NULL, cards text NOT NULL,
    version bigint NOT NULL))",
         R"(CREATE INDEX decks_by_player ON decks (player))",

         R"(CREATE TABLE queue_tickets (
    id text PRIMARY KEY, player text NOT NULL UNIQUE, mode text NOT NULL, deck text NOT NULL,
    preferences text NOT NULL, queued_at bigint NOT NULL))",
         R"(CREATE TABLE /*clustered*/ player_engagements (
    player text PRIMARY KEY, ticket text NOT NULL, match_id text NOT NULL,
    CHECK ((ticket = '') <> (match_id = ''))))",
         R"(CREATE TABLE matches (
    id text PRIMARY KEY, mode text NOT NULL, content_hash text NOT NULL, state bigint NOT NULL,
    created_at bigint NOT NULL, ended_at bigint NOT NULL,
    player_1 text NOT NULL, name_1 text NOT NULL, farmer_1 text NOT NULL, cards_1 text NOT NULL, bot_1 text NOT NULL,
    player_2 text NOT NULL, name_2 text NOT NULL, farmer_2 text NOT NULL, cards_2 text NOT NULL, bot_2 text NOT NULL,
    instance text NOT NULL, epoch bigint NOT NULL, lease_until bigint NOT NULL,
    sealed_seed text NOT NULL, commitment text NOT NULL, server_seed text NOT NULL,
    nonce_1 text NOT NULL, nonce_2 text NOT NULL, logged bigint NOT NULL,
    winner bigint, reason text NOT NULL, turns bigint NOT NULL, commands bigint NOT NULL, final_hash text NOT NULL))",
         R"(CREATE INDEX matches_unfinished ON matches (lease_until) WHERE state < 2)",
         R"(CREATE INDEX matches_by_state ON matches (state, id))",
         R"(CREATE TABLE /*clustered*/ match_players (
    player text NOT NULL, match_id text NOT NULL, PRIMARY KEY (player, match_id)))",
         R"(CREATE TABLE /*clustered*/ battle_chunks (
    match_id text NOT NULL, from_command bigint NOT NULL, count bigint NOT NULL, data text NOT NULL,
    PRIMARY KEY (match_id, from_command)))",
         R"(CREATE TABLE /*clustered*/ ratings (
    player text NOT NULL, mode text NOT NULL, rating bigint NOT NULL, deviation bigint NOT NULL,
    volatility bigint NOT NULL, games bigint NOT NULL, wins bigint NOT NULL, losses bigint NOT NULL,
    draws bigint NOT NULL, rated_at bigint NOT NULL, PRIMARY KEY (player, mode)))",

         R"(CREATE TABLE /*clustered*/ chat_channels (channel text PRIMARY KEY, last_seq bigint NOT NULL))",
         R"(CREATE TABLE /*clustered*/ chat_messages (
    channel text NOT NULL, seq bigint NOT NULL, id text NOT NULL UNIQUE, author text NOT NULL,
    author_name text NOT NULL, body text NOT NULL, at bigint NOT NULL, PRIMARY KEY (channel, seq)))",

         R"(CREATE TABLE /*clustered*/ topics (
    topic text NOT NULL, part bigint NOT NULL, first_offset bigint NOT NULL, next_offset bigint NOT NULL,
    PRIMARY KEY (topic, part)))",
         R"(CREATE TABLE /*clustered*/ events (
    topic text NOT NULL, part bigint NOT NULL, position bigint NOT NULL, id text NOT NULL UNIQUE, type text NOT NULL,
    source text NOT NULL, subject text NOT NULL, traceparent text NOT NULL, time bigint NOT NULL, data text NOT NULL,
    PRIMARY KEY (topic, part, position)))",
         R"(CREATE TABLE /*clustered*/ event_cursors (
    consumer_group text NOT NULL, topic text NOT NULL, part bigint NOT NULL, position bigint NOT NULL,
    PRIMARY KEY (consumer_group, topic, part)))",
     }},
    {2,
     "leases",
     {
         R"(CREATE TABLE /*clustered*/ leases (
    name text PRIMARY KEY, holder text NOT NULL, epoch bigint NOT NULL, until_at bigint NOT NULL))",
     }},
    {3,
     "farms and idempotency records",
     {
         R"(CREATE TABLE /*clustered*/ idempotency_records (
    player text NOT NULL, idempotency_key text NOT NULL, request text NOT NULL, reply text NOT NULL,
    at bigint NOT NULL, PRIMARY KEY (player, idempotency_key)))",
         R"(CREATE INDEX idempotency_records_by_age ON idempotency_records (player, at))",
         R"(CREATE TABLE /*clustered*/ farms (
    player text PRIMARY KEY, version bigint NOT NULL, size bigint NOT NULL))",
         R"(CREATE TABLE /*clustered*/ farm_plots (
    player text NOT NULL, plot bigint NOT NULL, crop text NOT NULL, planted_at bigint NOT NULL, seed bigint NOT NULL,
    composted bigint NOT NULL, watered bigint NOT NULL, PRIMARY KEY (player, plot)))",
     }},
    {4,
     "market",
     {
         R"(CREATE TABLE market_orders (
    id text PRIMARY KEY, player text NOT NULL, asset text NOT NULL, side bigint NOT NULL, price bigint NOT NULL,
    quantity bigint NOT NULL, remaining bigint NOT NULL, earned bigint NOT NULL, state bigint NOT NULL,
    seq bigint NOT NULL, opened_at bigint NOT NULL, expires_at bigint NOT NULL, closed_at bigint NOT NULL,
    CHECK (remaining >= 0 AND remaining <= quantity)))",
         R"(CREATE INDEX market_orders_open ON market_orders (asset, side, price, seq) WHERE state = 0)",
         R"(CREATE INDEX market_orders_expiring ON market_orders (expires_at) WHERE state = 0)",
         R"(CREATE INDEX market_orders_by_player ON market_orders (player, id))",
         R"(CREATE INDEX market_orders_open_by_player ON market_orders (player, id) WHERE state = 0)",
         R"(CREATE TABLE /*clustered*/ market_trades (
    asset text NOT NULL, seq bigint NOT NULL, maker text NOT NULL, taker text NOT NULL, buyer text NOT NULL,
    seller text NOT NULL, side bigint NOT NULL, price bigint NOT NULL, quantity bigint NOT NULL, fee bigint NOT NULL,
    at bigint NOT NULL, PRIMARY KEY (asset, seq)))",
         R"(CREATE TABLE /*clustered*/ market_candles (
    asset text NOT NULL, from_at bigint NOT NULL, first_price bigint NOT NULL, high bigint NOT NULL,
    low bigint NOT NULL, last_price bigint NOT NULL, volume bigint NOT NULL, trades bigint NOT NULL,
    PRIMARY KEY (asset, from_at)))",
     }},
    {5,
     "numbered cards",
     {
         // The owner is a ledger account, '' once the serial is retired; `step` is the last one of its history.
         R"(CREATE TABLE /*clustered*/ numbered_cards (
    card text NOT NULL, number bigint NOT NULL CHECK (number > 0), owner text NOT NULL, since bigint NOT NULL,
    step bigint NOT NULL, PRIMARY KEY (card, number)))",
         R"(CREATE INDEX numbered_cards_by_owner ON numbered_cards (owner, card))",
         R"(CREATE TABLE /*clustered*/ numbered_card_steps (
    card text NOT NULL, number bigint NOT NULL, step bigint NOT NULL, owner text NOT NULL, reason text NOT NULL,
    at bigint NOT NULL, PRIMARY KEY (card, number, step)))",
     }},
    {6,
     "social",
     {
         // `state` is protocol::FriendState as `player` sees it.
         R"(CREATE TABLE /*clustered*/ social_ties (
    player text NOT NULL, other text NOT NULL, state bigint NOT NULL, since bigint NOT NULL,
    PRIMARY KEY (player, other)))",
         R"(CREATE INDEX social_ties_by_state ON social_ties (player, state))",
         R"(CREATE TABLE /*clustered*/ notification_marks (
    player text PRIMARY KEY, last_number bigint NOT NULL, read_up_to bigint NOT NULL))",
         R"(CREATE TABLE /*clustered*/ notifications (
    player text NOT NULL, number bigint NOT NULL, kind text NOT NULL, about text NOT NULL, at bigint NOT NULL,
    PRIMARY KEY (player, number)))",
     }},
    {7,
     "progress",
     {
         // `caught_up` is the last epoch under which the past has been read; what goals_reached holds is kept over a
         // rebuild, the other tables are made of events alone.
         R"(CREATE TABLE /*clustered*/ projections (
    name text PRIMARY KEY, epoch bigint NOT NULL, events bigint NOT NULL, caught_up bigint NOT NULL,
    rebuilt_at bigint NOT NULL))",
         R"(INSERT INTO projections (name, epoch, events, caught_up, rebuilt_at)
    VALUES ('statistics', 1, 0, 1, 0), ('achievements', 1, 0, 1, 0))",
         R"(CREATE TABLE /*clustered*/ projection_events (
    projection text NOT NULL, event text NOT NULL, PRIMARY KEY (projection, event)))",
         R"(CREATE TABLE /*clustered*/ player_statistics (
    player text NOT NULL, statistic text NOT NULL, value bigint NOT NULL, PRIMARY KEY (player, statistic)))",
         R"(CREATE INDEX player_statistics_by_value ON player_statistics (statistic, value, player))",
         R"(CREATE TABLE /*clustered*/ goal_counts (
    player text NOT NULL, goal text NOT NULL, on_day bigint NOT NULL, count bigint NOT NULL,
    PRIMARY KEY (player, on_day, goal)))",
         R"(CREATE TABLE /*clustered*/ goals_reached (
    player text NOT NULL, goal text NOT NULL, on_day bigint NOT NULL, at bigint NOT NULL,
    PRIMARY KEY (player, on_day, goal)))",
         R"(CREATE INDEX ratings_by_rating ON ratings (mode, rating, player))",
     }},
    {8,
     "daily play",
     {
         R"(CREATE TABLE /*clustered*/ daily_play (
    player text NOT NULL, on_day bigint NOT NULL, games bigint NOT NULL, paid bigint NOT NULL, wins bigint NOT NULL,
    walked_out bigint NOT NULL, PRIMARY KEY (player, on_day)))",
     }},
    {9,
     "names that change and accounts that go",
     {
         // Times, 0: never. A deleted account keeps its row for what refers to it.
         R"(ALTER TABLE accounts ADD COLUMN renamed_at bigint NOT NULL DEFAULT 0)",
         R"(ALTER TABLE accounts ADD COLUMN deleted_at bigint NOT NULL DEFAULT 0)",
         R"(CREATE INDEX blocks_by_blocked ON blocks (blocked))",
         R"(CREATE INDEX social_ties_by_other ON social_ties (other))",
         R"(CREATE INDEX chat_messages_by_author ON chat_messages (author, at))",
     }},
    {10,
     "e-mail addresses",
     {
         R"(CREATE TABLE /*clustered*/ account_emails (
    player text PRIMARY KEY, email text NOT NULL, email_key text NOT NULL UNIQUE, verified_at bigint NOT NULL))",
         // `purpose` is MailPurpose; of a token its SHA-256 alone is kept.
         R"(CREATE TABLE mail_tokens (
    hash bytea PRIMARY KEY, player text NOT NULL, purpose bigint NOT NULL, email text NOT NULL,
    expires_at bigint NOT NULL))",
         R"(CREATE INDEX mail_tokens_by_player ON mail_tokens (player, purpose))",
     }},
    {11,
     "chat messages that change, and how far one has read",
     {
         R"(ALTER TABLE chat_messages ADD COLUMN edited_at bigint NOT NULL DEFAULT 0)",
         R"(ALTER TABLE chat_messages ADD COLUMN deleted_at bigint NOT NULL DEFAULT 0)",
         R"(CREATE TABLE /*clustered*/ chat_marks (
    player text NOT NULL, channel text NOT NULL, read_up_to bigint NOT NULL, PRIMARY KEY (player, channel)))",
     }},
    {12,
     "second factors",
     {
         // `box` is a sealed key. `confirmed_at` is 0 as long as nobody is asked for a code.
         R"(CREATE TABLE /*clustered*/ second_factors (
    player text PRIMARY KEY, box bytea NOT NULL, confirmed_at bigint NOT NULL, last_step bigint NOT NULL))",
         R"(CREATE TABLE recovery_codes (player text NOT NULL, hash bytea NOT NULL, PRIMARY KEY (player, hash)))",
     }},
    {13,
     "groups",
     {
         // `role` is protocol::GroupRole.
         R"(CREATE TABLE /*clustered*/ groups (
    id text PRIMARY KEY, name text NOT NULL, name_key text NOT NULL UNIQUE, about text NOT NULL,
    is_open bigint NOT NULL, founded_at bigint NOT NULL))",
         R"(CREATE TABLE /*clustered*/ group_members (
    player text PRIMARY KEY, group_id text NOT NULL, role bigint NOT NULL, since bigint NOT NULL))",
         R"(CREATE INDEX group_members_by_group ON group_members (group_id))",
         R"(CREATE TABLE /*clustered*/ group_invites (
    player text NOT NULL, group_id text NOT NULL, invited_by text NOT NULL, at bigint NOT NULL,
    PRIMARY KEY (player, group_id)))",
         R"(CREATE INDEX group_invites_by_group ON group_invites (group_id))",
     }},
    {14,
     "seasons",
     {
         // `season` of a rating is the one that it counts in: the end of a season has not come to those at or before
         // it.
         R"(ALTER TABLE ratings ADD COLUMN season bigint NOT NULL DEFAULT 0)",
         R"(CREATE INDEX ratings_by_season ON ratings (mode, season, player))",
         R"(CREATE TABLE /*clustered*/ seasons (
    season bigint PRIMARY KEY, board_rating bigint NOT NULL, board_places bigint NOT NULL, opened_at bigint NOT NULL,
    closed_at bigint NOT NULL, players bigint NOT NULL, rewarded bigint NOT NULL))",
         // `league` is '' until the season ends.
         R"(CREATE TABLE /*clustered*/ season_bests (
    player text NOT NULL, season bigint NOT NULL, rating bigint NOT NULL, place bigint NOT NULL, league text NOT NULL,
    PRIMARY KEY (player, season)))",
     }},
    {15,
     "reports",
     {
         // `reason`, `state` and `outcome` (-1: none yet) are enums of protocol/reports.hpp; `reporter` is '' once that
         // account is gone. `subject` is what a reporter has one open report of.
         R"(CREATE TABLE /*clustered*/ reports (
    id text PRIMARY KEY, reporter text NOT NULL, reported text NOT NULL, subject text NOT NULL, reason bigint NOT NULL,
    note text NOT NULL, channel text NOT NULL, message text NOT NULL, match_id text NOT NULL, state bigint NOT NULL,
    opened_at bigint NOT NULL, moderator text NOT NULL, moved_at bigint NOT NULL, outcome bigint NOT NULL))",
         R"(CREATE UNIQUE INDEX reports_open ON reports (reporter, subject) WHERE state < 2 AND reporter <> '')",
         R"(CREATE INDEX reports_by_reporter ON reports (reporter))",
         R"(CREATE INDEX reports_by_reported ON reports (reported))",
         R"(CREATE TABLE /*clustered*/ report_messages (
    report text NOT NULL, seq bigint NOT NULL, id text NOT NULL, channel text NOT NULL, author text NOT NULL,
    author_name text NOT NULL, body text NOT NULL, at bigint NOT NULL, edited_at bigint NOT NULL,
    PRIMARY KEY (report, seq)))",
         R"(CREATE INDEX report_messages_by_author ON report_messages (author))",
     }},
    {16,
     "battle rules",
     {
         // `hash` is that of the rules, not of the texts.
         R"(CREATE TABLE /*clustered*/ battle_rules (
    hash text PRIMARY KEY, version text NOT NULL, battle text NOT NULL, cards text NOT NULL, kept_at bigint NOT NULL))",
     }},
    {17,
     "tournaments",
     {
         // `format`, `state` and `outcome` are enums of game/tournament and protocol/tournaments.hpp; lengths and times
         // in milliseconds, 0: not yet.
         R"(CREATE TABLE /*clustered*/ tournaments (
    id text PRIMARY KEY, made_from text NOT NULL, name text NOT NULL, format bigint NOT NULL,
    wished_rounds bigint NOT NULL, round_length bigint NOT NULL, min_players bigint NOT NULL,
    max_players bigint NOT NULL, state bigint NOT NULL, round bigint NOT NULL, rounds bigint NOT NULL,
    seed bigint NOT NULL, version bigint NOT NULL, created_at bigint NOT NULL, started_at bigint NOT NULL,
    round_until bigint NOT NULL, ended_at bigint NOT NULL))",
         R"(CREATE INDEX tournaments_by_state ON tournaments (state, id))",
         R"(CREATE TABLE /*clustered*/ tournament_prizes (
    tournament text NOT NULL, place bigint NOT NULL, asset text NOT NULL, amount bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (tournament, place, asset)))",
         R"(CREATE TABLE /*clustered*/ tournament_entries (
    tournament text NOT NULL, player text NOT NULL, deck text NOT NULL, rating bigint NOT NULL,
    entered_at bigint NOT NULL, dropped_at bigint NOT NULL, place bigint NOT NULL, PRIMARY KEY (tournament, player)))",
         R"(CREATE INDEX tournament_entries_by_player ON tournament_entries (player, tournament))",
         // `player_2` is '' of a bye, `match_id` as long as none was made.
         R"(CREATE TABLE /*clustered*/ tournament_pairings (
    tournament text NOT NULL, round bigint NOT NULL, table_no bigint NOT NULL, player_1 text NOT NULL,
    player_2 text NOT NULL, outcome bigint NOT NULL, match_id text NOT NULL, attempts bigint NOT NULL,
    decided_by text NOT NULL, PRIMARY KEY (tournament, round, table_no)))",
     }},
    {18,
     "boards of seasons",
     {
         // The rating after the season's last match of the player. Of earlier seasons the best is all that was kept.
         R"(ALTER TABLE season_bests ADD COLUMN last_rating bigint NOT NULL DEFAULT 0)",
         R"(UPDATE season_bests SET last_rating = COALESCE((SELECT r.rating FROM ratings AS r WHERE
    r.player = season_bests.player AND r.mode = 'ranked' AND r.season = season_bests.season), season_bests.rating))",
         R"(CREATE INDEX season_bests_by_last_rating ON season_bests (season, last_rating, player))",
     }},
    {19,
     "notifications of orders",
     {
         R"(ALTER TABLE notifications ADD COLUMN order_id text NOT NULL DEFAULT '')",
     }},
    {20,
     "numbered cards on the market",
     {
         // Of the one card that the order sells; 0: of copies that are alike.
         R"(ALTER TABLE market_orders ADD COLUMN card_number bigint NOT NULL DEFAULT 0)",
     }},
    {21,
     "reports that go",
     {
         R"(CREATE INDEX reports_closed ON reports (moved_at, id) WHERE state = 2)",
     }},
    {22,
     "player keys",
     {
         // `box` is a sealed key.
         R"(CREATE TABLE /*clustered*/ player_keys (player text PRIMARY KEY, box bytea NOT NULL))",
     }},
};

} // namespace

std::span<const Migration> migrations()
{
    return all;
}

} // namespace harvest::sql
