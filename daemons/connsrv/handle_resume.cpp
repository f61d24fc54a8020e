// session.resume: a session goes on over a new connection, with the pushes that the client has not seen; from another
// connection server, or one that is gone, by way of the resume buffers.
#include "common/base/encoding.hpp"
#include "common/protocol/session.hpp"
#include "daemons/connsrv/connsrv.hpp"

#include <algorithm>
#include <iterator>

namespace harvest::connsrv {
namespace {

// Whoever cannot resume is told so in 100 ms, also while the buffers do not answer.
constexpr Millis buffer_wait = 80ms, surrender_wait = 500ms, presence_wait = 1s;

// With what its holder had not written yet. Errors: cannot_resume.
Result<void> complete(ResumeTaken& taken, protocol::SurrenderReply rest)
{
    if (!rest.whole) return LiveErrc::cannot_resume;
    taken.last_seq += static_cast<std::int64_t>(rest.pushes.size());
    std::move(rest.pushes.begin(), rest.pushes.end(), std::back_inserter(taken.pushes));
    taken.standing.status = std::move(rest.status);
    taken.standing.channels = std::move(rest.channels);
    taken.standing.watching = std::move(rest.watching);
    return {};
}

} // namespace

Task<Reply> Connsrv::handle_resume(ConnId conn, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::ResumeRequest> resume = read_data<protocol::ResumeRequest>(request, why);
    if (!resume) co_return Reply(LiveErrc::bad_message, why);
    if (resume->protocol != protocol::live_protocol) co_return LiveErrc::wrong_protocol;
    Result<AccessClaims> claims = co_await sign_in(conn, std::move(resume->token), by);
    if (!claims) co_return claims.error();

    // "<slot>.<secret>": the slot tells people where the session began, the secret alone counts.
    const std::size_t dot = resume->resume.rfind('.');
    if (dot == std::string::npos) co_return LiveErrc::cannot_resume;
    const std::string secret = resume->resume.substr(dot + 1);
    const bool here = co_await holds(*claims, secret);
    const Connection* connection = roster_.connection(conn);
    if (!connection || connection->closing) co_return Errc::canceled;
    Result<Roster::Resumed> resumed = LiveErrc::cannot_resume;
    if (here)
        resumed = roster_.resume(conn, claims->player, claims->session, secret, resume->last_seq, clock_.monotonic());
    else
        resumed = co_await take_over(conn, *claims, secret, resume->last_seq);
    if (!resumed) co_return resumed.error();
    known(conn);
    // Its player may have another one by now, and the token may be older than that.
    if (claims->issued_at >= resumed->live->named_at) resumed->live->name = claims->name;
    resumed->live->renew_at = resumed->live->recheck_at = clock_.monotonic();
    if (resumed->replaced) close(resumed->replaced, CloseReason::replaced, "resumed on another connection");
    const protocol::ResumeReply reply{.player = claims->player,
                                      .session = claims->session,
                                      .replayed = static_cast<std::int64_t>(resumed->pushes.size()),
                                      .moved = !here};
    // Sent here and at once: no later push may come between the reply and those that are sent again.
    std::string text = protocol::encode(reply);
    send(conn, protocol::encode_reply(request.id, text));
    for (const std::string& push : resumed->pushes) send(conn, push);
    auto learning = [this, player = claims->player, at = clock_.now()] { return learn_name(player, at); };
    if (!here) tasks_.spawn(std::move(learning)); // what it was renamed to while it was elsewhere
    if (!here) co_await settle_in(claims->player, claims->session, std::move(resumed->watching), by);
    co_return Reply(std::move(text));
}

// Whether the session is here, and nobody has taken it meanwhile. Where the buffers cannot tell, it is.
Task<bool> Connsrv::holds(AccessClaims claims, std::string secret)
{
    const Live* live = roster_.find_secret(claims.player, claims.session, secret);
    if (!live) co_return false;
    std::vector<ResumeWrite> writes;
    writes.push_back(roster_.write_of(*live, clock_.monotonic()));
    const Result<std::vector<ResumeWritten>> outcomes = co_await buffers_.write(writes, clock_.after(buffer_wait));
    if (outcomes) saved(writes, outcomes);
    co_return roster_.find_secret(claims.player, claims.session, secret) != nullptr;
}

// The session is this one's once the buffer says so; what its holder had not written yet is asked of it, if it lives.
AsyncResult<Roster::Resumed> Connsrv::take_over(ConnId conn, AccessClaims claims, std::string secret,
                                                std::int64_t last_seq)
{
    const Deadline by = clock_.after(buffer_wait);
    const Result<std::vector<PlayerPresence>> present = co_await presence_.find(claims.player, by);
    if (!present) co_return LiveErrc::cannot_resume;
    SignIn who{.player = claims.player,
               .session = claims.session,
               .name = claims.name,
               .device_class = {},
               .resume = secret,
               .fence = to_base64url(entropy_.bytes<12>())};
    ResumeKey key{secret, who.fence};
    ResumeTake take{.key = key,
                    .holder = id_,
                    .player = claims.player,
                    .session = claims.session,
                    .last_seq = last_seq,
                    .ttl = config_.resume_within + config_.presence_renew};
    taking_.emplace(key.fence, nullptr);
    Result<ResumeTaken> taken = co_await buffers_.take(std::move(take), by);
    if (!taken) {
        // Perhaps it was taken all the same, and who held it lets it go. The client hears of its refusal first.
        if (taken.error() != Errc::not_found)
            tasks_.spawn([this, key] { return forget_taken(key); });
        else
            hand_on(key.fence, protocol::SurrenderReply{}); // not whole
        co_return LiveErrc::cannot_resume;
    }
    const auto newer = [&](const PlayerPresence& other) {
        return other.device_class == taken->standing.device_class && other.session != claims.session;
    };
    const bool replaced = std::any_of(present->begin(), present->end(), newer);
    Result<Roster::Resumed> resumed = co_await take_up(conn, std::move(who), std::move(*taken), replaced);
    if (!resumed) co_await forget_taken(std::move(key));
    co_return resumed;
}

// What its holder gave up is nowhere any more: no later resume may go on without it.
Task<void> Connsrv::forget_taken(ResumeKey key)
{
    const std::string fence = key.fence;
    std::vector<ResumeKey> lost;
    lost.push_back(std::move(key));
    (void)co_await buffers_.forget(std::move(lost), clock_.after(buffer_wait));
    hand_on(fence, protocol::SurrenderReply{}); // not whole
}

AsyncResult<Roster::Resumed> Connsrv::take_up(ConnId conn, SignIn who, ResumeTaken taken, bool replaced)
{
    const std::string fence = who.fence;
    Result<protocol::SurrenderReply> rest = co_await ask_surrender(who.player, taken);
    if (taking_.at(fence)) { // taken from us by now
        hand_on(fence, std::move(rest));
        co_return LiveErrc::cannot_resume;
    }
    Result<void> whole;
    if (rest) whole = complete(taken, std::move(*rest)); // else it is gone, and the buffer has the last word
    if (!whole || replaced) co_return LiveErrc::cannot_resume;
    const Connection* connection = roster_.connection(conn);
    if (!connection || connection->closing) co_return Errc::canceled;
    std::vector<ConnId> others;
    Result<Roster::Resumed> resumed = roster_.adopt(conn, std::move(who), std::move(taken), clock_.monotonic(), others);
    if (resumed) taking_.erase(fence);
    for (const ConnId old : others) close(old, CloseReason::replaced, "signed in elsewhere");
    co_return resumed;
}

AsyncResult<protocol::SurrenderReply> Connsrv::ask_surrender(PlayerId player, ResumeTaken from)
{
    const protocol::SurrenderRequest request{std::move(player), std::move(from.fence), from.last_seq};
    if (from.holder == id_) co_return co_await surrender(request);
    RpcRequest call{.daemon = "connsrv",
                    .id = from.holder,
                    .method = "surrender",
                    .body = protocol::encode(request),
                    .traceparent = {},
                    .by = clock_.after(surrender_wait)};
    const Result<std::string> reply = co_await rpc_.call(std::move(call));
    if (!reply) co_return reply.error();
    co_return protocol::decode<protocol::SurrenderReply>(*reply, nullptr, protocol::Unknown::ignore);
}

// Presence says where the session is now; who has blocked the player meanwhile is watched no longer.
Task<void> Connsrv::settle_in(PlayerId player, SessionId session, std::vector<PlayerId> watching, Deadline by)
{
    Live* live = roster_.find(player, session);
    if (!live) co_return;
    const std::string status = live->status;
    live->displaced = session; // at the server that it comes from
    std::string fence = live->fence;
    // A deadline of its own: the move may have used up the request's. renew_presence() tries again soon.
    (void)co_await put_presence(player, std::move(fence), clock_.after(presence_wait));
    tell_status(player, status);
    if (watching.empty()) co_return;
    Caller caller;
    caller.player = player;
    caller.session = session;
    Result<std::vector<PlayerId>> seen = co_await visible(std::move(caller), std::move(watching), by);
    if (Live* still = roster_.find(player, session); still && seen) roster_.watch(*still, std::move(*seen));
}

} // namespace harvest::connsrv
