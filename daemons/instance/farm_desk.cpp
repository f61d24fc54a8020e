#include "daemons/instance/farm_desk.hpp"

#include "common/protocol/idempotency.hpp"
#include "daemons/instance/tries.hpp"

namespace harvest::instance {
namespace {

std::uint64_t random_word(Entropy& entropy)
{
    std::uint64_t word = 0;
    for (const std::uint8_t byte : entropy.bytes<8>()) word = word << 8 | byte;
    return word;
}

// The farm or the purse has moved on since we looked, or nobody knows: look again, and the key tells.
bool worth_another_round(const Error& error)
{
    return error == Errc::conflict || error == Errc::failed_precondition || error == Errc::in_doubt;
}

} // namespace

FarmDesk::FarmDesk(std::string source, const GameContents& contents, Farms& farms, Clock& clock, Entropy& entropy)
    : source_(std::move(source)),
      contents_(contents),
      farms_(farms),
      clock_(clock)
{
    chance_.seed = [&entropy] { return random_word(entropy); };
    chance_.transfer = [&clock, &entropy] { return new_id<TransferId>(clock, entropy); };
    chance_.event = [&clock, &entropy] { return new_id<EventId>(clock, entropy); };
}

AsyncResult<std::string> FarmDesk::serve(RpcRequest request)
{
    Result<protocol::PlayerCall> call = protocol::decode<protocol::PlayerCall>(request.body);
    if (!call) co_return call.error();
    if (request.method == "farm.get") co_return co_await look(std::move(call->player), request.by);
    Result<FarmAction> action = read_farm_action(request.method, call->request.text);
    if (!action) co_return action.error();
    if (!call->key || !protocol::is_idempotency_key(*call->key)) co_return protocol::IdempotencyErrc::key_missing;
    co_return co_await act(std::move(*call), std::move(*action), std::move(request.traceparent), request.by);
}

AsyncResult<std::string> FarmDesk::look(PlayerId player, Deadline by)
{
    Result<FarmView> view = co_await farms_.view(std::move(player), std::string(), clock_.now(), by);
    if (!view) co_return view.error();
    const std::shared_ptr<const game::farm::Content> content = contents_.now()->farm;
    const KeptFarm kept = farm_of(*content, std::move(view->kept));
    const Millis now = clock_.now();
    ripening_.see(kept.player, *content, kept.farm, now);
    const protocol::FarmInfo info = farm_info(*content, kept, now);
    co_return protocol::encode(info);
}

AsyncResult<std::string> FarmDesk::act(protocol::PlayerCall call, FarmAction action, std::string traceparent,
                                       Deadline by)
{
    FarmAsk ask{action, *call.key, source_, std::move(traceparent), Millis{}};
    for (Tries tries(worth_another_round);;) {
        ask.now = clock_.now();
        const Result<FarmView> view = co_await farms_.view(call.player, ask.key, ask.now, by);
        if (!view) co_return tries.outcome(view.error());
        if (view->done) {
            if (view->done->request != action.request) co_return protocol::IdempotencyErrc::key_reused;
            co_return view->done->reply;
        }
        const std::shared_ptr<const game::farm::Content> content = contents_.now()->farm;
        Result<FarmChange> change = farm_change(*content, *view, ask, chance_);
        if (!change) co_return change.error();
        const game::farm::Farm farm = change->next.farm;
        Result<std::string> reply = co_await farms_.change(std::move(*change), by);
        if (reply) {
            ripening_.see(call.player, *content, farm, ask.now);
            co_return reply;
        }
        if (!tries.another_after(reply.error())) co_return tries.outcome(reply.error());
    }
}

} // namespace harvest::instance
