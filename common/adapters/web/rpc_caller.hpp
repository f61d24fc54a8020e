// The calling side of HttpRpc, for its thread: finds a target that answers and asks it, the next one only if nothing
// was sent.
#pragma once

#include "common/adapters/web/client.hpp"
#include "common/adapters/web/http_rpc.hpp"
#include "common/runtime/task_group.hpp"

namespace harvest::web {

struct RpcTarget;
struct RpcDaemon;
struct RpcEntry;

class RpcCaller {
public:
    RpcCaller(const HttpRpcConfig& config, Executor executor, Clock& clock, TaskGroup& tasks);
    ~RpcCaller();

    // Errors: invalid_argument (`why` names the target).
    Result<void> retarget(const RpcTargets& targets, std::string& why);
    // Throws std::runtime_error if certificate and key are not a pair.
    void replace_identity(const crypto::PeerIdentity& identity);
    void close(); // every connection; no call is in flight any more
    AsyncResult<std::string> call(const RpcRequest& request);
    std::vector<RpcTargetInfo> targets() const;

private:
    struct Answer;
    Task<void> find_addresses(std::shared_ptr<RpcDaemon> daemon, std::size_t entry);
    void refresh(const std::shared_ptr<RpcDaemon>& daemon);
    Task<Answer> ask(std::shared_ptr<RpcTarget> target, const RpcRequest& request);
    std::shared_ptr<RpcTarget> make_target(const RpcDaemon& daemon, const std::string& id, const std::string& host,
                                           std::uint16_t port);
    std::shared_ptr<RpcTarget> keep_target(const RpcDaemon& daemon, const RpcEntry& entry);
    void note_failure(RpcTarget& target, const Error& error);

    const HttpRpcConfig& config_;
    Executor executor_;
    Clock& clock_;
    TaskGroup& tasks_;
    std::unique_ptr<HttpClients> clients_;
    std::map<std::string, std::shared_ptr<RpcDaemon>> daemons_;
};

} // namespace harvest::web
