// Rpc over the network: HTTP/1.1 + JSON over mutual TLS 1.3, on a thread of its own. Calls to a daemon of this process
// go through the in-process Rpc, which also answers what comes in. Peers know each other by the DNS name
// "<daemon>.harvest" in a certificate of the installation's private CA.
#pragma once

#include "common/adapters/web/listener_config.hpp"
#include "common/adapters/web/rpc_breaker.hpp"
#include "common/adapters/web/rpc_rules.hpp"
#include "common/crypto/private_ca.hpp"
#include "common/ports/rpc.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::web {

// Daemon -> where it answers: "[id@]host:port". A name may stand for many addresses; without an id any slot may be
// behind it, and a call to one slot finds out which.
using RpcTargets = std::map<std::string, std::vector<std::string>>;

struct HttpRpcConfig {
    bool listen{true};
    std::string address{"127.0.0.1"};
    std::uint16_t port{7500}; // 0: the kernel chooses
    crypto::PeerFiles tls;    // read again when they change
    RpcTargets targets;
    RpcRules rules; // of what comes in; without any, nobody may call

    std::size_t max_connections{16}; // to one target
    std::size_t max_waiting{1'024};  // calls for one of those; more: the next target
    std::size_t max_calls{8'192};    // of this process at once; more: resource_exhausted
    Millis connect_timeout{2'000};   // name, socket and TLS
    Millis names_live{10'000};       // then a DNS name is looked up again
    BreakerConfig breaker;

    std::size_t max_peers{1'024};     // connections that come in
    std::size_t max_in_flight{4'096}; // calls that came in; more are refused
    Millis handshake_timeout{3'000};  // from the TCP connect to the first request's head
    Millis drain_timeout{10'000};
    Millis files_checked_every{10'000};
};

struct RpcTargetInfo {
    std::string daemon, id, address; // "10.0.0.7:7501"
    Breaker::State breaker{};
    std::uint64_t calls{}, failures{}; // failures: not sent, or not answered
};

class HttpRpc final : public Rpc {
public:
    // Reads the certificates, binds and starts. `local` and `clock` must outlive it. Throws boost::system::system_error
    // with a line for people: the errors of load_peer_identity(), invalid_argument (a bad target or address),
    // unavailable (port in use), permission_denied (port).
    HttpRpc(HttpRpcConfig config, Rpc& local, Clock& clock);
    ~HttpRpc() override; // stop(), if it was not called

    AsyncResult<std::string> call(RpcRequest request) override;
    void serve(std::string daemon, std::string id, Executor executor, RpcHandler handler) override;
    void withdraw(const std::string& daemon, const std::string& id) override;

    std::uint16_t port() const; // 0: it does not listen
    // Lets calls that came in end, cancels those that went out, ends the thread. Blocks.
    void stop();

    // The next four from any thread but its own; they wait for it.
    // Reads the certificate files: new connections use them, old ones end after their call. On an error, of
    // load_peer_identity(), the old ones stay.
    Result<void> reload(std::string& why);
    // Errors: invalid_argument (names the target).
    Result<void> retarget(RpcTargets targets, std::string& why);
    std::vector<RpcTargetInfo> targets() const;
    Millis certificate_expires() const;

    const WebCounters& counters() const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

} // namespace harvest::web
