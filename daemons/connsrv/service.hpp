// The pure heart of the connection server: who is signed in on which connection, what was pushed and not yet seen, who
// gives way to whom. Times are the monotonic clock's; no I/O.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/patience.hpp"
#include "common/base/result.hpp"
#include "common/ports/records/resume.hpp"
#include "daemons/connsrv/errc.hpp"
#include "daemons/connsrv/ops.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace harvest::connsrv {

using ConnId = std::uint64_t; // of one accepted connection, never used twice in a daemon; 0 = none

struct Limits {
    Millis hello_within{5s}, resume_within{45s};
    Millis save_again{25s}; // what is kept of a session is renewed so often
    std::size_t resume_messages{56}, resume_bytes{192 * 1024};
    Patience::Rule patience{8, 30s};
    std::int64_t op_burst_factor{1};
};

// Numbered pushes of one session, kept until they are acknowledged or outgrow the limits (the oldest go first).
class Outbox {
public:
    Outbox() = default;
    // As another connection server left it: the last of `pushes` is number `last_seq`.
    Outbox(std::vector<std::string> pushes, std::int64_t last_seq);
    // The encoded push, numbered from 1 on.
    std::string add(std::string_view op, std::string_view data, const Limits& limits);
    void acknowledge(std::int64_t seq);
    // All pushes after `last_seq`, in order. Errors: cannot_resume (one of them is gone, or was never sent).
    Result<std::vector<std::string>> after(std::int64_t last_seq) const;
    std::size_t bytes() const { return bytes_; }
    std::size_t size() const { return kept_.size(); }
    std::int64_t first_seq() const { return next_ - static_cast<std::int64_t>(kept_.size()); }
    std::int64_t last_seq() const { return next_ - 1; }

private:
    std::vector<std::string> kept_; // numbers first_seq() … last_seq()
    std::int64_t next_{1};
    std::size_t bytes_{};
};

// What the resume buffers are known to have of a session.
struct Saved {
    bool there{};
    std::int64_t last_seq{};
    bool standing{}; // as it is now
    Millis renew_at{};
};

// A signed-in device; it outlives its connection for `resume_within`.
struct Live {
    std::uint64_t number{}; // in order of sign-in: what sets of sessions are ordered by
    PlayerId player;
    SessionId session;
    std::string name, device_class, status{"online"};
    Millis named_at{};  // by the clock: older tokens do not know the name
    std::string resume; // the secret part of its resume token
    std::string fence;  // chance: tells this holding of the session from those before and after
    ConnId conn{};      // 0: dropped
    Millis dropped_at{};
    Millis renew_at{}, recheck_at{};
    SessionId displaced; // whom presence named in its place, until it has been there itself
    Outbox outbox;
    std::set<std::string> channels;
    std::vector<PlayerId> watching; // presence.subscribe
    std::int64_t times_blocked{};   // by others since the sign-in
    Saved saved;
};

// GCRA arrival times, on the monotonic clock.
using OpBuckets = std::array<std::int64_t, op_count>;

struct Connection {
    Millis opened_at{};
    Live* live{};
    bool closing{};
    Patience patience;
    OpBuckets buckets{}; // of whoever has not signed in
};

struct SignIn {
    PlayerId player;
    SessionId session;
    std::string name, device_class, resume, fence;
};

// Events come at least once; this remembers the last few thousand, so that nobody is told twice.
class Seen {
public:
    explicit Seen(std::size_t capacity) : capacity_(capacity) {}
    // False if it was here before.
    bool first_time(const EventId& event);

private:
    std::size_t capacity_, next_{};
    std::vector<std::string> ring_;
    std::unordered_set<std::string> ids_;
};

class Roster {
public:
    // `holder` is this connection server to the others.
    explicit Roster(Limits limits, std::string holder = {}) : limits_(limits), holder_(std::move(holder)) {}

    void follow(const Limits& limits) { limits_ = limits; } // for the connections there are, too

    struct Ended {
        PlayerId player;
        SessionId session;
        ConnId conn{};
    };

    ConnId opened(Millis now);
    Connection* connection(ConnId conn);
    // The connection is gone; a session on it can be resumed from now on. A late close never touches a newer one.
    void closed(ConnId conn, Millis now);

    // Puts a session on the connection; `replaced` are the connections that must give way.
    struct Admitted {
        Live* live{};
        std::vector<ConnId> replaced;
    };
    Admitted admit(ConnId conn, SignIn who, Millis now);

    struct Resumed {
        Live* live{};
        ConnId replaced{};
        std::vector<std::string> pushes;
        std::vector<PlayerId> watching; // of one that is adopted: not watched yet
    };
    // Errors: cannot_resume; nothing has changed then.
    Result<Resumed> resume(ConnId conn, const PlayerId& player, const SessionId& session, std::string_view secret,
                           std::int64_t last_seq, Millis now);

    // A session that another connection server held: it goes on here. `replaced` are the connections that must give
    // way. Errors: cannot_resume (more is left to send than a resume may).
    Result<Resumed> adopt(ConnId conn, SignIn who, ResumeTaken taken, Millis now, std::vector<ConnId>& replaced);
    // The session of that fence is another's from now on. Errors: not_found.
    struct Released {
        ConnId conn{};
        ResumeStanding standing;
        Result<std::vector<std::string>> pushes; // those after `last_seq`; cannot_resume if some are gone
    };
    Result<Released> release(const PlayerId& player, std::string_view fence, std::int64_t last_seq);

