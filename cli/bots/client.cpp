#include "cli/bots/client.hpp"

#include <algorithm>

namespace harvest::bots {
namespace {

// A path that ends in '/' is followed by the only member of the op's data.
struct Twin {
    std::string_view op, method, path;
};
constexpr std::array<Twin, 10> twins{{
    {"farm.get", "GET", "/v1/farm"},
    {"farm.plant", "POST", "/v1/farm/plant"},
    {"farm.water", "POST", "/v1/farm/water"},
    {"farm.harvest", "POST", "/v1/farm/harvest"},
    {"farm.expand", "POST", "/v1/farm/expand"},
    {"market.book", "GET", "/v1/market/book/"},
    {"market.order", "POST", "/v1/market/orders"},
    {"market.cancel", "DELETE", "/v1/market/orders/"},
    {"craft.make", "POST", "/v1/craft"},
    {"craft.dismantle", "POST", "/v1/craft/dismantle"},
}};

constexpr std::array<std::string_view, 25> refusals{
    "farm.plot_taken",       "farm.plot_empty",        "farm.not_ripe",
    "farm.not_thirsty",      "farm.no_seed",           "farm.no_compost",
    "farm.no_coin",          "farm.no_more_plots",     "market.no_coin",
    "market.no_goods",       "market.self_trade",      "market.no_such_order",
    "market.order_closed",   "market.too_many_orders", "craft.missing_ingredients",
    "craft.not_owned",       "social.already_friends", "social.already_asked",
    "social.no_such_player", "social.no_request",      "social.too_many_requests",
    "social.inbox_full",     "match.not_played",       "match.own_match",
    "battle.not_here",
};

HttpRequest twin_of(const Ask& ask)
{
    const auto twin = std::ranges::find(twins, ask.op, &Twin::op);
    if (twin == twins.end()) return {};
    std::string path(twin->path);
    const bool names_one = path.ends_with('/');
    if (names_one) {
        const auto member = protocol::decode<std::map<std::string, std::string>>(ask.data);
        if (member && !member->empty()) path += member->begin()->second;
    }
    std::string body = twin->method == "POST" ? ask.data : std::string();
    HttpRequest request = rest_request(std::string(twin->method), std::move(path), std::move(body));
    if (!ask.key.empty()) request.headers.emplace_back("idempotency-key", ask.key);
    return request;
}

} // namespace

bool is_refusal(std::string_view code)
{
    return std::ranges::find(refusals, code) != refusals.end();
}

void tell_undone(Observer& observer, std::string_view kind, const Error& error, std::string_view code)
{
    if (is_cut(error)) return observer.unanswered(kind, wire_code(classify(error)));
    if (is_refusal(code)) return observer.refused(kind, code);
    observer.failed(kind, code);
}

AsyncResult<std::string> Client::over_live(std::string op, std::string data, std::string key)
{
    if (!lobby_) co_return Errc::canceled;
    Result<protocol::RawJson> reply =
        co_await lobby_->call(std::move(op), std::move(data), world_.clock.after(call_time), std::move(key));
    if (reply) co_return std::move(reply->text);
    last_code_ = lobby_->last_code();
    co_return reply.error();
}

AsyncResult<std::string> Client::over_rest(HttpRequest request)
{
    Result<std::string> reply = co_await rest_.ask(std::move(request));
    if (!reply) last_code_ = rest_.last_code();
    co_return reply;
}

void Client::tell(std::string_view kind, Instant intended, Instant sent, const Result<std::string>& reply)
{
    if (reply) return observer_.done(kind, intended, sent);
    tell_undone(observer_, kind, reply.error(), last_code_);
}

AsyncResult<std::string> Client::ask_quietly(Ask ask)
{
    if (ask.door == Door::live) return over_live(std::move(ask.op), std::move(ask.data), std::move(ask.key));
    return over_rest(twin_of(ask));
}

AsyncResult<std::string> Client::ask(Ask ask)
{
    const Instant sent = std::chrono::steady_clock::now(), intended = ask.intended;
    const std::string kind = ask.op;
    Result<std::string> reply = co_await ask_quietly(std::move(ask));
    tell(kind, intended, sent, reply);
    co_return reply;
}

AsyncResult<std::string> Client::live(std::string op, std::string data, std::string_view kind)
{
    const Instant sent = std::chrono::steady_clock::now();
    const std::string told = kind.empty() ? op : std::string(kind);
    std::string no_key;
    Result<std::string> reply = co_await over_live(std::move(op), std::move(data), std::move(no_key));
    tell(told, sent, sent, reply);
    co_return reply;
}

AsyncResult<std::string> Client::rest(std::string_view kind, HttpRequest request)
{
    const Instant sent = std::chrono::steady_clock::now();
    Result<std::string> reply = co_await over_rest(std::move(request));
    tell(kind, sent, sent, reply);
    co_return reply;
}

AsyncResult<std::string> Client::look(std::string_view kind, std::string path, std::string query)
{
    HttpRequest request = rest_request("GET", std::move(path));
    request.query = std::move(query);
    return rest(kind, std::move(request));
}

} // namespace harvest::bots
