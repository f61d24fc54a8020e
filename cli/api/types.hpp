// What the admin API answers with; times are RFC 3339, ids and amounts strings.
#pragma once

#include "common/protocol/json.hpp"
#include "common/protocol/reports.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harvest::cli::api {

using protocol::Amount;

struct LastError {
    std::string code, message;
};
BOOST_DESCRIBE_STRUCT(LastError, (), (code, message))

struct DaemonItem {
    std::string daemon, id, host, state, version;
    std::int64_t uptime_seconds{};
    double loop_age_seconds{};
    std::map<std::string, std::int64_t> load;
    std::optional<LastError> last_error;
};
BOOST_DESCRIBE_STRUCT(DaemonItem, (),
                      (daemon, id, host, state, version, uptime_seconds, loop_age_seconds, load, last_error))

struct CheckItem {
    std::string name, status, message, explain; // status: ok, fail
    double took_seconds{};
};
BOOST_DESCRIBE_STRUCT(CheckItem, (), (name, status, message, explain, took_seconds))

struct PlayerItem {
    std::string id, name, created_at;
    bool bot{}, online{};
};
BOOST_DESCRIBE_STRUCT(PlayerItem, (), (id, name, created_at, bot, online))

struct SanctionItem {
    std::string player, kind, scope, reason, since, until, by, audit;
};
BOOST_DESCRIBE_STRUCT(SanctionItem, (), (player, kind, scope, reason, since, until, by, audit))

struct ReportItem {
    std::string id, state, about, reason; // about: message, player
    std::string player, name;             // who was reported
    std::string match, channel, opened_at, moderator, moved_at, outcome;
};
BOOST_DESCRIBE_STRUCT(ReportItem, (),
                      (id, state, about, reason, player, name, match, channel, opened_at, moderator, moved_at, outcome))

// A message as it stood when it, or one after it, was reported.
struct EvidenceItem {
    std::string message;
    std::int64_t number{};
    std::string author, name, text, at, edited_at;
};
BOOST_DESCRIBE_STRUCT(EvidenceItem, (), (message, number, author, name, text, at, edited_at))

struct ReportDetail : ReportItem {
    std::string reporter, reporter_name, note, message;
    std::vector<EvidenceItem> evidence;
};
BOOST_DESCRIBE_STRUCT(ReportDetail, (ReportItem), (reporter, reporter_name, note, message, evidence))

struct SessionItem {
    std::string id, player, signed_in_at, expires_at;
    std::string connsrv, device_class, status; // of its live connection, if it has one
};
BOOST_DESCRIBE_STRUCT(SessionItem, (), (id, player, signed_in_at, expires_at, connsrv, device_class, status))

struct RatingItem {
    std::string mode;
    double rating{}, deviation{};
    std::int64_t games{}, wins{}, losses{}, draws{};
};
BOOST_DESCRIBE_STRUCT(RatingItem, (), (mode, rating, deviation, games, wins, losses, draws))

struct BalanceItem {
    std::string asset;
    Amount amount;
};
BOOST_DESCRIBE_STRUCT(BalanceItem, (), (asset, amount))

struct PlayerProfile {
    std::string id, name, created_at;
    bool bot{}, online{};
    std::string status;
    std::vector<RatingItem> ratings;
    std::vector<BalanceItem> balances;
    std::vector<SanctionItem> sanctions;
    std::vector<std::string> recent_matches;
};
BOOST_DESCRIBE_STRUCT(PlayerProfile, (),
                      (id, name, created_at, bot, online, status, ratings, balances, sanctions, recent_matches))

struct SeatItem {
    std::string player, name, farmer, bot;
};
BOOST_DESCRIBE_STRUCT(SeatItem, (), (player, name, farmer, bot))

struct MatchItem {
    std::string id, mode, state, players, created_at, ended_at, instance;
    std::string winner, reason; // the winner's name, or "draw"
    std::int64_t turns{};
    Amount commands, epoch;
    std::string content, commitment, final_hash;
    std::vector<SeatItem> seats;
};
BOOST_DESCRIBE_STRUCT(MatchItem, (),
                      (id, mode, state, players, created_at, ended_at, instance, winner, reason, turns, commands, epoch,
                       content, commitment, final_hash, seats))

struct QueueItem {
    std::string ticket, player, mode, queued_at;
    double waiting_seconds{};
    std::optional<double> rating, deviation; // in points; where asked for
    std::optional<std::int64_t> max_rating_gap;
};
BOOST_DESCRIBE_STRUCT(QueueItem, (),
                      (ticket, player, mode, queued_at, waiting_seconds, rating, deviation, max_rating_gap))

