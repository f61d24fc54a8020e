#include "common/adapters/web/http_rpc.hpp"

#include "common/adapters/web/http_listener.hpp"
#include "common/adapters/web/rpc_caller.hpp"
#include "common/adapters/web/rpc_wire.hpp"
#include "common/base/log.hpp"
#include "common/runtime/one_shot.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace harvest::web {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const Error& error, const std::string& what)
{
    throw boost::system::system_error(error, what);
}

using FileTimes = std::array<fs::file_time_type, 3>;

FileTimes times_of(const crypto::PeerFiles& files)
{
    FileTimes out{};
    std::error_code error;
    out[0] = fs::last_write_time(files.ca, error);
    out[1] = fs::last_write_time(files.certificate, error);
    out[2] = fs::last_write_time(files.key, error);
    return out;
}

// Which slots are of this process; for any thread.
class Slots {
public:
    void add(const std::string& daemon, const std::string& id)
    {
        const std::lock_guard lock(mutex_);
        slots_[daemon].insert(id);
    }
    void remove(const std::string& daemon, const std::string& id)
    {
        const std::lock_guard lock(mutex_);
        const auto found = slots_.find(daemon);
        if (found != slots_.end() && found->second.erase(id) > 0 && found->second.empty()) slots_.erase(found);
    }
    bool has(const std::string& daemon, const std::string& id) const
    {
        const std::lock_guard lock(mutex_);
        const auto found = slots_.find(daemon);
        return found != slots_.end() && (id.empty() || found->second.contains(id));
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::set<std::string>> slots_;
};

} // namespace

struct HttpRpc::State final : HttpHandler {
    State(HttpRpcConfig given, Rpc& in_process, Clock& time);

    Task<HttpResponse> handle(HttpRequest request) override;
    bool admits(const std::vector<std::string>& peer_names, const RpcRequest& asked) const;
    Result<void> reload(std::string& why);
    Task<void> watch_files();
    void stop();

    HttpRpcConfig config;
    Rpc& local;
    Clock& clock;
    Slots slots;
    WebCounters counters{};
    std::atomic<std::size_t> calls{0};
    std::atomic<std::int64_t> expires{0};
    std::uint16_t port{};
    std::atomic<bool> stopped{false};

    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> guard{io.get_executor()};
    TaskGroup tasks{io.get_executor()};
    RpcCaller caller{config, io.get_executor(), clock, tasks};
    std::unique_ptr<HttpsListener> listener;
    FileTimes seen{};
    std::thread thread;

    // Runs it on our thread and waits.
    template <class T>
    T there(std::function<T()> work)
    {
        std::promise<T> promise;
        auto future = promise.get_future();
        asio::post(io, [&promise, &work] { promise.set_value(work()); });
        return future.get();
    }
};

namespace {

// A call that goes out; however it ends, its caller hears of it.
struct OutgoingCall {
    OutgoingCall(RpcRequest asked, std::atomic<std::size_t>& of) : request(std::move(asked)), count(of) {}
    ~OutgoingCall()
    {
        count.fetch_sub(1);
        reply->complete(make_error_code(Errc::canceled)); // unless there is an outcome
    }
    OutgoingCall(const OutgoingCall&) = delete;
    OutgoingCall& operator=(const OutgoingCall&) = delete;

    RpcRequest request;
    std::atomic<std::size_t>& count;
    std::shared_ptr<OneShot<std::string>> reply = std::make_shared<OneShot<std::string>>();
};

Task<void> perform(RpcCaller& caller, std::shared_ptr<OutgoingCall> call)
{
    Result<std::string> outcome = co_await caller.call(call->request);
    call->reply->complete(std::move(outcome));
}

HttpServerConfig server_config(const HttpRpcConfig& config, const crypto::PeerIdentity& identity)
{
    HttpServerConfig out;
    out.address = config.address;
    out.port = config.port;
    out.cert_pem = identity.certificate;
    out.key_pem = identity.private_key;
    out.client_ca_pem = identity.ca_bundle;
    out.max_connections = config.max_peers;
    out.max_connections_per_address = config.max_peers; // peers may share a machine
    out.max_body_bytes = max_rpc_body_bytes;
    out.max_in_flight = config.max_in_flight;
    out.header_timeout = config.handshake_timeout;
    out.drain_timeout = config.drain_timeout;
    return out;
}

} // namespace

HttpRpc::State::State(HttpRpcConfig given, Rpc& in_process, Clock& time)
    : config(std::move(given)),
      local(in_process),
      clock(time)
{
    std::string why;
    seen = times_of(config.tls);
    const Result<crypto::PeerIdentity> identity = crypto::load_peer_identity(config.tls, clock.now(), why);
    if (!identity) fail(identity.error(), why);
    expires = identity->not_after.count();
    caller.replace_identity(*identity);
    if (const Result<void> set = caller.retarget(config.targets, why); !set) fail(set.error(), why);
    if (config.listen) {
        listener = make_https_listener(server_config(config, *identity), io.get_executor(), clock, counters);
        const Result<void> listening = listener->listen(*this);
        if (!listening)
            fail(listening.error(), "rpc.listen: " + config.address + ":" + std::to_string(config.port) +
                                        " cannot be bound: " + listening.error().message());
        port = listener->port();
    }
    auto watch = [this] { return watch_files(); };
    tasks.keep(clock, "certificates between daemons", std::move(watch));
    thread = std::thread([this] { io.run(); });
}

