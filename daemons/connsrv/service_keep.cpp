// What the roster gives to the resume buffers, and what it takes from them.
#include "daemons/connsrv/service.hpp"

#include <algorithm>

namespace harvest::connsrv {

void Roster::changed_standing(Live& live)
{
    live.saved.standing = false;
    changed(live);
}

void Roster::set_status(Live& live, std::string status)
{
    live.status = std::move(status);
    changed_standing(live);
}

void Roster::acknowledge(Live& live, std::int64_t seq)
{
    const std::int64_t before = live.outbox.first_seq();
    live.outbox.acknowledge(seq);
    if (live.outbox.first_seq() != before) changed(live);
}

void Roster::renew(Millis now)
{
    for (const auto& [player, devices] : players_)
        for (const auto& [device, live] : devices)
            if (live->conn && live->saved.renew_at <= now) changed(*live);
}

ResumeStanding Roster::standing_of(const Live& live)
{
    ResumeStanding standing;
    standing.device_class = live.device_class;
    standing.status = live.status;
    standing.channels.assign(live.channels.begin(), live.channels.end());
    standing.watching = live.watching;
    return standing;
}

ResumeWrite Roster::write_of(const Live& live, Millis now) const
{
    ResumeWrite write;
    write.key = {live.resume, live.fence};
    write.holder = holder_;
    write.player = live.player;
    write.session = live.session;
    // In whole, too, where pushes came and went between two writes.
    const bool whole = !live.saved.there || live.saved.last_seq + 1 < live.outbox.first_seq();
    if (whole || !live.saved.standing) write.standing = standing_of(live);
    write.first_seq = live.outbox.first_seq();
    write.last_seq = live.outbox.last_seq();
    const std::int64_t known = whole ? 0 : live.saved.last_seq;
    write.pushes = *live.outbox.after(std::max(known, write.first_seq - 1));
    // A holder that dies says no good-bye: from its last renewal on there is the whole time to resume left.
    write.ttl = live.conn ? limits_.resume_within + limits_.save_again : live.dropped_at + limits_.resume_within - now;
    return write;
}

std::vector<ResumeWrite> Roster::unsaved(std::size_t sessions, std::size_t bytes, Millis now)
{
    std::vector<ResumeWrite> writes;
    std::size_t size = 0;
    while (!unsaved_.empty() && writes.size() < sessions && size < bytes) {
        auto next = unsaved_.upper_bound(saved_number_);
        if (next == unsaved_.end()) next = unsaved_.begin();
        Live& live = *next->second;
        saved_number_ = live.number;
        unsaved_.erase(next);
        writes.push_back(write_of(live, now));
        live.saved.standing = true;
        for (const std::string& push : writes.back().pushes) size += push.size();
    }
    return writes;
}

std::optional<Roster::Ended> Roster::saved(const ResumeWrite& write, ResumeWritten outcome, Millis now)
{
    Live* live = find_fence(write.player, write.key.fence);
    if (!live) return std::nullopt;
    switch (outcome) {
    case ResumeWritten::kept:
        live->saved.there = true;
        live->saved.last_seq = std::max(live->saved.last_seq, write.last_seq);
        live->saved.renew_at = now + limits_.save_again;
        break;
    case ResumeWritten::missing:
        // Once more in whole, or at its next change: a buffer that is full must not be asked without end.
        if (live->saved.there) changed_standing(*live);
        live->saved.there = false;
        live->saved.renew_at = now + limits_.save_again;
        break;
    case ResumeWritten::fenced: {
        const auto at = players_.find(live->player.value);
        return end(at, at->second.find(live->device_class));
    }
    }
    return std::nullopt;
}

void Roster::not_saved(const ResumeWrite& write)
{
    if (Live* live = find_fence(write.player, write.key.fence)) {
        if (write.standing) live->saved.standing = false;
        changed(*live);
    }
}

std::vector<ResumeKey> Roster::take_ended(std::size_t most)
{
    const auto until = ended_.begin() + static_cast<std::ptrdiff_t>(std::min(most, ended_.size()));
    std::vector<ResumeKey> taken(std::make_move_iterator(ended_.begin()), std::make_move_iterator(until));
    ended_.erase(ended_.begin(), until);
    return taken;
}

Live* Roster::find_fence(const PlayerId& player, std::string_view fence)
{
    for (Live* live : sessions(player))
        if (live->fence == fence) return live;
    return nullptr;
}

Live* Roster::find_secret(const PlayerId& player, const SessionId& session, std::string_view secret)
{
    for (Live* live : sessions(player))
        if (live->session == session && live->resume == secret) return live;
    return nullptr;
}

Result<Roster::Resumed> Roster::adopt(ConnId conn, SignIn who, ResumeTaken taken, Millis now,
                                      std::vector<ConnId>& replaced)
{
    const Outbox outbox(taken.pushes, taken.last_seq);
    if (outbox.size() > limits_.resume_messages || outbox.bytes() > limits_.resume_bytes)
        return LiveErrc::cannot_resume;
    who.device_class = taken.standing.device_class;
    Admitted admitted = admit(conn, std::move(who), now);
    replaced = std::move(admitted.replaced);
    Live& live = *admitted.live;
    live.status = std::move(taken.standing.status);
    live.outbox = outbox;
    for (const std::string& channel : taken.standing.channels) join(live, channel);
    return Resumed{.live = &live,
                   .replaced = 0,
                   .pushes = std::move(taken.pushes),
                   .watching = std::move(taken.standing.watching)};
}

Result<Roster::Released> Roster::release(const PlayerId& player, std::string_view fence, std::int64_t last_seq)
{
    Live* live = find_fence(player, fence);
    if (!live) return Errc::not_found;
    Released released{.conn = live->conn, .standing = standing_of(*live), .pushes = live->outbox.after(last_seq)};
    const auto at = players_.find(player.value);
    (void)end(at, at->second.find(live->device_class));
    return released;
}

} // namespace harvest::connsrv