struct EventItem {
    std::string id, type, topic;
    std::int32_t partition{};
    Amount offset;
    std::string key, source, time, traceparent;
    protocol::RawJson data;
};
BOOST_DESCRIBE_STRUCT(EventItem, (), (id, type, topic, partition, offset, key, source, time, traceparent, data))

struct TopicItem {
    std::string topic;
    std::int32_t partition{};
    Amount first, end, messages;
};
BOOST_DESCRIBE_STRUCT(TopicItem, (), (topic, partition, first, end, messages))

struct PartitionItem {
    std::string topic;
    std::int32_t partition{};
    std::string leader; // "store" where the event log is one
    std::int32_t replicas{}, in_sync{};
    Amount first, end, messages;
    std::int64_t retention_seconds{}; // 0: for ever
};
BOOST_DESCRIBE_STRUCT(PartitionItem, (),
                      (topic, partition, leader, replicas, in_sync, first, end, messages, retention_seconds))

struct GroupItem {
    std::string group, state; // active, changing, empty
    std::int64_t readers{}, partitions{}, lag_messages{};
    std::vector<std::string> owners;
};
BOOST_DESCRIBE_STRUCT(GroupItem, (), (group, state, readers, partitions, lag_messages, owners))

struct LagItem {
    std::string group, topic;
    std::int32_t partition{};
    Amount committed, end;
    std::int64_t lag_messages{};
    std::optional<double> in_per_second, out_per_second; // not measured: left out
    std::optional<protocol::RawJson> eta_seconds;        // null: at this rate never
    std::string owner;
};
BOOST_DESCRIBE_STRUCT(LagItem, (),
                      (group, topic, partition, committed, end, lag_messages, in_per_second, out_per_second,
                       eta_seconds, owner))

struct OffsetItem {
    std::string group, topic;
    std::int32_t partition{};
    Amount first, committed, end;
    std::int64_t lag_messages{};
};
BOOST_DESCRIBE_STRUCT(OffsetItem, (), (group, topic, partition, first, committed, end, lag_messages))

// Where a group stood or is to stand, as OffsetItem shows it.
struct GroupOffset {
    std::string topic;
    std::int32_t partition{};
    Amount committed;
};
BOOST_DESCRIBE_STRUCT(GroupOffset, (), (topic, partition, committed))

// One of `to`, `shift` and `offsets`; the first two move the group in `topic`.
struct ResetRequest {
    std::optional<std::string> topic, to; // to: start, end, an offset, or RFC 3339
    std::optional<std::int64_t> shift;    // from what is committed
    std::optional<std::vector<GroupOffset>> offsets;
    std::optional<std::int32_t> partition; // only this one of `topic`
    std::string reason;
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
    std::optional<std::vector<GroupOffset>> from; // only if the group stands there
};
BOOST_DESCRIBE_STRUCT(ResetRequest, (), (topic, to, shift, offsets, partition, reason, ticket, plan, dry_run, from))

// An event as EventItem shows it; what is left out is made.
struct ProducedEvent {
    std::int64_t line{}; // where it stood, for the message of a fault
    std::string type, key;
    std::optional<std::string> id, source, time, traceparent;
    protocol::RawJson data;
};
BOOST_DESCRIBE_STRUCT(ProducedEvent, (), (line, type, key, id, source, time, traceparent, data))

struct ProduceRequest {
    std::vector<ProducedEvent> events;
    std::string reason;
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
};
BOOST_DESCRIBE_STRUCT(ProduceRequest, (), (events, reason, ticket, plan, dry_run))

// Ids as parked list gives them.
struct ParkedRequest {
    std::vector<std::string> records;
    std::optional<std::string> type;         // of a record that tells none
    std::optional<std::int64_t> max_replays; // 3
    std::string reason;
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
};
BOOST_DESCRIBE_STRUCT(ParkedRequest, (), (records, type, max_replays, reason, ticket, plan, dry_run))

struct ProjectionItem {
    std::string projection, state, rebuilt_at; // state: current, rebuilding
    Amount epoch, events, lag_messages;
};
BOOST_DESCRIBE_STRUCT(ProjectionItem, (), (projection, state, rebuilt_at, epoch, events, lag_messages))

struct SeasonItem {
    Amount season;
    std::string state, begins_at, ends_at, closed_at; // state: open, ending, ended
    Amount players, rewarded;
};
BOOST_DESCRIBE_STRUCT(SeasonItem, (), (season, state, begins_at, ends_at, closed_at, players, rewarded))

struct AssetItem {
    std::string asset;
    Amount in_circulation, minted;
};
BOOST_DESCRIBE_STRUCT(AssetItem, (), (asset, in_circulation, minted))

