#include "common/adapters/local/local_rpc.hpp"

#include "common/base/log.hpp"
#include "common/runtime/one_shot.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <utility>
#include <variant>

namespace harvest::local {

struct LocalRpc::Slot {
    std::string id;
    Executor executor;
    RpcHandler handler;
    std::atomic<std::size_t> in_flight{0};
};

namespace {

// What comes back over the wire: the reply, or the callee's code as text.
struct Reply {
    bool failed{};
    std::string bytes;
};

Reply encode(Result<std::string> outcome)
{
    if (outcome && outcome->size() > max_rpc_body_bytes) {
        log::error("a reply between daemons is too large to be sent", {{"bytes", outcome->size()}});
        outcome = Errc::internal;
    }
    if (outcome) return {false, std::move(*outcome)};
    return {true, std::string(wire_code(outcome.error()))};
}

Result<std::string> decode(Reply reply)
{
    if (reply.failed) return from_wire_code(reply.bytes);
    return std::move(reply.bytes);
}

} // namespace

struct LocalRpc::Call {
    RpcRequest request;
    enum class Phase { waiting, begun, given_up };
    std::atomic<Phase> phase{Phase::waiting};

    bool leave_waiting(Phase next)
    {
        Phase expected = Phase::waiting;
        return phase.compare_exchange_strong(expected, next);
    }
    std::shared_ptr<OneShot<Reply>> reply = std::make_shared<OneShot<Reply>>();
};

LocalRpc::LocalRpc(Clock& clock, std::size_t max_in_flight) : clock_(clock), max_in_flight_(max_in_flight) {}

LocalRpc::~LocalRpc() = default;

std::shared_ptr<LocalRpc::Slot> LocalRpc::pick(const RpcRequest& request)
{
    const std::lock_guard lock(mutex_);
    const auto found = daemons_.find(request.daemon);
    if (found == daemons_.end() || found->second.slots.empty()) return nullptr;
    Daemon& daemon = found->second;
    if (request.id.empty()) return daemon.slots[daemon.next++ % daemon.slots.size()];
    for (const auto& slot : daemon.slots)
        if (slot->id == request.id) return slot;
    return nullptr;
}

Task<void> LocalRpc::answer(std::shared_ptr<Slot> slot, std::shared_ptr<Call> call)
{
    if (!call->leave_waiting(Call::Phase::begun)) co_return;
    Result<std::string> outcome = co_await slot->handler(std::move(call->request));
    call->reply->complete(encode(std::move(outcome)));
}

AsyncResult<std::string> LocalRpc::call(RpcRequest request)
{
    using namespace asio::experimental::awaitable_operators;
    const Deadline by = request.by;
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    if (request.body.size() > max_rpc_body_bytes) co_return Errc::invalid_argument;
    const std::shared_ptr<Slot> slot = pick(request);
    if (!slot) co_return Errc::unavailable;
    if (slot->in_flight.fetch_add(1) >= max_in_flight_) {
        slot->in_flight.fetch_sub(1);
        co_return Errc::resource_exhausted;
    }
    const auto call = std::make_shared<Call>();
    call->request = std::move(request);
    auto ended = [slot, call](std::exception_ptr failure) {
        slot->in_flight.fetch_sub(1);
        if (failure) {
            try {
                std::rethrow_exception(failure);
            }
            catch (const std::exception& error) {
                log::error("an Rpc handler ended by an exception", {{"error.message", error.what()}});
            }
        }
        call->reply->complete(make_error_code(failure ? Errc::internal : Errc::canceled)); // no reply was given
    };
    asio::co_spawn(slot->executor, answer(slot, call), std::move(ended));

    auto outcome = co_await (OneShot<Reply>::wait(call->reply) || clock_.sleep_until(by));
    if (outcome.index() == 1) {
        if (!std::get<1>(outcome)) co_return Errc::canceled;
        co_return call->leave_waiting(Call::Phase::given_up) ? Errc::timed_out : Errc::in_doubt;
    }
    Result<Reply> reply = std::get<0>(std::move(outcome));
    if (!reply) {
        call->leave_waiting(Call::Phase::given_up);
        co_return reply.error();
    }
    co_return decode(std::move(*reply));
}

void LocalRpc::serve(std::string daemon, std::string id, Executor executor, RpcHandler handler)
{
    auto slot = std::make_shared<Slot>();
    slot->id = std::move(id);
    slot->executor = std::move(executor);
    slot->handler = std::move(handler);
    const std::lock_guard lock(mutex_);
    auto& slots = daemons_[daemon].slots;
    std::erase_if(slots, [&slot](const auto& other) { return other->id == slot->id; });
    slots.push_back(std::move(slot));
}

void LocalRpc::withdraw(const std::string& daemon, const std::string& id)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = daemons_.find(daemon); found != daemons_.end())
        std::erase_if(found->second.slots, [&id](const auto& slot) { return slot->id == id; });
}

} // namespace harvest::local
