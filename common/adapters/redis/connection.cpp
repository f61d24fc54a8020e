#include "common/adapters/redis/connection.hpp"

#include "common/adapters/redis/pipeline.hpp"
#include "common/base/log.hpp"
#include "common/runtime/task_group.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <atomic>
#include <random>
#include <stdexcept>
#include <thread>

namespace harvest::redis {
namespace {

Server server_of(const std::string& url)
{
    Result<Server> server = parse_server(url);
    // The URL may hold a password, so it is not repeated.
    if (!server) throw std::runtime_error("redis: the URL is not redis://[user[:password]@]host[:port][/database]");
    return std::move(*server);
}

// What an error reply means to the caller.
Errc meaning(std::string_view reply)
{
    constexpr std::array not_now{"LOADING", "READONLY",   "MASTERDOWN", "CLUSTERDOWN", "OOM",
                                 "NOAUTH",  "NOREPLICAS", "MISCONF",    "BUSY",        "NOPERM"};
    for (const std::string_view code : not_now)
        if (reply.starts_with(code)) return Errc::unavailable;
    return reply.starts_with("WRONGTYPE") ? Errc::data_loss : Errc::internal;
}

} // namespace

struct RedisConnection::State {
    explicit State(Options chosen)
        : options(std::move(chosen)),
          server(server_of(options.url)),
          transports(io.get_executor(), server, options.tls),
          alarm(io),
          pause(io),
          tasks(io.get_executor())
    {
    }

    Task<void> live();
    AsyncResult<void> open();
    AsyncResult<void> sign_in();
    Task<void> serve();
    void lost(std::string_view why);
    void take_submitted();
    void watch();
    void tend();
    AsyncResult<Reply> ask(std::vector<std::string> words, Patience patience);

    Options options;
    Server server;
    asio::io_context io{1};
    Transports transports;

    // The loop's own.
    std::shared_ptr<Transport> transport;
    bool ready{}, told_away{}, watching{};
    Pipeline pipeline;
    asio::steady_timer alarm, pause;
    Millis backoff{};
    std::minstd_rand random{std::random_device{}()};
    TaskGroup tasks;

    // Shared with callers.
    std::mutex mutex;
    std::vector<std::shared_ptr<Pending>> submitted;
    bool away{};
    std::atomic<bool> closing{};
    std::atomic<std::size_t> pending{};
    std::atomic<std::uint64_t> calls{}, failures{}, connects{};
    std::atomic<bool> up{};
    std::thread thread;
};

// Connects, serves, waits longer after each failure.
Task<void> RedisConnection::State::live()
{
    backoff = options.first_backoff;
    for (;;) {
        const auto began = Pending::Time::clock::now();
        bool opened = false;
        std::string why = "the connection broke";
        try { // a certificate that cannot be read just now, say: the next attempt may find it
            const Result<void> done = co_await open();
            opened = !closing && done;
            if (opened)
                co_await serve();
            else if (!done)
                why = done.error() == Errc::permission_denied ? "it refuses us, or its certificate is not its own"
                                                              : "it does not answer";
        }
        catch (const std::exception& failure) {
            why = failure.what();
        }
        if (closing) co_return;
        lost(why);
        // One that breaks as soon as it is up is no better than none.
        const bool was_good = opened && Pending::Time::clock::now() - began > options.longest_backoff;
        if (was_good) backoff = options.first_backoff;
        std::uniform_int_distribution<Millis::rep> spread(backoff.count() / 2, backoff.count());
        pause.expires_after(Millis{spread(random)});
        backoff = std::min(backoff * 2, options.longest_backoff);
        co_await pause.async_wait(asio::use_awaitable);
    }
}

AsyncResult<void> RedisConnection::State::open()
{
    transport = transports.make();
    pause.expires_after(options.connect_timeout);
    pause.async_wait([late = transport](const boost::system::error_code& error) {
        if (!error) late->close();
    });
    Result<void> done = co_await transport->connect();
    if (done) done = co_await sign_in();
    pause.cancel();
    co_return done;
}

AsyncResult<void> RedisConnection::State::sign_in()
{
    std::string wire;
    std::size_t due = 0;
    const auto add = [&](const std::vector<std::string>& words) {
        wire += encode(words);
        ++due;
    };
    if (!server.user.empty() && !server.password.empty())
        add({"AUTH", server.user, server.password});
    else if (!server.password.empty())
        add({"AUTH", server.password});
    if (server.database != 0) add({"SELECT", std::to_string(server.database)});
    add({"PING"});
    pipeline.restart();
    transport->write(wire);
    while (due > 0) {
        const Result<std::string_view> bytes = co_await transport->read();
        if (!bytes) co_return bytes.error();
        pipeline.reader().feed(*bytes);
        Reply reply;
        for (;;) {
            const Result<bool> whole = pipeline.reader().next(reply);
            if (!whole) co_return Errc::unavailable;
            if (!*whole) break;
            if (reply.kind == Reply::Kind::error) {
                const bool refused = reply.text.starts_with("NOAUTH") || reply.text.starts_with("WRONGPASS") ||
                                     reply.text.starts_with("NOPERM");
                co_return refused ? Errc::permission_denied : Errc::unavailable;
            }
            --due;
        }
    }
    co_return Result<void>{};
}

Task<void> RedisConnection::State::serve()
{
    ready = true;
    connects.fetch_add(1);
    up = true;
    if (std::exchange(told_away, false)) log::info("redis is back", {{"server.address", server.host}});
    {
        const std::lock_guard lock(mutex);
        away = false;
    }
    take_submitted();
    watch();
    for (;;) {
        const Result<std::string_view> bytes = co_await transport->read();
        if (!bytes) co_return;
        const bool usable = pipeline.receive(*bytes);
        pending = pipeline.size();
        if (!usable) co_return;
    }
}

// Nothing of what was sent will be answered, and nothing is taken until it is back.
void RedisConnection::State::lost(std::string_view why)
{
    ready = false;
    up = false;
    if (transport) transport->close();
    if (!std::exchange(told_away, true))
        log::warn("redis is away", {{"server.address", server.host}, {"error.message", why}});
    {
        const std::lock_guard lock(mutex);
        away = true;
        for (const auto& each : submitted) pipeline.add(each);
        submitted.clear();
    }
    pipeline.fail_all(Errc::unavailable);
    pending = 0;
}

// On the loop: sends what callers left, in one write.
void RedisConnection::State::take_submitted()
{
    std::vector<std::shared_ptr<Pending>> taken;
    {
        const std::lock_guard lock(mutex);
        taken.swap(submitted);
        pending += taken.size(); // at no moment are they counted nowhere
    }
    std::string wire;
    for (const auto& each : taken) pipeline.add(each);
    if (ready) wire = pipeline.unsent();
    if (!wire.empty()) transport->write(wire);
    pending = pipeline.size();
    watch();
}

void RedisConnection::State::watch()
{
    const auto wake = pipeline.next_look(ready, options.stall_timeout, options.idle_ping);
    if (wake == Pending::Time::max() || (watching && alarm.expiry() <= wake)) return;
    watching = true;
    alarm.expires_at(wake);
    alarm.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        watching = false;
        tend();
    });
}

