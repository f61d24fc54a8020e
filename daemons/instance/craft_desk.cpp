#include "daemons/instance/craft_desk.hpp"

#include "common/protocol/idempotency.hpp"
#include "daemons/instance/tries.hpp"

namespace harvest::instance {
namespace {

using game::crafting::CraftErrc;

// The purse has moved on since we looked, or nobody knows: look again, and the key tells.
bool worth_another_craft(const Error& error)
{
    return error == Errc::conflict || error == CraftErrc::missing_ingredients || error == CraftErrc::not_owned ||
           error == Errc::in_doubt;
}

protocol::CraftAnswer done(std::string reply)
{
    protocol::CraftAnswer answer;
    answer.done.emplace().text = std::move(reply);
    return answer;
}

protocol::CraftAnswer lacks(const Lacking& lacking)
{
    protocol::CraftAnswer answer;
    answer.missing.emplace();
    for (const game::crafting::Item& item : lacking) answer.missing->push_back({item.asset, {item.amount}});
    return answer;
}

// What was done under the key before, if it was the same.
Result<protocol::CraftAnswer> done_before(const IdempotencyRecord& record, const CraftAsk& ask)
{
    if (record.request != ask.request) return protocol::IdempotencyErrc::key_reused;
    return done(record.reply);
}

template <class Request>
Result<Request> read_request(std::string_view method, std::string_view json, CraftAsk& ask)
{
    Result<Request> asked = protocol::decode<Request>(json);
    if (asked) ask.request = std::string(method) + " " + protocol::encode(*asked);
    return asked;
}

} // namespace

CraftDesk::CraftDesk(std::string source, const GameContents& contents, Crafting& crafting, Clock& clock,
                     Entropy& entropy)
    : source_(std::move(source)),
      contents_(contents),
      crafting_(crafting),
      clock_(clock)
{
    ids_.transfer = [&clock, &entropy] { return new_id<TransferId>(clock, entropy); };
    ids_.event = [&clock, &entropy] { return new_id<EventId>(clock, entropy); };
}

AsyncResult<std::string> CraftDesk::serve(RpcRequest request)
{
    Result<protocol::PlayerCall> call = protocol::decode<protocol::PlayerCall>(request.body);
    if (!call) co_return call.error();
    if (request.method != "craft.make" && request.method != "craft.dismantle") co_return Errc::not_found;
    if (!call->key || !protocol::is_idempotency_key(*call->key)) co_return protocol::IdempotencyErrc::key_missing;
    CraftAsk ask{std::move(call->player), std::move(*call->key), {}, source_, std::move(request.traceparent), {}};
    Result<protocol::CraftAnswer> answer = Errc::internal;
    if (request.method == "craft.make") {
        auto asked = read_request<protocol::CraftRequest>(request.method, call->request.text, ask);
        if (!asked) co_return asked.error();
        answer = co_await make(std::move(*asked), std::move(ask), request.by);
    } else {
        auto asked = read_request<protocol::DismantleRequest>(request.method, call->request.text, ask);
        if (!asked) co_return asked.error();
        answer = co_await take_apart(std::move(*asked), std::move(ask), request.by);
    }
    if (!answer) co_return answer.error();
    co_return protocol::encode(*answer);
}

AsyncResult<CraftView> CraftDesk::look(const CraftAsk& ask, Deadline by)
{
    return crafting_.view(ask.player, ask.key, ask.now, by);
}

AsyncResult<protocol::CraftAnswer> CraftDesk::make(protocol::CraftRequest asked, CraftAsk ask, Deadline by)
{
    for (Tries tries(worth_another_craft);;) {
        ask.now = clock_.now();
        const Result<CraftView> view = co_await look(ask, by);
        if (!view) co_return tries.outcome(view.error());
        if (view->done) co_return done_before(*view->done, ask);
        auto order = craft_order(*contents_.now()->recipes, *view, asked, ask, ids_);
        if (!order) co_return order.error();
        if (const auto* lacking = std::get_if<Lacking>(&*order)) co_return lacks(*lacking);
        Result<std::string> reply = co_await crafting_.craft(std::get<CraftOrder>(std::move(*order)), by);
        if (reply) co_return done(std::move(*reply));
        if (!tries.another_after(reply.error())) co_return tries.outcome(reply.error());
    }
}

AsyncResult<protocol::CraftAnswer> CraftDesk::take_apart(protocol::DismantleRequest asked, CraftAsk ask, Deadline by)
{
    for (Tries tries(worth_another_craft);;) {
        ask.now = clock_.now();
        const Result<CraftView> view = co_await look(ask, by);
        if (!view) co_return tries.outcome(view.error());
        if (view->done) co_return done_before(*view->done, ask);
        Result<DismantleOrder> order = dismantle_order(*contents_.now()->recipes, *view, asked, ask, ids_);
        if (!order) co_return order.error();
        Result<std::string> reply = co_await crafting_.dismantle(std::move(*order), by);
        if (reply) co_return done(std::move(*reply));
        if (!tries.another_after(reply.error())) co_return tries.outcome(reply.error());
    }
}

} // namespace harvest::instance
