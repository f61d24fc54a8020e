// Rpc inside one process: encoded bytes go from thread to thread, always asynchronously; errors travel as wire codes.
// For any thread. A call whose deadline passes is timed_out if it had not begun, else in_doubt.
#pragma once

#include "common/ports/rpc.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace harvest::local {

class LocalRpc final : public Rpc {
public:
    // `max_in_flight` calls a slot; more are refused as resource_exhausted.
    explicit LocalRpc(Clock& clock, std::size_t max_in_flight = 4'096);
    ~LocalRpc() override;

    AsyncResult<std::string> call(RpcRequest request) override;
    void serve(std::string daemon, std::string id, Executor executor, RpcHandler handler) override;
    // Calls that have begun end as they would; new ones find the next slot, or unavailable.
    void withdraw(const std::string& daemon, const std::string& id) override;

private:
    struct Slot;
    struct Daemon {
        std::vector<std::shared_ptr<Slot>> slots;
        std::size_t next{};
    };
    struct Call;
    std::shared_ptr<Slot> pick(const RpcRequest& request);
    static Task<void> answer(std::shared_ptr<Slot> slot, std::shared_ptr<Call> call);

    Clock& clock_;
    std::size_t max_in_flight_;
    std::mutex mutex_;
    std::map<std::string, Daemon> daemons_;
};

} // namespace harvest::local
