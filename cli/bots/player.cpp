#include "cli/bots/player.hpp"

#include "cli/bots/match_play.hpp"
#include "common/protocol/session.hpp"

#include <fmt/format.h>

namespace harvest::bots {
namespace {

constexpr Millis match_wait = 120s; // longest wait for an opponent
constexpr Millis settle_wait = 60s; // longest wait for the last answers
constexpr std::string_view left_claim = "bots: each settled up and logged out";
constexpr double pace_sigma = 0.5; // of the logarithm

constexpr std::uint64_t plan_stream = 0xD1B54A32D192ED03u, chance_stream = 0x8CB92BA72F3D8DD7u;

// A stream of chance of its own for each use, so that none tells of another.
std::uint64_t stream(std::uint64_t seed, std::size_t number, std::uint64_t use)
{
    return (seed ^ use) * 0x9E3779B97F4A7C15u + number;
}

// Per-address limits count bots like anybody: spread them over the loopback net.
std::string address_of(std::size_t number)
{
    return fmt::format("127.{}.{}.{}", 1 + number / 62'500, number / 250 % 250, 1 + number % 250);
}

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

Player::Player(World& world, Observer& observer, Habits habits, Town& town, std::size_t number)
    : world_(world),
      observer_(observer),
      habits_(std::move(habits)),
      town_(town),
      number_(number),
      lobby_door_(number),
      identity_(identity_of(town.seed, number)),
      local_address_(address_of(number)),
      chance_(stream(town.seed, number, chance_stream)),
      rest_(world, number, local_address_),
      client_(world, observer, rest_),
      life_(client_, habits_, town, {number, habits_.transport, local_address_}, chance_,
            stream(town.seed, number, plan_stream))
{
}

Player::~Player() = default;

Task<void> Player::pause(Millis length)
{
    const Result<void> slept = co_await world_.clock.sleep_until(world_.clock.after(length));
    if (!slept) stopping_ = cut_short_ = true; // only the end of the run cuts a pause short
}

const Endpoint& Player::lobby_endpoint() const
{
    const std::vector<Endpoint>& doors = habits_.transport == "enet" ? world_.doors.enet : world_.doors.wss;
    return doors[lobby_door_ % doors.size()];
}

bool Player::deals() const
{
    for (const Pastime each : {Pastime::farming, Pastime::trading, Pastime::crafting, Pastime::decks})
        if (habits_.life[static_cast<std::size_t>(each)] > 0) return true;
    return false;
}

AsyncResult<void> Player::sign_in()
{
    if (tokens_ && world_.clock.monotonic() < tokens_until_) co_return co_await life_.decks().choose(number_);
    const Instant began = std::chrono::steady_clock::now();
    protocol::DeviceRequest device{identity_.secret, identity_.name};
    if (habits_.marked) device.bot = true;
    HttpRequest request =
        tokens_ ? rest_request("POST", "/v1/auth/refresh", encode(protocol::RefreshRequest{tokens_->refresh_token}))
                : rest_request("POST", "/v1/auth/device", encode(device));
    tokens_.reset();
    rest_.sign({});
    const Result<HttpResponse> response = co_await rest_.send(std::move(request));
    if (!response) observer_.unanswered("login", wire_code(classify(response.error())));
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
    token_was_good_ = false;
    tokens_until_ = world_.clock.monotonic() + Millis(tokens_->expires_in_seconds * 500);
    rest_.sign(tokens_->access_token);
    observer_.done("login", began, began);
    co_return co_await life_.decks().choose(number_);
}

// Takes up the session that was cut.
AsyncResult<void> Player::resume(LiveSession& session, std::int64_t last_seq)
{
    if (resume_.empty()) co_return Errc::not_found;
    const Instant began = std::chrono::steady_clock::now();
    const protocol::ResumeRequest request{tokens_->access_token, resume_, std::string(protocol::live_protocol),
                                          last_seq};
    session.expect_after(last_seq);
    const Result<protocol::RawJson> resumed =
        co_await session.call("session.resume", encode(request), world_.clock.after(call_time));
    if (resumed) {
        observer_.done("resume", began, began);
        co_return Result<void>{};
    }
    if (is_cut(resumed.error())) {
        observer_.unanswered("resume", wire_code(classify(resumed.error())));
    } else {
        observer_.refused("resume", session.last_code()); // it may be too late for that
        resume_.clear();
        session.expect_after(0);
    }
    co_return resumed.error();
}

AsyncResult<void> Player::say_hello(LiveSession& session)
{
    const protocol::HelloRequest hello{
        tokens_->access_token, std::string(protocol::live_protocol), {"harvest-bot", "1", "bot"}};
    const Result<protocol::RawJson> welcome =
        co_await session.call("session.hello", encode(hello), world_.clock.after(call_time));
    if (!welcome) {
        // A token that was good before is over by now, by the server's clock.
        if (welcome.error() == Errc::unauthenticated && token_was_good_)
            observer_.refused("connect", session.last_code());
        else
            tell_undone(observer_, "connect", welcome.error(), session.last_code());
        if (!is_cut(welcome.error())) tokens_.reset();
        co_return welcome.error();
    }
    token_was_good_ = true;
    const Result<protocol::HelloReply> reply = read<protocol::HelloReply>(*welcome);
    if (!reply) co_return reply.error();
    resume_ = reply->resume;
    ping_interval_ = Millis(reply->ping_seconds * 1000 / 2);
    if (!std::exchange(greeted_, true)) observer_.came(reply->player);
    co_return Result<void>{};
}

void Player::tell_link()
{
    const bool up = lobby_ && lobby_->connected();
    if (up != std::exchange(told_up_, up)) observer_.signed_in(up ? 1 : -1);
}

AsyncResult<void> Player::enter_lobby()
{
    if (lobby_ && lobby_->connected()) co_return Result<void>{};
    const Instant began = std::chrono::steady_clock::now();
    auto session = std::make_unique<LiveSession>(world_, observer_, habits_.transport, local_address_);
    const Result<void> up = co_await session->connect(lobby_endpoint(), world_.clock.after(call_time));
    if (!up) {
        observer_.unanswered("connect", wire_code(classify(up.error())));
        ++lobby_door_;
        co_return up.error();
    }
    const Result<void> resumed = co_await resume(*session, lobby_ ? lobby_->last_seq() : 0);
    if (!resumed && is_cut(resumed.error())) co_return resumed;
    if (!resumed) {
        const Result<void> welcome = co_await say_hello(*session);
        if (!welcome) co_return welcome;
    }
    lobby_ = std::move(session);
    client_.meet(*lobby_);
    tell_link();
    if (resumed) co_return resumed;
    observer_.done("connect", began, began);
    const bool talks = habits_.chat > 0 || habits_.life[static_cast<std::size_t>(Pastime::talking)] > 0;
    if (talks) co_return co_await life_.talking().join_lobby();
    co_return Result<void>{};
}

AsyncResult<void> Player::queue()
{
    protocol::QueueRequest request;
    request.mode = habits_.mode;
    if (habits_.mode == "either") request.mode = chance_.happens(0.5) ? "ranked" : "casual";
    request.deck = life_.decks().deck();
    const Result<std::string> queued = co_await client_.live("match.queue", encode(request));
    if (!queued) co_return queued.error();
    const auto reply = protocol::decode<protocol::QueueReply>(*queued, nullptr, protocol::Unknown::ignore);
    if (!reply) co_return reply.error();
    ticket_ = reply->ticket;
    co_return Result<void>{};
}

// From the queue, or the match that the player is in already.
AsyncResult<protocol::MatchFound> Player::find_match()
{
    const Result<protocol::RawJson> status = co_await lobby_->call("match.status", "{}", world_.clock.after(call_time));
    if (!status) {
        tell_undone(observer_, "match.status", status.error(), lobby_->last_code());
        co_return status.error();
    }
    Result<protocol::StatusReply> now = read<protocol::StatusReply>(*status);
    if (!now) co_return now.error();
    seeking_ = false;
    if (now->found) co_return std::move(*now->found);
    // In a match without an instance it keeps its seat: match.found comes again for the same match.
    if (table_ && now->state != "in_match") match_over(*table_, std::nullopt);
    trouble_.mended(world_.clock.monotonic(), observer_);
    const Instant began = std::chrono::steady_clock::now();
    if (now->state == "idle" && stopping_) co_return Errc::canceled;
    seeking_ = true;
    ticket_ = now->ticket.value_or(TicketId{});
    if (now->state == "idle") {
        const Result<void> queued = co_await queue();
        seeking_ = queued || is_cut(queued.error());
        if (!queued) co_return queued.error();
    }
    co_return co_await wait_for_match(began);
}

AsyncResult<protocol::MatchFound> Player::wait_for_match(Instant began)
{
    for (const Deadline until = world_.clock.after(match_wait); world_.clock.monotonic() < until.at;) {
        if (stopping_) {
            const Result<protocol::RawJson> canceled =
                co_await lobby_->call("match.cancel", "{}", world_.clock.after(call_time));
            seeking_ = !canceled; // else the match was made meanwhile: it is played
            if (canceled) co_return Errc::canceled;
        }
        Result<Push> push = co_await lobby_->next_push(std::min(until, world_.clock.after(lobby_poll)));
        if (!push && push.error() == Errc::timed_out) {
            const Result<void> alive = co_await lobby_->keep_alive(ping_interval_);
            if (!alive) co_return alive.error();
            continue;
        }
        if (!push) co_return push.error();
        if (push->op == "match.cancelled") {
            const auto cancelled = read<protocol::QueueCancelled>(push->data);
            if (!cancelled || cancelled->ticket != ticket_) continue; // said of an earlier one
            observer_.failed("match.found", cancelled->reason);
            seeking_ = false;
            co_return Errc::not_found;
        }
        if (push->op != "match.found") continue;
        Result<protocol::MatchFound> found = read<protocol::MatchFound>(push->data);
        if (!found) observer_.failed("message", "malformed");
        if (found && found->match == last_match_) continue; // said again while we were on our way to it
        seeking_ = false;
        if (found) observer_.done("match.found", began, began);
        co_return found;
    }
    seeking_ = false;
    observer_.failed("match.found", "no_opponent");
    co_return Errc::not_found;
}

void Player::match_over(const protocol::MatchFound& found, const std::optional<protocol::BattleEnd>& end)
{
    town_.playing.erase(found.match);
    last_match_ = found.match;
    if (end) life_.looking().played(found.match);
    if (end)
        for (const protocol::RewardInfo& reward : end->rewards)
            life_.deeds().books().gained(reward.asset, reward.amount.units);
    if (!end && found.mode == "ranked") life_.bookkeeping().paid_untold();
    table_.reset();
}

AsyncResult<void> Player::play()
{
    Result<protocol::MatchFound> found = co_await find_match();
    if (!found) co_return found.error();
    table_ = *found;
    town_.playing.insert(found->match);
    observer_.match_began(found->match);
    MatchPlay match(world_, observer_, habits_, chance_, fair_, *lobby_, trouble_, ping_interval_, local_address_);
    const Result<void> ended = co_await match.run(*found);
    if (!ended) co_return ended;
    match_over(*found, match.end());
    ++played_;
    if (!chance_.happens(habits_.chat)) co_return ended;
    std::string text = fmt::format("good game, {} played", played_);
    co_return co_await life_.talking().say(std::move(text));
}

AsyncResult<void> Player::round()
{
    Result<void> ok = co_await sign_in();
    if (ok) ok = co_await enter_lobby();
    if (ok && deals()) ok = co_await life_.deeds().finish();
    if (ok && deals()) ok = co_await life_.bookkeeping().open();
    if (!ok) co_return ok;
    const bool must_play = table_ || seeking_; // an opponent waits, or will
    const Pastime next = must_play ? Pastime::playing : life_.next();
    if (next == Pastime::playing) co_return co_await play();
    trouble_.mended(world_.clock.monotonic(), observer_);
    ok = co_await life_.spend_time(next);
    if (ok) ok = co_await lobby_->keep_alive(ping_interval_);
    if (ok) co_await pause(chance_.about(habits_.pace, pace_sigma));
    co_return ok;
}

AsyncResult<void> Player::log_out()
{
    lobby_->close();
    HttpRequest request =
        rest_request("POST", "/v1/auth/logout", encode(protocol::RefreshRequest{tokens_->refresh_token}));
    const Result<std::string> left = co_await client_.rest("logout", std::move(request));
    if (!left) co_return left.error();
    co_return Result<void>{};
}

// What is still open gets its answer, however often the daemons go away meanwhile; then the books are compared.
Task<void> Player::settle_up()
{
    bool settled = !life_.deeds().books().open();
    for (const Deadline until = world_.clock.after(settle_wait); world_.clock.monotonic() < until.at;) {
        Result<void> ok = co_await sign_in();
        if (ok) ok = co_await enter_lobby();
        if (ok && !settled) ok = co_await life_.deeds().finish();
        if (ok && !settled) ok = co_await life_.bookkeeping().settle(identity_.name);
        settled = settled || ok;
        if (ok) ok = co_await log_out();
        if (ok) observer_.verified(left_claim, 1, {});
        if (ok) co_return;
        const Result<void> slept = co_await world_.clock.sleep_until(world_.clock.after(500ms));
        if (!slept) break;
    }
    observer_.verified(left_claim, 1, identity_.name + (settled ? " could not log out" : " could not settle up"));
}

Task<void> Player::live()
{
    // Whoever sits at a table comes back to it, also after stop(): the other one waits there.
    while ((!stopping_ || table_) && !cut_short_ && (habits_.matches == 0 || played_ < habits_.matches)) {
        const Result<void> done = co_await round();
        tell_link();
        if (done) continue;
        if (stopping_ && !table_) break;
        trouble_.began(world_.clock.monotonic());
        co_await pause(trouble_.wait(world_.clock.monotonic(), chance_));
    }
    trouble_.ended(world_.clock.monotonic(), observer_);
    if (habits_.verify && greeted_) co_await settle_up();
    if (lobby_) lobby_->close();
    tell_link();
}

} // namespace harvest::bots
