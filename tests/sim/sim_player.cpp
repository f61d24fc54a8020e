#include "tests/sim/sim_player.hpp"

#include "common/protocol/chat.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/session.hpp"

namespace harvest::test {

void SimPlayer::note(const std::string& what)
{
    trace_.add(std::to_string(world_.clock.monotonic().count()) + " " + player_.name + " " + what + "\n");
}

// Takes the pushes that have come with other messages.
void SimPlayer::look()
{
    for (; !live_->pushes.empty(); live_->pushes.pop_front()) {
        const Push& push = live_->pushes.front();
        note(push.op + " " + std::to_string(push.seq) + " " + push.data);
        if (push.op == "match.found") {
            ++seen_.found;
            if (push.data.find("\"bot\":true") != std::string::npos) ++seen_.bots;
        }
        if (push.op != "chat.message") continue;
        ++seen_.chat;
        const auto entry = protocol::decode<protocol::ChatEntry>(push.data);
        if (entry && !heard_.insert(entry->message.value).second) ++seen_.doubled_chat;
    }
    seen_.sequence_faults += static_cast<int>(live_->sequence_faults);
    live_->sequence_faults = 0;
}

AsyncResult<std::string> SimPlayer::call(std::string op, std::string data)
{
    const std::string name = op;
    const Result<std::string> reply = co_await live_->call(std::move(op), std::move(data));
    note(name + " " + (reply ? *reply : std::string(wire_code(reply.error()))));
    look();
    if (!reply && reply.error() == Errc::canceled) live_->close();
    co_return reply;
}

Task<bool> SimPlayer::sign_in()
{
    const std::int64_t last_seq = live_ ? live_->last_seq : 0;
    live_ = world_.client();
    const Result<void> up = co_await live_->connect();
    if (!up) co_return false;
    if (!resume_.empty()) {
        live_->last_seq = last_seq;
        const protocol::ResumeRequest again{player_.token, resume_, std::string(protocol::live_protocol), last_seq};
        std::string data = protocol::encode(again);
        const Result<std::string> resumed = co_await call("session.resume", std::move(data));
        if (resumed) {
            ++seen_.resumed;
            co_return true;
        }
        ++seen_.not_resumed;
        resume_.clear();
        live_->last_seq = 0;
    }
    std::string data = World::hello(player_);
    const Result<std::string> reply = co_await call("session.hello", std::move(data));
    if (!reply) co_return false;
    resume_ = protocol::decode<protocol::HelloReply>(*reply)->resume;
    (void)co_await call("chat.join", R"({"channel":"room:lobby"})");
    co_return true;
}

// The session is revoked; the socket must be closed within a second (I11). Then a new session begins.
Task<void> SimPlayer::revoke()
{
    const protocol::SessionRevoked revoked{player_.id, player_.session, "ban"};
    OutboxEvent out;
    out.topic = protocol::topic::user;
    out.event.id = world_.id<EventId>();
    out.event.type = protocol::event_type::session_revoked;
    out.event.source = "sim";
    out.event.subject = player_.id.value;
    out.event.time = world_.clock.now();
    out.event.data = protocol::encode(revoked);
    std::vector<OutboxEvent> events;
    events.push_back(std::move(out));
    const Result<void> done = co_await world_.sessions->revoke(player_.session, std::move(events), world_.soon());
    if (!done) co_return;
    const bool closed = co_await live_->closed(1s);
    if (!closed) ++seen_.late_revocations;
    ++seen_.revoked;
    note("revoked " + live_->close_reason());
    look();
    live_->close();
    resume_.clear();
    Session session;
    session.id = world_.id<SessionId>();
    session.player = player_.id;
    session.generation = 1;
    session.current = world_.entropy.bytes<32>();
    session.expires_at = world_.clock.now() + 24h;
    player_.session = session.id;
    const AccessClaims claims{player_.id, session.id,         player_.name,
                              false,      world_.clock.now(), world_.clock.now() + 10min};
    player_.token = plain_token(claims);
    std::vector<OutboxEvent> none;
    SignInGrounds grounds{{}, world_.clock.now()};
    (void)co_await world_.sessions->create(std::move(session), std::move(grounds), std::move(none), world_.soon());
}

Task<void> SimPlayer::drop()
{
    look();
    live_->close();
    const Millis gap = pick(5) == 0 ? 50s : Millis{static_cast<std::int64_t>(pick(8'000))}; // some come back too late
    (void)co_await world_.clock.sleep_until(world_.clock.after(gap));
}

Task<void> SimPlayer::act()
{
    switch (pick(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4: {
        std::string data = World::queue(player_, pick(4) == 0 ? "casual" : "ranked");
        (void)co_await call("match.queue", std::move(data));
        break;
    }
    case 5: {
        const Result<std::string> gone = co_await call("match.cancel", "{}");
        if (gone) ++seen_.cancelled;
        break;
    }
    case 6:
    case 7:
        (void)co_await call("match.status", "{}");
        break;
    case 8:
    case 9: {
        const protocol::ChatSendRequest said{"room:lobby", "word " + std::to_string(pick(1'000))};
        std::string data = protocol::encode(said);
        (void)co_await call("chat.send", std::move(data));
        break;
    }
    case 10:
        co_await drop();
        break;
    case 11:
        if (pick(4) == 0) co_await revoke();
        break;
    case 12: {
        const protocol::PingRequest ping{live_->last_seq};
        std::string data = protocol::encode(ping);
        (void)co_await call("session.ping", std::move(data));
        break;
    }
    default: {
        const bool closed = co_await live_->closed(Millis{static_cast<std::int64_t>(pick(3'000))});
        look();
        if (closed) note("closed " + live_->close_reason());
    }
    }
}

Task<void> SimPlayer::live(const bool& stop)
{
    bool signed_in = false;
    while (!stop) {
        if (!signed_in || live_->ended()) signed_in = co_await sign_in();
        if (!signed_in) {
            (void)co_await world_.clock.sleep_until(world_.clock.after(1s));
            continue;
        }
        co_await act();
        (void)co_await world_.clock.sleep_until(world_.clock.after(Millis{static_cast<std::int64_t>(pick(1'500))}));
    }
    if (!signed_in || live_->ended()) (void)co_await sign_in();
    (void)co_await call("match.cancel", "{}");
    live_->close();
}

} // namespace harvest::test
