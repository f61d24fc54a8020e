#include "cli/bots/player.hpp"

#include "cli/bots/farming.hpp"
#include "cli/bots/match_play.hpp"
#include "common/base/encoding.hpp"
#include "common/protocol/chat.hpp"
#include "common/protocol/session.hpp"

#include <fmt/format.h>

namespace harvest::bots {
namespace {

constexpr Millis match_wait = 120s; // longest wait for an opponent
constexpr Millis settle_wait = 20s; // longest wait for the last answers
constexpr Millis poll = 2s;         // how often the lobby is looked after from inside a match

struct DeckSummary {
    DeckId id;
};
BOOST_DESCRIBE_STRUCT(DeckSummary, (), (id))

struct DeckPage {
    std::vector<DeckSummary> items;
};
BOOST_DESCRIBE_STRUCT(DeckPage, (), (items))

} // namespace

bool is_cut(const Error& error)
{
    switch (classify(error)) {
    case Errc::canceled:
    case Errc::unavailable:
    case Errc::timed_out:
    case Errc::in_doubt:
        return true;
    default:
        return false;
    }
}

Player::Player(World& world, Observer& observer, Habits habits, std::uint64_t seed, std::size_t number)
    : world_(world),
      observer_(observer),
      habits_(std::move(habits)),
      number_(number),
      chance_(seed * 0x9E3779B97F4A7C15u + number),
      deeds_(world, observer, chance_)
{
    secret_ = to_base64url(chance_.bytes<32>());
    name_ = fmt::format("bot-{:06x}-{}", chance_.next() & 0xFFFFFF, number);
    // Per-address limits count bots like anybody: spread them over the loopback net.
    local_address_ = fmt::format("127.{}.{}.{}", 1 + number / 62'500, number / 250 % 250, 1 + number % 250);
    rest_door_ = lobby_door_ = number;
    open_rest();
}

Player::~Player() = default;

Task<void> Player::pause(Millis length)
{
    const Result<void> slept = co_await world_.clock.sleep_until(world_.clock.after(length));
    if (!slept) stopping_ = cut_short_ = true; // only the end of the run cuts a pause short
}

void Player::open_rest()
{
    HttpTarget rest = world_.doors.rest[rest_door_ % world_.doors.rest.size()];
    rest.local_address = local_address_;
    http_ = world_.http.make(rest);
}

const Endpoint& Player::lobby_endpoint() const
{
    const std::vector<Endpoint>& doors = habits_.transport == "enet" ? world_.doors.enet : world_.doors.wss;
    return doors[lobby_door_ % doors.size()];
}

// A door that is shut: the next one, another time.
AsyncResult<HttpResponse> Player::ask_rest(HttpRequest request)
{
    Result<HttpResponse> response = co_await http_->send(std::move(request), world_.clock.after(call_time));
    if (!response && is_cut(response.error()) && world_.doors.rest.size() > 1) {
        ++rest_door_;
        open_rest();
    }
    co_return response;
}

AsyncResult<void> Player::sign_in()
{
    if (tokens_ && world_.clock.monotonic() < tokens_until_) co_return co_await choose_deck();
    const Instant began = std::chrono::steady_clock::now();
    HttpRequest request;
    request.method = "POST";
    request.headers.emplace_back("content-type", "application/json");
    if (tokens_) {
        request.path = "/v1/auth/refresh";
        request.body = encode(protocol::RefreshRequest{tokens_->refresh_token});
    } else {
        request.path = "/v1/auth/device";
        request.body = encode(protocol::DeviceRequest{secret_, name_});
    }
    tokens_.reset();
    const Result<HttpResponse> response = co_await ask_rest(std::move(request));
    if (!response) co_return response.error();
    if (response->status != 200 && response->status != 201) {
        observer_.failed("login", fmt::format("http_{}", response->status));
        co_await pause(1s);
        co_return Errc::unauthenticated;
    }
    Result<protocol::TokenPair> tokens =
        protocol::decode<protocol::TokenPair>(response->body, nullptr, protocol::Unknown::ignore);
    if (!tokens) co_return tokens.error();
    tokens_ = std::move(*tokens);
    tokens_until_ = world_.clock.monotonic() + Millis(tokens_->expires_in_seconds * 500);
    observer_.done("login", began, began);
    co_return co_await choose_deck();
}

AsyncResult<void> Player::choose_deck()
{
    if (!deck_.empty()) co_return Result<void>{};
    HttpRequest decks;
    decks.method = "GET";
    decks.path = "/v1/decks";
    decks.headers.emplace_back("authorization", "Bearer " + tokens_->access_token);
    const Result<HttpResponse> listed = co_await ask_rest(std::move(decks));
    if (!listed) co_return listed.error();
    const Result<DeckPage> page = protocol::decode<DeckPage>(listed->body, nullptr, protocol::Unknown::ignore);
    if (!page || page->items.empty()) {
        observer_.failed("decks", fmt::format("http_{}", listed->status));
        co_return Errc::not_found;
    }
    deck_ = page->items[number_ % page->items.size()].id;
    co_return Result<void>{};
}

// session.resume if a session was cut shortly before, else session.hello.
AsyncResult<void> Player::enter_lobby()
{
    if (lobby_ && lobby_->connected()) co_return Result<void>{};
    const Instant began = std::chrono::steady_clock::now();
    const std::int64_t last_seq = lobby_ ? lobby_->last_seq() : 0;
    auto session = std::make_unique<LiveSession>(world_, habits_.transport, local_address_);
    const Result<void> up = co_await session->connect(lobby_endpoint(), world_.clock.after(call_time));
    if (!up) {
        ++lobby_door_;
        co_return up.error();
    }
    if (!resume_.empty()) {
        const protocol::ResumeRequest request{tokens_->access_token, resume_, std::string(protocol::live_protocol),
                                              last_seq};
        session->expect_after(last_seq);
        const Result<protocol::RawJson> resumed =
            co_await session->call("session.resume", encode(request), world_.clock.after(call_time));
        if (resumed) {
            lobby_ = std::move(session);
            observer_.done("resume", began, began);
            co_return Result<void>{};
        }
        if (is_cut(resumed.error())) co_return resumed.error();
        resume_.clear(); // too late for it: a new session begins
        session->expect_after(0);
    }
    const protocol::HelloRequest hello{
        tokens_->access_token, std::string(protocol::live_protocol), {"harvest-bot", "1", "bot"}};
    const Result<protocol::RawJson> welcome =
        co_await session->call("session.hello", encode(hello), world_.clock.after(call_time));
    if (!welcome) {
        if (!is_cut(welcome.error())) {
            observer_.failed("connect", session->last_error());
            tokens_.reset();
        }
        co_return welcome.error();
    }
    const Result<protocol::HelloReply> reply = read<protocol::HelloReply>(*welcome);
    if (!reply) co_return reply.error();
    resume_ = reply->resume;
    ping_interval_ = Millis(reply->ping_seconds * 1000 / 2);
    lobby_ = std::move(session);
    observer_.done("connect", began, began);
    if (habits_.chat > 0) {
        const std::string channel = encode(protocol::ChatChannelRequest{"room:lobby"});
        const Result<protocol::RawJson> joined =
            co_await lobby_->call("chat.join", channel, world_.clock.after(call_time));
        if (!joined) {
            if (!is_cut(joined.error())) observer_.failed("chat.join", lobby_->last_error());
            co_return joined.error();
        }
    }
    co_return Result<void>{};
}

AsyncResult<void> Player::farm()
{
    Result<void> ok = co_await open_books();
    if (ok) ok = co_await deeds_.finish(*lobby_);
    if (ok && chance_.happens(habits_.farm)) ok = co_await visit_farm(world_, observer_, *lobby_, deeds_);
    co_return ok;
}

AsyncResult<protocol::MatchFound> Player::find_match()
{
    const Result<protocol::RawJson> status = co_await lobby_->call("match.status", "{}", world_.clock.after(call_time));
    if (!status) co_return status.error();
    Result<protocol::StatusReply> now = read<protocol::StatusReply>(*status);
    if (!now) co_return now.error();
    if (now->found) co_return std::move(*now->found);
    at_table_ = false;
    trouble_.mended(world_.clock.monotonic(), observer_);
    const Instant began = std::chrono::steady_clock::now();
    if (now->state == "idle") {
        if (stopping_) co_return Errc::canceled;
        protocol::QueueRequest request;
        request.mode = habits_.mode;
        request.deck = deck_;
        const Result<protocol::RawJson> queued =
            co_await lobby_->call("match.queue", encode(request), world_.clock.after(call_time));
        if (!queued) {
            if (!is_cut(queued.error())) observer_.failed("match.queue", lobby_->last_error());
            co_return queued.error();
        }
    }
    for (const Deadline until = world_.clock.after(match_wait); world_.clock.monotonic() < until.at;) {
        if (stopping_) {
            const Result<protocol::RawJson> canceled =
                co_await lobby_->call("match.cancel", "{}", world_.clock.after(call_time));
            if (canceled) co_return Errc::canceled; // else the match was made meanwhile: it is played
        }
        Result<Push> push = co_await lobby_->next_push(std::min(until, world_.clock.after(poll)));
        if (!push && push.error() == Errc::timed_out) {
            const Result<void> alive = co_await lobby_->keep_alive(ping_interval_);
            if (!alive) co_return alive.error();
            continue;
        }
        if (!push) co_return push.error();
        if (push->op != "match.found") continue;
        Result<protocol::MatchFound> found = read<protocol::MatchFound>(push->data);
        if (found && found->match == last_match_) continue; // said again while we were on our way to it
        if (found) observer_.done("match.found", began, began);
        co_return found;
    }
    observer_.failed("match.found", "no_opponent");
    co_return Errc::not_found;
}

AsyncResult<void> Player::chat()
{
    const std::string text = fmt::format("good game, {} played", played_);
    const protocol::ChatSendRequest request{"room:lobby", text};
    const Instant began = std::chrono::steady_clock::now();
    const Result<protocol::RawJson> sent =
        co_await lobby_->call("chat.send", encode(request), world_.clock.after(call_time));
    if (sent) {
        observer_.done("chat.send", began, began);
    } else if (!is_cut(sent.error())) {
        observer_.failed("chat.send", lobby_->last_error());
    }
    co_return Result<void>{};
}

AsyncResult<void> Player::round()
{
    Result<void> ok = co_await sign_in();
    if (ok) ok = co_await enter_lobby();
    if (ok && habits_.farm > 0 && !stopping_) ok = co_await farm();
    if (!ok) co_return ok;
    Result<protocol::MatchFound> found = co_await find_match();
    if (!found) co_return found.error();
    at_table_ = true;
    MatchPlay match(world_, observer_, habits_, chance_, *lobby_, trouble_, ping_interval_, local_address_);
    ok = co_await match.run(*found);
    if (ok) {
        at_table_ = false;
        last_match_ = found->match;
        ++played_;
    }
    if (ok && chance_.happens(habits_.chat)) ok = co_await chat();
    co_return ok;
}

// What is still open gets its answer, however often the daemons go away meanwhile; then the books are compared.
Task<void> Player::settle_up()
{
    for (const Deadline until = world_.clock.after(settle_wait); world_.clock.monotonic() < until.at;) {
        Result<void> ok = co_await sign_in();
        if (ok) ok = co_await enter_lobby();
        if (ok) ok = co_await deeds_.finish(*lobby_);
        if (ok) ok = co_await verify_books();
        if (ok) co_return;
        const Result<void> slept = co_await world_.clock.sleep_until(world_.clock.after(500ms));
        if (!slept) break;
    }
    observer_.failed("verify.books", "no_answer");
}

Task<void> Player::live()
{
    bool counted = false;
    // Whoever sits at a table comes back to it, also after stop(): the other one waits there.
    while ((!stopping_ || at_table_) && !cut_short_ && (habits_.matches == 0 || played_ < habits_.matches)) {
        const Result<void> done = co_await round();
        if (lobby_ && lobby_->connected() != std::exchange(counted, lobby_->connected()))
            observer_.signed_in(lobby_->connected() ? 1 : -1);
        if (done) continue;
        if (stopping_ && !at_table_) break;
        trouble_.began(world_.clock.monotonic());
        co_await pause(200ms + Millis(chance_.next() % 800));
    }
    if (habits_.verify && deeds_.books_open()) co_await settle_up();
    if (counted) observer_.signed_in(-1);
    if (lobby_) lobby_->close();
}

} // namespace harvest::bots
