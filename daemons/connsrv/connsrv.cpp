#include "daemons/connsrv/connsrv.hpp"

#include "common/base/log.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/session.hpp"
#include "daemons/connsrv/port.hpp"

#include <algorithm>

namespace harvest::connsrv {
namespace {

constexpr Millis sweep_every = 250ms, read_wait = 2s, retry_pause = 200ms, room_pause = 20ms;
constexpr std::size_t events_at_once = 256, chat_waiting = 1'024,
                      buckets_at_once = 1'024; // more than the players who can come between two sweeps

Limits limits_of(const Config& config)
{
    Limits limits;
    limits.hello_within = config.hello_within;
    limits.resume_within = config.resume_within;
    limits.save_again = config.presence_renew;
    limits.op_burst_factor = config.op_burst_factor;
    limits.resume_messages = static_cast<std::size_t>(config.resume_messages);
    limits.resume_bytes = config.resume_bytes.bytes;
    limits.patience = {config.faults, config.forgive_every};
    return limits;
}

} // namespace

Connsrv::Connsrv(Config config, std::string id, Executor executor, std::vector<ClientLink*> links, Rpc& rpc,
                 EventLog& log, PlayerKeys& keys, Presence& presence, ResumeBuffers& buffers, Sessions& sessions,
                 Social& social, RateLimit& limits, TokenVerifier& verifier, Clock& clock, Entropy& entropy,
                 telemetry::Metrics& metrics, telemetry::Spans& spans)
    : config_(config),
      id_(std::move(id)),
      executor_(std::move(executor)),
      links_(std::move(links)),
      rpc_(rpc),
      log_(log),
      presence_(presence),
      buffers_(buffers),
      sessions_(sessions),
      social_(social),
      limits_(limits),
      clock_(clock),
      entropy_(entropy),
      spans_(spans),
      figures_(metrics, id_),
      tokens_(verifier, rpc, clock),
      roster_(limits_of(config), id_),
      seal_(keys, clock),
      said_(executor_, chat_waiting),
      stopping_(executor_),
      unsaved_(executor_),
      changed_(executor_),
      tasks_(executor_)
{
}

Connsrv::~Connsrv() = default;

void Connsrv::listen()
{
    for (ClientLink* link : links_) {
        ports_.push_back(std::make_unique<Port>(*this, *link));
        const Result<void> up = link->listen(*ports_.back());
        if (!up)
            throw boost::system::system_error(up.error(), "connsrv cannot listen on " + std::string(link->transport()));
    }
}

Task<void> Connsrv::run()
{
    // Before the first connection, so that no revocation is missed.
    Subscription topics;
    topics.topics = {std::string(protocol::topic::user), std::string(protocol::topic::chat)};
    std::shared_ptr<EventReader> reader = log_.subscribe(std::move(topics));
    listen(); // throws if it cannot: before any task
    tasks_.keep(clock_, "follow", [this, reader] { return follow(reader); });
    tasks_.keep(clock_, "tell_chat", [this] { return tell_chat(); });
    tasks_.keep(clock_, "learn_keys", [this] { return learn_keys(); });
    tasks_.keep(clock_, "sweep", [this] { return sweep(); });
    tasks_.keep(clock_, "renew_presence", [this] { return renew_presence(); });
    tasks_.keep(clock_, "recheck_rows", [this] { return recheck_rows(); });
    tasks_.keep(clock_, "look_again", [this] { return look_again(); });
    tasks_.keep(clock_, "save", [this] { return save(); });
    tasks_.keep(clock_, "meet_others", [this] { return meet_others(); });
    tasks_.keep(clock_, "tell_others", [this] { return tell_others(); });
    std::weak_ptr<bool> alive = alive_;
    rpc_.serve("connsrv", id_, executor_, [this, alive](RpcRequest request) -> AsyncResult<std::string> {
        if (alive.expired()) co_return Errc::unavailable;
        co_return co_await answer_call(std::move(request));
    });
    ready_ = true;
    while (!draining_) {
        const Result<void> rung = co_await stopping_.wait();
        if (!rung) break;
    }
    co_await drain();
}

void Connsrv::configure(const Config& config)
{
    config_ = config;
    roster_.follow(limits_of(config_));
}

void Connsrv::stop()
{
    draining_ = true;
    stopping_.ring();
}

Task<void> Connsrv::drain()
{
    ready_ = false;
    for (ClientLink* link : links_) link->stop_accepting();
    // Spread, so that not all of them are back at the same moment: at most 100 a second until the spread is used up.
    std::vector<ConnId> left = roster_.connections();
    for (std::size_t i = left.size(); i > 1; --i) {
        const std::array<std::uint8_t, 4> random = entropy_.bytes<4>();
        const std::size_t pick = (random[0] | std::size_t{random[1]} << 8 | std::size_t{random[2]} << 16) % i;
        std::swap(left[i - 1], left[pick]);
    }
    const Millis spread = std::min<Millis>(config_.drain_spread, 10ms * static_cast<std::int64_t>(left.size()));
    const Millis begun = clock_.monotonic();
    for (std::size_t i = 0; i < left.size(); ++i) {
        const Millis due = begun + spread * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(left.size());
        if (due > clock_.monotonic()) (void)co_await clock_.sleep_until(Deadline{due});
        close(left[i], CloseReason::going_away, "the server restarts: connect again");
    }
    const Deadline by = clock_.after(config_.call_timeout);
    while (busy_ > 0 && clock_.monotonic() < by.at) (void)co_await clock_.sleep_until(clock_.after(20ms));
    rpc_.withdraw("connsrv", id_);
    for (const Live* live : roster_.all()) leaving_.emplace_back(live->player, live->session);
    const Deadline leave_by = clock_.after(1s);
    while (roster_.has_unsaved()) { // whoever was just told to connect again may do so elsewhere
        const Result<void> kept = co_await save_some(leave_by);
        if (!kept) break;
    }
    const auto leaving = std::exchange(leaving_, {}); // more may come meanwhile
    for (const auto& [player, session] : leaving) {
        const Result<void> left_presence = co_await presence_.remove(player, session, id_, leave_by);
        if (!left_presence) break;
    }
    co_await say_goodbye(leaving, leave_by);
    alive_.reset();
    tasks_.cancel();
    co_await tasks_.join();
    for (ClientLink* link : links_) co_await link->stop();
}

Task<void> Connsrv::learn_keys()
{
    while (!tokens_.has_keys()) {
        const Result<void> fetched = co_await tokens_.fetch_keys(clock_.after(2s));
        if (fetched) break;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(retry_pause));
        if (!slept) break;
    }
}

