// Payloads of domain events (harvest-events(7)): ids only, no personal data.
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

namespace event_type {
inline constexpr std::string_view user_registered = "harvest.user.registered.v1";
inline constexpr std::string_view user_login = "harvest.user.login.v1";
inline constexpr std::string_view user_logout = "harvest.user.logout.v1";
inline constexpr std::string_view session_revoked = "harvest.user.session.revoked.v1";
inline constexpr std::string_view user_renamed = "harvest.user.renamed.v1";
inline constexpr std::string_view user_deleted = "harvest.user.deleted.v1";
inline constexpr std::string_view user_sanctioned = "harvest.user.sanctioned.v1";
inline constexpr std::string_view match_started = "harvest.game.match.started.v1";
inline constexpr std::string_view match_ended = "harvest.game.match.ended.v1";
inline constexpr std::string_view match_aborted = "harvest.game.match.aborted.v1";
inline constexpr std::string_view farm_planted = "harvest.game.farm.planted.v1";
inline constexpr std::string_view farm_watered = "harvest.game.farm.watered.v1";
inline constexpr std::string_view farm_harvested = "harvest.game.farm.harvested.v1";
inline constexpr std::string_view farm_expanded = "harvest.game.farm.expanded.v1";
inline constexpr std::string_view market_opened = "harvest.game.market.opened.v1";
inline constexpr std::string_view market_traded = "harvest.game.market.traded.v1";
inline constexpr std::string_view market_closed = "harvest.game.market.closed.v1";
inline constexpr std::string_view craft_made = "harvest.game.craft.made.v1";
inline constexpr std::string_view craft_dismantled = "harvest.game.craft.dismantled.v1";
inline constexpr std::string_view season_ended = "harvest.game.season.ended.v1";
inline constexpr std::string_view battle_commands = "harvest.battle.commands.v1";
inline constexpr std::string_view chat_submitted = "harvest.chat.message.submitted.v2";
inline constexpr std::string_view chat_posted = "harvest.chat.message.posted.v2";
inline constexpr std::string_view chat_edited = "harvest.chat.message.edited.v2";
inline constexpr std::string_view chat_deleted = "harvest.chat.message.deleted.v1";
inline constexpr std::string_view chat_refused = "harvest.chat.message.refused.v1";
// Of old logs, with name and text in clear: read (chat_events.hpp), never written.
inline constexpr std::string_view chat_submitted_v1 = "harvest.chat.message.submitted.v1";
inline constexpr std::string_view chat_posted_v1 = "harvest.chat.message.posted.v1";
inline constexpr std::string_view chat_edited_v1 = "harvest.chat.message.edited.v1";
inline constexpr std::string_view friend_requested = "harvest.user.friend.requested.v1";
inline constexpr std::string_view friend_accepted = "harvest.user.friend.accepted.v1";
inline constexpr std::string_view friend_removed = "harvest.user.friend.removed.v1";
inline constexpr std::string_view user_blocked = "harvest.user.blocked.v1";
inline constexpr std::string_view user_unblocked = "harvest.user.unblocked.v1";
inline constexpr std::string_view group_joined = "harvest.user.group.joined.v1";
inline constexpr std::string_view group_left = "harvest.user.group.left.v1";
inline constexpr std::string_view achievement_earned = "harvest.user.achievement.earned.v1";
inline constexpr std::string_view quest_completed = "harvest.user.quest.completed.v1";
inline constexpr std::string_view admin_acted = "harvest.system.admin.acted.v1";
inline constexpr std::string_view security_noted = "harvest.system.security.noted.v1";
inline constexpr std::string_view instance_scaled = "harvest.system.instance.scaled.v1";
inline constexpr std::string_view daemon_sampled = "harvest.system.daemon.sampled.v1";
inline constexpr std::string_view daemon_failed = "harvest.system.daemon.failed.v1";
inline constexpr std::string_view parked = "harvest.parked.v1";
inline constexpr std::string_view parked_settled = "harvest.parked.settled.v1";
} // namespace event_type

namespace topic {
inline constexpr std::string_view user = "harvest.user";
inline constexpr std::string_view game = "harvest.game";
inline constexpr std::string_view system = "harvest.system";
inline constexpr std::string_view chat = "harvest.chat";
inline constexpr std::string_view battle = "harvest.battle";
} // namespace topic

// What the event's ledger transfers did to one account and asset, together; never 0. The changes of an event add up to
// 0 for each asset.
struct AccountChange {
    std::string account; // of the ledger: "player:p_…", "escrow:o_…", "mint", …
    std::string asset;
    Amount amount;
};
BOOST_DESCRIBE_STRUCT(AccountChange, (), (account, asset, amount))

// By account, then asset. Events that were written before there were changes have none; those that moved nothing have
// an empty list.
using Changes = std::optional<std::vector<AccountChange>>;

