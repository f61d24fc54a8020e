#include "common/adapters/web/rpc_caller.hpp"

#include "common/adapters/web/connect.hpp"
#include "common/adapters/web/rpc_targets.hpp"
#include "common/adapters/web/rpc_wire.hpp"
#include "common/base/log.hpp"

#include <algorithm>
#include <utility>

namespace harvest::web {
namespace {

constexpr std::size_t max_attempts = 8; // targets asked for one call
constexpr std::size_t max_addresses = 64;
constexpr Millis lookup_timeout{5'000}, lookup_retry{1'000};
constexpr Millis reuse_within{20'000}; // well before the other side's idle timeout

std::string address_of(const RpcTarget& target)
{
    const bool v6 = target.host.find(':') != std::string::npos;
    return (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
}

} // namespace

// What came of one target. `again`: nothing was sent, so that another may be asked.
struct RpcCaller::Answer {
    Result<std::string> outcome;
    bool again{};
};

RpcCaller::RpcCaller(const HttpRpcConfig& config, Executor executor, Clock& clock, TaskGroup& tasks)
    : config_(config),
      executor_(std::move(executor)),
      clock_(clock),
      tasks_(tasks)
{
}

RpcCaller::~RpcCaller() = default;

void RpcCaller::replace_identity(const crypto::PeerIdentity& identity)
{
    HttpClientConfig client;
    client.ca_pem = identity.ca_bundle;
    client.cert_pem = identity.certificate;
    client.key_pem = identity.private_key;
    client.max_connections = config_.max_connections;
    client.max_waiting = config_.max_waiting;
    client.max_response_bytes = max_rpc_body_bytes;
    client.connect_timeout = config_.connect_timeout;
    client.reuse_within = reuse_within;
    client.deadline_header = rpc_deadline_header;
    clients_ = make_http_clients(std::move(client), executor_, clock_);
    for (auto& [name, daemon] : daemons_)
        for (RpcEntry& entry : daemon->entries)
            for (auto& target : entry.targets) target = make_target(*daemon, entry.id, target->host, target->port);
}

void RpcCaller::close()
{
    daemons_.clear();
    clients_.reset();
}

std::shared_ptr<RpcTarget> RpcCaller::make_target(const RpcDaemon& daemon, const std::string& id,
                                                  const std::string& host, std::uint16_t port)
{
    HttpTarget where;
    where.host = host;
    where.port = port;
    where.certificate_name = crypto::daemon_certificate_name(daemon.name);
    std::shared_ptr<HttpClient> client = clients_->make(std::move(where));
    return std::make_shared<RpcTarget>(
        RpcTarget{daemon.name, id, host, port, std::move(client), Breaker(config_.breaker), {}, 0, 0});
}

Result<void> RpcCaller::retarget(const RpcTargets& targets, std::string& why)
{
    std::map<std::string, std::shared_ptr<RpcDaemon>> fresh;
    for (const auto& [name, list] : targets) {
        auto daemon = std::make_shared<RpcDaemon>();
        daemon->name = name;
        for (const std::string& text : list) {
            Result<RpcEntry> entry = parse_target(text);
            why = "rpc.targets." + name + ": \"" + text + "\" is not [id@]host:port";
            if (!entry) return entry.error();
            if (entry->literal) entry->targets.push_back(keep_target(*daemon, *entry));
            daemon->entries.push_back(std::move(*entry));
        }
        fresh.emplace(name, std::move(daemon));
    }
    daemons_ = std::move(fresh);
    why.clear();
    return {};
}

// Who is called already keeps connections and breaker.
std::shared_ptr<RpcTarget> RpcCaller::keep_target(const RpcDaemon& daemon, const RpcEntry& entry)
{
    if (const auto known = daemons_.find(daemon.name); known != daemons_.end())
        for (const RpcEntry& other : known->second->entries)
            for (const auto& target : other.targets)
                if (target->id == entry.id && target->host == entry.host && target->port == entry.port) return target;
    return make_target(daemon, entry.id, entry.host, entry.port);
}

// Looks a name up; the targets that it has already keep their connections and breakers.
Task<void> RpcCaller::find_addresses(std::shared_ptr<RpcDaemon> daemon, std::size_t index)
{
    struct Over { // also by an exception: the name is looked up again
        RpcEntry& entry;
        ~Over() { entry.searching = false; }
    };
    RpcEntry& entry = daemon->entries[index];
    entry.due = clock_.monotonic() + lookup_retry;
    const Over over{entry};
    const auto found = co_await resolve_all(executor_, clock_, entry.host, clock_.after(lookup_timeout));
    entry.due = clock_.monotonic() + (found ? config_.names_live : lookup_retry);
    if (!found) {
        log::warn("a name of rpc.targets is not found", {{"service.target.name", daemon->name}, {"name", entry.host}});
        co_return;
    }
    std::vector<std::shared_ptr<RpcTarget>> targets;
    for (const std::string& host : *found) {
        if (targets.size() == max_addresses) break;
        const auto kept = std::ranges::find_if(entry.targets, [&host](const auto& one) { return one->host == host; });
        targets.push_back(kept == entry.targets.end() ? make_target(*daemon, entry.id, host, entry.port) : *kept);
    }
    entry.targets = std::move(targets);
}

// Starts the look-ups that are due.
void RpcCaller::refresh(const std::shared_ptr<RpcDaemon>& daemon)
{
    const Millis now = clock_.monotonic();
    for (std::size_t i = 0; i < daemon->entries.size(); ++i) {
        RpcEntry& entry = daemon->entries[i];
        if (entry.literal || entry.searching || now < entry.due) continue;
        entry.searching = true;
        auto search = [this, daemon, i] { return find_addresses(daemon, i); };
        tasks_.spawn(std::move(search));
    }
}

AsyncResult<std::string> RpcCaller::call(const RpcRequest& request)
{
    const auto found = daemons_.find(request.daemon);
    if (found == daemons_.end()) co_return Errc::unavailable;
    const std::shared_ptr<RpcDaemon> daemon = found->second;
    refresh(daemon);
    std::vector<std::shared_ptr<RpcTarget>> tried;
    Error error = Errc::unavailable;
    while (tried.size() < max_attempts) {
        if (clock_.monotonic() >= request.by.at) co_return Errc::timed_out;
        const std::shared_ptr<RpcTarget> target = daemon->pick(request.id, tried, clock_.monotonic());
        if (!target && !daemon->is_searching()) break;
        if (!target) { // the first look-up of a name may still bring one
            const Result<void> slept = co_await clock_.sleep_until(std::min(request.by, clock_.after(10ms)));
            if (!slept) co_return slept.error();
            continue;
        }
        tried.push_back(target);
        Answer answer = co_await ask(target, request);
        if (!answer.again) co_return std::move(answer.outcome);
        error = answer.outcome.error();
    }
    co_return error;
}

Task<RpcCaller::Answer> RpcCaller::ask(std::shared_ptr<RpcTarget> target, const RpcRequest& request)
{
    Result<HttpRequest> http = to_http(request);
    if (!http) {
        target->breaker.abandoned();
        Answer refused{http.error(), false};
        co_return refused;
    }
    ++target->calls;
    const std::shared_ptr<HttpClient> client = target->client;
    Result<HttpResponse> response = co_await client->send(std::move(*http), request.by);
    if (response) {
        target->breaker.succeeded();
        RpcReply reply = from_http(std::move(*response));
        if (reply.begun) target->answered(request.id);
        if (!reply.begun) target->seen.erase(request.id);
        Answer answer{std::move(reply.outcome), !reply.begun};
        co_return answer;
    }
    const Error error = response.error();
    const bool full = error == Errc::resource_exhausted;
    Answer answer{error, full || error == Errc::unavailable || error == Errc::permission_denied};
    if (full || error == Errc::canceled || error == Errc::invalid_argument)
        target->breaker.abandoned();
    else
        note_failure(*target, error);
    // Whose certificate is refused is of no use to the caller, and is no verdict of the callee.
    if (error == Errc::permission_denied) answer.outcome = Errc::unavailable;
    co_return answer;
}

void RpcCaller::note_failure(RpcTarget& target, const Error& error)
{
    const Breaker::State before = target.breaker.state();
    target.breaker.failed(clock_.monotonic());
    const bool opened = before == Breaker::State::closed && target.breaker.state() == Breaker::State::open;
    ++target.failures;
    const std::string address = address_of(target);
    if (error == Errc::permission_denied && (target.failures == 1 || opened))
        log::error("a certificate is refused between this process and a peer; see: harvestctl admin key ca list",
                   {{"service.target.name", target.daemon}, {"server.address", address}});
    if (opened)
        log::warn(
            "a peer does not answer; calls to it are held back",
            {{"service.target.name", target.daemon}, {"server.address", address}, {"error.code", wire_code(error)}});
}

std::vector<RpcTargetInfo> RpcCaller::targets() const
{
    std::vector<RpcTargetInfo> out;
    for (const auto& [name, daemon] : daemons_)
        for (const RpcEntry& entry : daemon->entries)
            for (const auto& target : entry.targets)
                out.push_back(
                    {name, target->id, address_of(*target), target->breaker.state(), target->calls, target->failures});
    return out;
}

} // namespace harvest::web