bool HttpRpc::State::admits(const std::vector<std::string>& peer_names, const RpcRequest& asked) const
{
    return std::ranges::any_of(peer_names, [&](std::string_view name) {
        return may_call(config.rules, daemon_of(name), asked.daemon, asked.method);
    });
}

Task<HttpResponse> HttpRpc::State::handle(HttpRequest request)
{
    const std::vector<std::string> peer = std::move(request.peer_dns_names);
    Result<RpcRequest> asked = from_http(std::move(request), clock);
    if (!asked) co_return refuse_rpc(400, "rpc.malformed", "This is not a call between daemons");
    if (!admits(peer, *asked)) {
        log::warn("a peer may not make this call", {{"event.action", "rpc.refused"},
                                                    {"peer", peer.empty() ? "" : peer.front()},
                                                    {"service.target.name", asked->daemon},
                                                    {"rpc.method", asked->method}});
        co_return refuse_rpc(403, "rpc.not_permitted", "The certificate is not of a daemon that may call this one");
    }
    if (!slots.has(asked->daemon, asked->id)) co_return refuse_rpc(503, "rpc.not_here", "That slot is not here");
    Result<std::string> outcome = co_await local.call(std::move(*asked));
    co_return to_http(std::move(outcome));
}

Result<void> HttpRpc::State::reload(std::string& why)
{
    seen = times_of(config.tls);
    const Result<crypto::PeerIdentity> identity = crypto::load_peer_identity(config.tls, clock.now(), why);
    if (!identity) return identity.error();
    if (listener) {
        why = "the certificate of rpc.tls is refused";
        const Result<void> replaced =
            listener->replace_identity(identity->certificate, identity->private_key, identity->ca_bundle);
        if (!replaced) return replaced.error();
    }
    try {
        caller.replace_identity(*identity);
    }
    catch (const std::runtime_error& error) {
        why = error.what();
        return Errc::invalid_argument;
    }
    expires = identity->not_after.count();
    why.clear();
    log::info("the certificates between daemons were read again",
              {{"tls.server.not_after", to_rfc3339(identity->not_after)}});
    return {};
}

// A half-written set of files is refused and read once more when the rest has changed.
Task<void> HttpRpc::State::watch_files()
{
    while (co_await clock.sleep_until(clock.after(config.files_checked_every))) {
        if (times_of(config.tls) == seen) continue;
        std::string why;
        if (const Result<void> done = reload(why); !done)
            log::error("the certificates between daemons have changed and cannot be used; the old ones stay",
                       {{"error.message", why}});
    }
}

void HttpRpc::State::stop()
{
    if (stopped.exchange(true)) return;
    std::promise<void> done;
    auto finish = [this]() -> Task<void> {
        if (listener) co_await listener->stop();
        tasks.cancel();
        co_await tasks.join();
        caller.close();
    };
    asio::co_spawn(io, finish, [&done](const std::exception_ptr&) { done.set_value(); });
    done.get_future().wait();
    guard.reset();
    io.stop(); // what is still posted ends as canceled with the loop
    thread.join();
    listener.reset();
}

HttpRpc::HttpRpc(HttpRpcConfig config, Rpc& local, Clock& clock)
    : state_(std::make_unique<State>(std::move(config), local, clock))
{
}

HttpRpc::~HttpRpc()
{
    state_->stop();
}

void HttpRpc::stop()
{
    state_->stop();
}

AsyncResult<std::string> HttpRpc::call(RpcRequest request)
{
    State& state = *state_;
    if (state.clock.monotonic() >= request.by.at) co_return Errc::timed_out;
    if (state.slots.has(request.daemon, request.id)) co_return co_await state.local.call(std::move(request));
    if (request.body.size() > max_rpc_body_bytes) co_return Errc::invalid_argument;
    if (state.stopped) co_return Errc::canceled;
    const std::size_t before = state.calls.fetch_add(1);
    auto call = std::make_shared<OutgoingCall>(std::move(request), state.calls);
    if (before >= state.config.max_calls) co_return Errc::resource_exhausted;
    const auto reply = call->reply;
    auto begin = [&state, call = std::move(call)] {
        auto go = [&state, call] { return perform(state.caller, call); };
        state.tasks.spawn(std::move(go));
    };
    asio::post(state.io, std::move(begin));
    co_return co_await OneShot<std::string>::wait(reply);
}

void HttpRpc::serve(std::string daemon, std::string id, Executor executor, RpcHandler handler)
{
    const std::string name = daemon, slot = id;
    state_->local.serve(std::move(daemon), std::move(id), std::move(executor), std::move(handler));
    state_->slots.add(name, slot);
}

void HttpRpc::withdraw(const std::string& daemon, const std::string& id)
{
    state_->slots.remove(daemon, id);
    state_->local.withdraw(daemon, id);
}

std::uint16_t HttpRpc::port() const
{
    return state_->port;
}

Result<void> HttpRpc::reload(std::string& why)
{
    if (state_->stopped) return Errc::canceled;
    return state_->there<Result<void>>([this, &why] { return state_->reload(why); });
}

Result<void> HttpRpc::retarget(RpcTargets targets, std::string& why)
{
    if (state_->stopped) return Errc::canceled;
    return state_->there<Result<void>>([&] { return state_->caller.retarget(targets, why); });
}

std::vector<RpcTargetInfo> HttpRpc::targets() const
{
    if (state_->stopped) return {};
    return state_->there<std::vector<RpcTargetInfo>>([this] { return state_->caller.targets(); });
}

Millis HttpRpc::certificate_expires() const
{
    return Millis{state_->expires.load()};
}

const WebCounters& HttpRpc::counters() const
{
    return state_->counters;
}

} // namespace harvest::web