void RedisConnection::State::tend()
{
    const auto now = Pending::Time::clock::now();
    pipeline.expire(now);
    if (ready && pipeline.silent(now, options.stall_timeout)) {
        transport->close(); // serve() ends
    } else if (ready && pipeline.idle(now, options.idle_ping)) {
        pipeline.add(Pending::ping(now));
        transport->write(pipeline.unsent());
    }
    pending = pipeline.size();
    watch();
}

AsyncResult<Reply> RedisConnection::State::ask(std::vector<std::string> words, Patience patience)
{
    calls.fetch_add(1, std::memory_order_relaxed);
    const auto mine = std::make_shared<Pending>();
    mine->wire = encode(words);
    mine->by = Pending::Time::clock::now() + patience.length;
    mine->when_over = patience.when_over;
    // Once it is submitted, `mine` belongs to the loop.
    const auto answer = std::make_shared<OneShot<Reply>>();
    mine->answer = answer;
    Error refused;
    {
        const std::lock_guard lock(mutex);
        if (closing)
            refused = Errc::canceled;
        else if (away)
            refused = Errc::unavailable;
        else if (submitted.size() + pending >= options.max_pending)
            refused = Errc::resource_exhausted;
        else {
            submitted.push_back(mine);
            if (submitted.size() == 1) asio::post(io, [this] { take_submitted(); });
        }
    }
    if (!refused) {
        Result<Reply> reply = co_await OneShot<Reply>::wait(answer);
        if (reply) co_return reply;
        refused = reply.error();
    }
    failures.fetch_add(1, std::memory_order_relaxed);
    co_return refused;
}

RedisConnection::RedisConnection(Options options) : state_(std::make_shared<State>(std::move(options)))
{
    State* const state = state_.get();
    state->tasks.spawn([state] { return state->live(); });
    state->thread = std::thread([state] { state->io.run(); });
}

RedisConnection::~RedisConnection()
{
    State* const state = state_.get();
    {
        const std::lock_guard lock(state->mutex);
        state->closing = true;
    }
    asio::post(state->io, [state] {
        state->tasks.cancel();
        state->alarm.cancel();
        state->pause.cancel();
        if (state->transport) state->transport->close();
        for (const auto& each : state->submitted) state->pipeline.add(each);
        state->pipeline.fail_all(Errc::canceled);
    });
    state->thread.join();
}

AsyncResult<Reply> RedisConnection::call(std::vector<std::string> words, Patience patience)
{
    const std::shared_ptr<State> state = state_;
    Result<Reply> reply = co_await state->ask(std::move(words), patience);
    if (reply && reply->kind == Reply::Kind::error) co_return meaning(reply->text);
    co_return reply;
}

AsyncResult<Reply> RedisConnection::eval(const Script& script, std::vector<std::string> keys,
                                         std::vector<std::string> arguments, Patience patience)
{
    std::vector<std::string> words;
    words.reserve(3 + keys.size() + arguments.size());
    words.emplace_back("EVALSHA");
    words.push_back(script.digest());
    words.push_back(std::to_string(keys.size()));
    for (std::string& key : keys) words.push_back(std::move(key));
    for (std::string& argument : arguments) words.push_back(std::move(argument));
    const std::shared_ptr<State> state = state_;
    Result<Reply> reply = co_await state->ask(words, patience);
    if (reply && reply->kind == Reply::Kind::error && reply->text.starts_with("NOSCRIPT")) {
        words[0] = "EVAL";
        words[1] = script.text();
        reply = co_await state->ask(std::move(words), patience);
    }
    if (reply && reply->kind == Reply::Kind::error) co_return meaning(reply->text);
    co_return reply;
}

RedisConnection::Figures RedisConnection::figures() const
{
    return {state_->up, state_->calls, state_->failures, state_->connects, state_->pending};
}

} // namespace harvest::redis
