// /v1/tournaments: what the match daemon answers for the player.
#include "common/protocol/tournament_errc.hpp"
#include "common/protocol/tournaments.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/query.hpp"

namespace harvest::gateway {
namespace {

using protocol::TournamentErrc;

constexpr std::int64_t tournaments_a_page = 50;

Task<HttpResponse> ask_match(Rpc& rpc, std::string method, std::string body, const Call& call)
{
    RpcRequest request;
    request.daemon = "match";
    request.method = std::move(method);
    request.body = std::move(body);
    request.traceparent = call.trace.traceparent;
    request.by = call.by;
    Result<std::string> answer = co_await rpc.call(std::move(request));
    if (!answer) co_return problem(call, answer.error());
    co_return json_reply(200, std::move(*answer));
}

Task<HttpResponse> ask_of_one(Rpc& rpc, std::string method, std::optional<DeckId> deck, const Call& call)
{
    const Result<TournamentId> id = parse_id<TournamentId>(call.id);
    if (!id) co_return problem(call, make_error_code(TournamentErrc::no_such_tournament));
    const protocol::PlayerTournamentRequest asked{call.who.player, *id, std::move(deck)};
    co_return co_await ask_match(rpc, std::move(method), protocol::encode(asked), call);
}

} // namespace

Task<HttpResponse> handle_tournament_list(Rpc& rpc, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor", "state"});
    if (!query) co_return problem(call, query.error(), "query: cursor and state are known");
    const std::string &cursor = query->at(0), &named = query->at(1);
    if (!cursor.empty() && !parse_id<TournamentId>(cursor))
        co_return problem(call, make_error_code(Errc::invalid_argument), "query: cursor is not one of ours");
    protocol::PlayerTournamentsRequest asked;
    asked.player = call.who.player;
    asked.cursor = cursor;
    asked.limit = tournaments_a_page;
    protocol::TournamentState state{};
    if (!named.empty() && !boost::describe::enum_from_string(named.c_str(), state))
        co_return problem(call, make_error_code(Errc::invalid_argument),
                          "query: state is open, running, ended or cancelled");
    if (!named.empty()) asked.state = state;
    co_return co_await ask_match(rpc, "tournament.list", protocol::encode(asked), call);
}

Task<HttpResponse> handle_tournament(Rpc& rpc, const Call& call)
{
    std::optional<DeckId> none;
    co_return co_await ask_of_one(rpc, "tournament.get", std::move(none), call);
}

Task<HttpResponse> handle_tournament_enter(Rpc& rpc, const Call& call)
{
    std::string why;
    Result<protocol::TournamentEntryRequest> body = read_body<protocol::TournamentEntryRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    std::optional<DeckId> deck = std::move(body->deck);
    co_return co_await ask_of_one(rpc, "tournament.enter", std::move(deck), call);
}

Task<HttpResponse> handle_tournament_leave(Rpc& rpc, const Call& call)
{
    std::optional<DeckId> none;
    co_return co_await ask_of_one(rpc, "tournament.leave", std::move(none), call);
}

} // namespace harvest::gateway
