#include "tests/sim/sim_player.hpp"

#include "common/protocol/account.hpp"
#include "common/protocol/chat.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/session.hpp"

namespace harvest::test {

SimPlayer::SimPlayer(World& world, Front& front, std::string name, std::uint64_t seed, Trace& trace, Sightings& seen)
    : world_(world),
      front_(front),
      random_(seed),
      trace_(trace),
      seen_(seen)
{
    player_.name = std::move(name);
    std::array<std::uint8_t, 32> secret{};
    for (std::uint8_t& byte : secret) byte = static_cast<std::uint8_t>(random_());
    secret_ = to_base64url(secret);
}

void SimPlayer::note(const std::string& what)
{
    trace_.push_back(std::to_string(world_.clock.monotonic().count()) + " " + player_.name + " " + what);
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
            if (auto found = protocol::decode<protocol::MatchFound>(push.data)) sit_down(std::move(*found));
        }
        if (push.op == "match.aborted" && battle_) battle_->gone();
        if (push.op != "chat.message") continue;
        ++seen_.chat;
        const auto entry = protocol::decode<protocol::ChatEntry>(push.data);
        if (entry && !heard_.insert(entry->message.value).second) ++seen_.doubled_chat;
    }
    seen_.sequence_faults += static_cast<int>(live_->sequence_faults);
    live_->sequence_faults = 0;
}

void SimPlayer::sit_down(protocol::MatchFound found)
{
    if (battle_ && !battle_->over() && battle_->match() == found.match) return battle_->found(std::move(found));
    if (battle_) battle_->gone();
    battle_ = std::make_shared<SimBattle>(world_, player_.name, random_(), trace_, seen_);
    battle_->found(std::move(found));
    world_.tasks.spawn([battle = battle_, stop = stop_]() -> Task<void> { co_await battle->play(*stop); });
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

void SimPlayer::keep(protocol::TokenPair tokens)
{
    player_.id = std::move(tokens.player);
    player_.token = std::move(tokens.access_token);
    refresh_token_ = std::move(tokens.refresh_token);
}

AsyncResult<HttpResponse> SimPlayer::ask(std::string method, std::string path, std::string body)
{
    const std::string name = path;
    Result<HttpResponse> reply =
        co_await front_.ask(std::move(method), std::move(path), std::move(body), player_.token);
    note(name + " " + (reply ? std::to_string(reply->status) + " " + reply->body : reply.error().message()));
    co_return reply;
}

// By the device's secret, at the gateway; true once there are tokens and a deck.
Task<bool> SimPlayer::enter()
{
    std::string body = protocol::encode(protocol::DeviceRequest{secret_, player_.name});
    player_.token.clear();
    const Result<HttpResponse> let_in = co_await ask("POST", "/v1/auth/device", std::move(body));
    if (!let_in || let_in->status >= 300) co_return false;
    auto tokens = protocol::decode<protocol::TokenPair>(let_in->body);
    if (!tokens) co_return false;
    keep(std::move(*tokens));
    ++seen_.entered;
    const Result<HttpResponse> decks = co_await ask("GET", "/v1/decks");
    const auto list = decks ? protocol::decode<protocol::DeckList>(decks->body) : decks.error();
    if (!list || list->items.empty()) {
        player_.id = {};
        co_return false;
    }
    player_.deck = list->items.front().id;
    co_return true;
}

Task<bool> SimPlayer::sign_in()
{
    if (player_.id.empty()) {
        const bool entered = co_await enter();
        if (!entered) co_return false;
    }
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

// The pair is rotated; a reply that was lost is asked for again, and auth gives the same one.
Task<void> SimPlayer::renew()
{
    for (int tries = 0; tries < 8; ++tries) {
        std::string body = protocol::encode(protocol::RefreshRequest{refresh_token_});
        const Result<HttpResponse> reply = co_await ask("POST", "/v1/auth/refresh", std::move(body));
        if (reply && reply->status == 200) {
            auto tokens = protocol::decode<protocol::TokenPair>(reply->body);
            if (tokens) keep(std::move(*tokens));
            ++seen_.renewed;
            co_return;
        }
        if (reply && reply->status < 500) break;
        (void)co_await world_.clock.sleep_until(world_.clock.after(500ms));
    }
    ++seen_.not_renewed;
    player_.id = {};
}

// The session ends; the socket must be closed within a second (I11). Then a new session begins.
Task<void> SimPlayer::sign_out()
{
    std::string body = protocol::encode(protocol::RefreshRequest{refresh_token_});
    const Result<HttpResponse> done = co_await ask("POST", "/v1/auth/logout", std::move(body));
    if (done && done->status < 300) {
        const bool closed = co_await live_->closed(1s);
        if (!closed) ++seen_.late_revocations;
        ++seen_.revoked;
        note("signed out " + live_->close_reason());
    }
    look();
    live_->close();
    resume_.clear();
    player_.id = {};
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
    case 7: {
        const Result<std::string> status = co_await call("match.status", "{}");
        auto told = status ? protocol::decode<protocol::StatusReply>(*status) : status.error();
        if (told && told->found) sit_down(std::move(*told->found));
        if (told && told->state == "idle" && battle_) battle_->gone();
        break;
    }
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
        if (pick(4) == 0)
            co_await sign_out();
        else if (pick(2) == 0)
            co_await renew();
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
    stop_ = &stop;
    bool signed_in = false;
    while (!stop) {
        if (!signed_in || player_.id.empty() || live_->ended()) signed_in = co_await sign_in();
        if (!signed_in) {
            (void)co_await world_.clock.sleep_until(world_.clock.after(1s));
            continue;
        }
        co_await act();
        (void)co_await world_.clock.sleep_until(world_.clock.after(Millis{static_cast<std::int64_t>(pick(1'500))}));
    }
    for (int tries = 0; tries < 10 && (!signed_in || player_.id.empty() || live_->ended()); ++tries)
        signed_in = co_await sign_in();
    if (signed_in) (void)co_await call("match.cancel", "{}");
    if (live_) live_->close();
    while (battle_ && !battle_->over()) (void)co_await world_.clock.sleep_until(world_.clock.after(100ms));
}

} // namespace harvest::test