// What time alone does: connections that never sign in, sessions that nobody takes up again.
Task<void> Connsrv::sweep()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(sweep_every));
        if (!slept) co_return;
        const Millis now = clock_.monotonic();
        for (const ConnId conn : roster_.silent(now)) {
            figures_.handshake_failed("timeout");
            close(conn, CloseReason::policy, "no session.hello in time");
        }
        end(roster_.expire(now), CloseReason::normal, "");
        (void)roster_.forget_unused_ops(buckets_at_once, now);
        keep();
        std::vector<std::pair<PlayerId, SessionId>> leaving;
        leaving.swap(leaving_);
        for (std::size_t i = 0; i < leaving.size(); ++i) {
            const Result<void> left = co_await leave(leaving[i].first, leaving[i].second);
            if (left) continue;
            // Those and the rest again next time: presence does not answer.
            leaving_.insert(leaving_.end(), leaving.begin() + static_cast<std::ptrdiff_t>(i), leaving.end());
            break;
        }
    }
}

// Chat waits for keys that are not at hand; revocations wait for chat only where there is no room for more of it.
Task<void> Connsrv::follow(std::shared_ptr<EventReader> reader)
{
    for (;;) {
        Result<std::vector<StoredEvent>> events = co_await reader->next(events_at_once, clock_.after(read_wait));
        if (events) {
            for (StoredEvent& event : *events) {
                if (event.topic != protocol::topic::chat) {
                    learn(event);
                    continue;
                }
                while (said_.full()) {
                    const Result<void> slept = co_await clock_.sleep_until(clock_.after(room_pause));
                    if (!slept) co_return;
                }
                (void)said_.push(std::move(event));
            }
            continue;
        }
        if (events.error() == Errc::canceled) co_return;
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(retry_pause));
        if (!slept) co_return;
    }
}

// One event that cannot be taken costs none of the others: a revocation may be among them.
void Connsrv::learn(const StoredEvent& event)
{
    try {
        handle_event(event);
    }
    catch (const std::exception& failure) {
        log::error("an event is left out", {{"event.id", event.event.id.value}, {"error.message", failure.what()}});
    }
}

Task<void> Connsrv::tell_chat()
{
    for (;;) {
        Result<StoredEvent> stored = co_await said_.pop();
        if (!stored) co_return;
        const Result<void> told = co_await handle_chat_event(std::move(*stored));
        if (told) continue;
        if (told.error() == Errc::canceled) co_return;
        log::warn("a chat message is not told", {{"error.code", wire_code(told.error())}});
    }
}

AsyncResult<std::string> Connsrv::answer_call(RpcRequest request)
{
    if (request.method == "push") co_return handle_push(request.body);
    if (request.method == "statuses") co_return co_await handle_statuses(std::move(request.body), request.by);
    if (request.method == "surrender") co_return co_await handle_surrender(std::move(request.body));
    if (request.method == "replace") co_return co_await handle_replace(std::move(request.body), request.by);
    co_return Errc::not_found;
}

std::map<std::string, std::int64_t> Connsrv::load() const
{
    return {{"connections", static_cast<std::int64_t>(roster_.connected())},
            {"sessions", static_cast<std::int64_t>(roster_.signed_in())}};
}

} // namespace harvest::connsrv