struct LedgerCheck {
    bool sound{};
    Amount transfers, balances, violations;
    std::vector<std::string> examples;
    std::vector<AssetItem> items;
    Amount numbered_cards; // serials ever made
};
BOOST_DESCRIBE_STRUCT(LedgerCheck, (), (sound, transfers, balances, violations, examples, items, numbered_cards))

struct EntryItem {
    std::string id;
    Amount seq;
    std::string at, asset, debit, credit;
    Amount amount;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(EntryItem, (), (id, seq, at, asset, debit, credit, amount, reason))

// What the store has of a player. Places as in protocol::Holdings.
struct HoldingItem {
    std::string place, asset;
    Amount amount;
};
BOOST_DESCRIBE_STRUCT(HoldingItem, (), (place, asset, amount))

struct PlayerHoldings {
    PlayerId player;
    std::string name, at;
    std::vector<HoldingItem> holdings;
};
BOOST_DESCRIBE_STRUCT(PlayerHoldings, (), (player, name, at, holdings))

// A change that is planned; `id` is a hash of what is asked and what was seen.
struct Plan {
    std::string id, action, level, target, target_name;
    std::vector<std::string> changes;
    std::map<std::string, std::int64_t> affects;
    std::string undo, expires_at;
};
BOOST_DESCRIBE_STRUCT(Plan, (), (id, action, level, target, target_name, changes, affects, undo, expires_at))

struct Done {
    std::string action, target, target_name, audit, undo;
    std::map<std::string, std::int64_t> affected;
};
BOOST_DESCRIBE_STRUCT(Done, (), (action, target, target_name, audit, undo, affected))

struct SanctionRequest {
    std::string scope{"all"}, reason;
    std::optional<std::int64_t> for_ms; // none: permanent
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
    std::optional<std::int64_t> until_ms; // of one that was lifted and comes back, where none has come since
};
BOOST_DESCRIBE_STRUCT(SanctionRequest, (), (scope, reason, for_ms, ticket, plan, dry_run, until_ms))

struct ChangeRequest {
    std::string reason;
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
};
BOOST_DESCRIBE_STRUCT(ChangeRequest, (), (reason, ticket, plan, dry_run))

struct LiftRequest : ChangeRequest {
    std::optional<std::string> only; // the one that this audit record imposed
};
BOOST_DESCRIBE_STRUCT(LiftRequest, (ChangeRequest), (only))

// To take a report, or to close it with an outcome.
struct ReportRequest {
    std::optional<protocol::ReportOutcome> outcome;
    std::string reason;
    std::optional<std::string> ticket, plan;
    std::optional<bool> dry_run;
    std::optional<protocol::ReportState> from; // only if it is in that state
};
BOOST_DESCRIBE_STRUCT(ReportRequest, (), (outcome, reason, ticket, plan, dry_run, from))

struct SeedRequest {
    std::string set{"demo"};
    std::int64_t players{20}, seed{1};
    std::optional<std::string> reason, ticket, plan;
    std::optional<bool> dry_run;
};
BOOST_DESCRIBE_STRUCT(SeedRequest, (), (set, players, seed, reason, ticket, plan, dry_run))

// Of a change that has no plan.
struct ReloadRequest {
    std::optional<std::string> reason, ticket;
};
BOOST_DESCRIBE_STRUCT(ReloadRequest, (), (reason, ticket))

struct AuditItem {
    Amount seq;
    std::string id, at, action, outcome, actor, target, reason, hash, source;
    std::int64_t count{};
};
BOOST_DESCRIBE_STRUCT(AuditItem, (), (seq, id, at, action, outcome, actor, target, reason, hash, source, count))

struct KeyItem {
    std::string kid, created_at;
    bool newest{};
};
BOOST_DESCRIBE_STRUCT(KeyItem, (), (kid, created_at, newest))

// Bodies of lists: `{"kind":…,"items":[…],"next_cursor":…}`.
template <class T>
std::string list_body(std::string_view kind, const std::vector<T>& items, const std::string& next_cursor = {})
{
    std::string out = "{\"kind\":";
    protocol::write_json(out, kind);
    out += ",\"items\":";
    protocol::write_json(out, items);
    if (!next_cursor.empty()) {
        out += ",\"next_cursor\":";
        protocol::write_json(out, next_cursor);
    }
    return out + '}';
}

// Of one object: its fields beside `kind`.
template <class T>
std::string object_body(std::string_view kind, const T& object)
{
    std::string out = "{\"kind\":";
    protocol::write_json(out, kind);
    const std::string fields = protocol::encode(object);
    return out + (fields == "{}" ? "" : ",") + fields.substr(1);
}

} // namespace harvest::cli::api