    // For the resume buffers. What has changed of at most so many sessions and about so many bytes, all sessions in
    // turn; each is to be followed by saved() or not_saved().
    std::vector<ResumeWrite> unsaved(std::size_t sessions, std::size_t bytes, Millis now);
    ResumeWrite write_of(const Live& live, Millis now) const;
    // What became of it; a session that is fenced has ended.
    std::optional<Ended> saved(const ResumeWrite& write, ResumeWritten outcome, Millis now);
    void not_saved(const ResumeWrite& write);
    bool has_unsaved() const { return !unsaved_.empty() || !ended_.empty(); }
    // Sessions that are over and need not be kept any more.
    std::vector<ResumeKey> take_ended(std::size_t most);
    void renew(Millis now); // those whose time it is become unsaved
    void acknowledge(Live& live, std::int64_t seq);
    void set_status(Live& live, std::string status);
    Live* find_fence(const PlayerId& player, std::string_view fence);
    Live* find_secret(const PlayerId& player, const SessionId& session, std::string_view secret);

    // A push for every session of the player; those that are connected are in the list, with their bytes.
    struct Delivery {
        ConnId conn{};
        std::string bytes;
    };
    // How many sessions it was queued for is returned; `out` gets what can be sent at once.
    std::size_t push(const PlayerId& player, std::string_view op, std::string_view data, std::vector<Delivery>& out);
    std::size_t push_channel(const std::string& channel, std::string_view op, std::string_view data,
                             std::vector<Delivery>& out);
    // Is anybody here whom it would be queued for: one of `to` or, if that is empty, one who joined the channel?
    bool hears(const std::string& channel, const std::vector<PlayerId>& to) const;

    // Ends sessions of a player, all of them if `session` is empty; gives the connections to close.
    std::vector<Ended> revoke(const PlayerId& player, const SessionId& session);
    // Ends a player's sessions that began by `at`, a time of the clock; of those that began later the store is asked at
    // once: they may have come after the revocation, or by a clock that is ahead. `now` is monotonic.
    std::vector<Ended> revoke_begun_by(const PlayerId& player, Millis at, Millis now);
    // The same for one device class.
    std::vector<Ended> replace(const PlayerId& player, const std::string& device_class);
    // What time has done: connections that did not sign in, sessions that can no longer be resumed.
    std::vector<ConnId> silent(Millis now) const;
    std::vector<Ended> expire(Millis now);

    void join(Live& live, const std::string& channel);
    void leave(Live& live, const std::string& channel);

    // True if the connection has used up our patience.
    bool fault(Connection& connection, Millis now, Patience::Fault kind) const;
    // GCRA of one op: of the player who is signed in there, by whatever connection, else of the connection. Zero if
    // admitted, else when to try again.
    Millis admit_op(Connection& connection, Op op, Millis now);
    // Looks at so many players' buckets, all in turn, and drops those that are as new. How many are left is returned.
    std::size_t forget_unused_ops(std::size_t most, Millis now);

    // presence.subscribe: changes of these players from now on, instead of those asked for before.
    void watch(Live& live, std::vector<PlayerId> players);
    // `player` has blocked `from`, whose sessions watch the player no longer; those that did get this push.
    void hide(const PlayerId& from, const PlayerId& player, std::string_view op, std::string_view data,
              std::vector<Delivery>& out);
    bool is_watched(const PlayerId& player) const { return watchers_.contains(player.value); }
    std::size_t push_watchers(const PlayerId& player, std::string_view op, std::string_view data,
                              std::vector<Delivery>& out);

    // `at`, a time of the clock, is when the player was renamed.
    void rename(const PlayerId& player, const std::string& name, Millis at);

    Live* find(const PlayerId& player, const SessionId& session);
    std::vector<Live*> sessions(const PlayerId& player);
    std::vector<Live*> all();
    std::vector<ConnId> connections() const;
    std::size_t connected() const { return connections_.size(); }
    std::size_t signed_in() const { return sessions_; }

private:
    using Devices = std::map<std::string, std::unique_ptr<Live>>; // by device class
    Ended end(std::map<std::string, Devices>::iterator player, Devices::iterator device);
    void detach(Live& live);
    void attach(Live& live, ConnId conn);
    void push_one(Live& live, std::string_view op, std::string_view data, std::vector<Delivery>& out);
    void changed(Live& live) { unsaved_.emplace(live.number, &live); }
    void changed_standing(Live& live);
    static ResumeStanding standing_of(const Live& live);

    Limits limits_;
    std::string holder_;
    ConnId next_{1};
    std::unordered_map<ConnId, Connection> connections_;
    std::set<ConnId> unsigned_; // in order of age
    std::map<std::string, Devices> players_;
    std::map<std::string, OpBuckets> buckets_; // by player: a new connection or device has them too
    std::string looked_at_;                    // whose buckets, last
    using Listeners = std::map<std::string, std::map<std::uint64_t, Live*>>; // by channel or player
    std::size_t push_to(const Listeners& listeners, const std::string& key, std::string_view op, std::string_view data,
                        std::vector<Delivery>& out);
    static void drop(Listeners& listeners, const std::string& key, std::uint64_t number);
    Listeners channels_, watchers_;
    std::map<std::pair<Millis, std::uint64_t>, Live*> dropped_;
    std::map<std::uint64_t, Live*> unsaved_; // by number
    std::uint64_t saved_number_{};           // whose turn it was last
    std::vector<ResumeKey> ended_;
    std::uint64_t next_number_{1};
    std::size_t sessions_{};
};

} // namespace harvest::connsrv