struct UserRegistered {
    PlayerId player;
    std::optional<SessionId> session;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(UserRegistered, (), (player, session, changes))

struct UserEvent { // login, logout, renamed, deleted
    PlayerId player;
    std::optional<SessionId> session;
};
BOOST_DESCRIBE_STRUCT(UserEvent, (), (player, session))

// A session's sockets must close within a second. Without `session`: all of the player's.
struct SessionRevoked {
    PlayerId player;
    std::optional<SessionId> session;
    std::string reason; // logout, reuse, password, ban, kick, deleted
};
BOOST_DESCRIBE_STRUCT(SessionRevoked, (), (player, session, reason))

struct UserSanctioned {
    PlayerId player;
    std::string kind, scope, until;
};
BOOST_DESCRIBE_STRUCT(UserSanctioned, (), (player, kind, scope, until))

// Which of the players are bots by their accounts. Events that were written before this was told have none.
using Bots = std::optional<std::vector<PlayerId>>;

struct MatchStarted {
    MatchId match;
    std::string mode;
    std::vector<PlayerId> players;
    std::string content;
    Bots bots{};
};
BOOST_DESCRIBE_STRUCT(MatchStarted, (), (match, mode, players, content, bots))

struct MatchEnded {
    MatchId match;
    std::string mode;
    std::vector<PlayerId> players;
    int winner{}; // 1, 2, 0 for a draw
    std::string reason;
    std::int64_t turns{}, commands{};
    std::string final_hash, content;
    Changes changes{};
    Bots bots{};
};
BOOST_DESCRIBE_STRUCT(MatchEnded, (),
                      (match, mode, players, winner, reason, turns, commands, final_hash, content, changes, bots))

struct MatchAbortedEvent {
    MatchId match;
    std::vector<PlayerId> players;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(MatchAbortedEvent, (), (match, players, reason))

struct AssetAmount {
    std::string asset;
    Amount amount;
};
BOOST_DESCRIBE_STRUCT(AssetAmount, (), (asset, amount))

struct FarmPlanted {
    PlayerId player;
    std::vector<std::int64_t> plots;
    std::string crop;
    bool composted{};
    std::vector<AssetAmount> spent;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(FarmPlanted, (), (player, plots, crop, composted, spent, changes))

struct FarmWatered {
    PlayerId player;
    std::vector<std::int64_t> plots;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(FarmWatered, (), (player, plots, changes))

struct FarmCut {
    std::int64_t plot{};
    std::string crop;
    std::int64_t units{};
    bool withered{};
};
BOOST_DESCRIBE_STRUCT(FarmCut, (), (plot, crop, units, withered))

struct FarmHarvested {
    PlayerId player;
    std::vector<FarmCut> plots;
    std::vector<AssetAmount> gained;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(FarmHarvested, (), (player, plots, gained, changes))

struct FarmExpanded {
    PlayerId player;
    std::int64_t size{};
    std::vector<AssetAmount> spent;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(FarmExpanded, (), (player, size, spent, changes))

// An order came to the market. `state` is what its first trades, told before, left of it: open, filled, or ended.
struct MarketOpened {
    PlayerId player;
    OrderId order;
    std::string asset, side; // buy, sell
    Amount price, quantity, left;
    std::string state;
    Changes changes{};
    std::optional<std::int64_t> serial{}; // of the numbered card that is in escrow from then on
};
BOOST_DESCRIBE_STRUCT(MarketOpened, (), (player, order, asset, side, price, quantity, left, state, changes, serial))

// `maker` was there first. The buyer paid price times quantity, the seller got that less the fee.
struct MarketTraded {
    std::string asset;
    PlayerId buyer, seller;
    OrderId maker, taker;
    Amount price, quantity, fee;
    Changes changes{};
    std::optional<std::int64_t> serial{}; // of the numbered card that the buyer has now
};
BOOST_DESCRIBE_STRUCT(MarketTraded, (), (asset, buyer, seller, maker, taker, price, quantity, fee, changes, serial))

// An open order ended before it was filled.
struct MarketClosed {
    PlayerId player;
    OrderId order;
    std::string asset, reason; // cancelled, expired
    std::vector<AssetAmount> returned;
    Changes changes{};
    std::optional<std::int64_t> serial{}; // of the numbered card that came back
};
BOOST_DESCRIBE_STRUCT(MarketClosed, (), (player, order, asset, reason, returned, changes, serial))

struct CraftMade {
    PlayerId player;
    std::string recipe, card;
    std::optional<std::int64_t> serial; // of a numbered copy
    std::vector<AssetAmount> spent;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(CraftMade, (), (player, recipe, card, serial, spent, changes))

struct CraftDismantled {
    PlayerId player;
    std::string card;
    std::int64_t count{};
    std::vector<std::int64_t> retired; // serial numbers
    std::vector<AssetAmount> gained;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(CraftDismantled, (), (player, card, count, retired, gained, changes))

// What `player` did about `other`: asked for friendship, accepted the other's request, blocked, unblocked. A block ends
// friendship and requests of the two.
struct UserPair {
    PlayerId player, other;
};
BOOST_DESCRIBE_STRUCT(UserPair, (), (player, other))

// A friendship or an open request ended, through `player`.
struct FriendRemoved {
    PlayerId player, other;
    std::string reason; // removed, declined, withdrawn
};
BOOST_DESCRIBE_STRUCT(FriendRemoved, (), (player, other, reason))

// The reward is paid in the same transaction; once for ever.
struct AchievementEarned {
    PlayerId player;
    std::string achievement;
    std::vector<AssetAmount> reward;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(AchievementEarned, (), (player, achievement, reward, changes))

// The same, once a day.
struct QuestCompleted {
    PlayerId player;
    std::string quest, day; // "2026-11-28", UTC
    std::vector<AssetAmount> reward;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(QuestCompleted, (), (player, quest, day, reward, changes))

// A season ended for a player with a ranked rating: it was reset, and the best league paid its reward in the same
// transaction; once a season.
struct SeasonEnded {
    PlayerId player;
    std::int64_t season{};
    std::optional<std::string> league;            // the best; without it the player played no rated match
    std::int64_t rating_before{}, rating_after{}; // thousandths
    std::vector<AssetAmount> reward;
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(SeasonEnded, (), (player, season, league, rating_before, rating_after, reward, changes))

// What came of a change that an operator asked for, as the audit log of the process that made it has it.
struct AdminActed {
    std::string audit, action, outcome, actor; // outcome: success, failure; actor: "uid:0", "token:installation"
    std::optional<std::string> target, plan;
};
BOOST_DESCRIBE_STRUCT(AdminActed, (), (audit, action, outcome, actor, target, plan))

// Something that touches the safety of an account or of the system. `count` of them alike, when anybody can cause it.
struct SecurityNoted {
    std::string audit, action;
    std::optional<std::string> target;
    std::int64_t count{};
};
BOOST_DESCRIBE_STRUCT(SecurityNoted, (), (audit, action, target, count))

// A process of an instance came or went; `instances` there are now.
struct InstanceScaled {
    std::string instance, change, reason; // change: started, ended; reason: least, reserve, demand, restart, idle, …
    std::int64_t instances{};
};
BOOST_DESCRIBE_STRUCT(InstanceScaled, (), (instance, change, reason, instances))

struct SampleFigure {
    std::string what; // "matches"
    std::int64_t count{};
};
BOOST_DESCRIBE_STRUCT(SampleFigure, (), (what, count))

// How a slot of a daemon does, now and then.
struct DaemonSampled {
    std::string daemon, slot, state;
    std::int64_t uptime_ms{}, loop_age_ms{}; // loop_age_ms: since its loop last turned
    std::int64_t resident_bytes{};           // of its whole process
    std::vector<SampleFigure> load;
};
BOOST_DESCRIBE_STRUCT(DaemonSampled, (), (daemon, slot, state, uptime_ms, loop_age_ms, resident_bytes, load))

// A slot of a daemon failed, stalled or was started again. `untold` before it were too many to tell.
struct DaemonFailed {
    std::string daemon, slot, reason, error; // reason: failed, stalled, restarted
    std::optional<std::int64_t> untold;
};
BOOST_DESCRIBE_STRUCT(DaemonFailed, (), (daemon, slot, reason, error, untold))

// What an event has beside key and data.
struct EventHead {
    std::optional<std::string> id, type, source, time, traceparent;
};
BOOST_DESCRIBE_STRUCT(EventHead, (), (id, type, source, time, traceparent))

// A record of a topic that is no event, or an event that a group could not apply, kept in "<topic>.parked".
struct ParkedRecord {
    std::string reason, topic;
    std::int32_t partition{};
    std::int64_t offset{};
    std::string group, key, value;    // the last two base64url
    std::optional<EventHead> event;   // of an event: the topic's other readers have had it
    std::optional<EventHead> remains; // of a record that is none: what it tells nevertheless
};
BOOST_DESCRIBE_STRUCT(ParkedRecord, (), (reason, topic, partition, offset, group, key, value, event, remains))

// What an operator did about a parked record.
struct ParkedSettled {
    std::string record, outcome;      // outcome: redriven, dropped
    std::optional<std::string> event; // id of the one that was put on the topic
};
BOOST_DESCRIBE_STRUCT(ParkedSettled, (), (record, outcome, event))

// An event that is put back on its topic is the first with "~1", "~2", … behind its id: another one to the log, the
// same one to who keeps account of what it has handled.
int times_redriven(const EventId& id);
EventId first_id(const EventId& id);
EventId next_redriven(const EventId& id);

} // namespace harvest::protocol
