// matches, their records, and the queue.
#include "cli/api/admin_api.hpp"
#include "common/ports/records/battle_record.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/queue_explain.hpp"

#include <fmt/format.h>

namespace harvest::cli::api {
namespace {

std::string_view state_name(MatchState state)
{
    constexpr std::string_view names[] = {"made", "playing", "ended", "aborted"};
    return names[static_cast<std::size_t>(state)];
}

std::optional<MatchState> state_of(std::string_view name)
{
    for (const MatchState state : {MatchState::made, MatchState::playing, MatchState::ended, MatchState::aborted})
        if (state_name(state) == name) return state;
    return std::nullopt;
}

std::string time_text(Millis at)
{
    return at.count() > 0 ? to_rfc3339(at) : "";
}

MatchItem item_of(const Match& match)
{
    MatchItem item;
    item.id = match.id.value;
    item.mode = match.mode;
    item.state = std::string(state_name(match.state));
    item.players = match.seats[0].name + " vs " + match.seats[1].name;
    item.created_at = time_text(match.created_at);
    item.ended_at = time_text(match.ended_at);
    item.instance = match.instance;
    item.epoch = {match.epoch};
    item.content = match.content_hash;
    item.commitment = match.commitment;
    for (const MatchSeat& seat : match.seats)
        item.seats.push_back({seat.player.value, seat.name, seat.farmer, seat.bot});
    if (match.result) {
        const int winner = match.result->winner;
        item.winner = winner < 0 || winner > 1 ? "draw" : match.seats[static_cast<std::size_t>(winner)].name;
        item.reason = match.result->reason;
        item.turns = match.result->turns;
        item.commands = {match.result->commands};
        item.final_hash = match.result->final_hash;
    }
    return item;
}

// By id or short form among the newest matches.
AsyncResult<Match> find_match(const World& world, const std::string& which, Call& call)
{
    const Result<MatchId> id = parse_id<MatchId>(which);
    if (id) {
        Result<Match> match = co_await world.matches.get(*id, call.by);
        if (!match) call.why = fmt::format("no match {}", which);
        co_return match;
    }
    MatchFilter filter;
    filter.limit = 1000;
    const auto newest = co_await world.matches.list(std::move(filter), call.by);
    if (!newest) co_return newest.error();
    const Match* found = nullptr;
    for (const Match& match : *newest) {
        if (short_id(match.id.value) != which) continue;
        if (found) {
            call.why = fmt::format("two matches are {}; give the whole id", which);
            co_return Errc::conflict;
        }
        found = &match;
    }
    if (found) co_return *found;
    call.why = fmt::format("no match {}", which);
    co_return Errc::not_found;
}

} // namespace

AsyncResult<std::string> list_matches(const World& world, Call& call)
{
    MatchFilter filter;
    filter.limit = call.limit();
    filter.after = call.query("cursor");
    filter.state = state_of(call.query("state"));
    const std::string who = call.query("player");
    if (!who.empty()) {
        const Result<Account> player = co_await find_player(world, who, call);
        if (!player) co_return player.error();
        filter.player = player->id;
    }
    const std::string mode = call.query("mode");
    const std::size_t limit = filter.limit;
    const auto found = co_await world.matches.list(std::move(filter), call.by);
    if (!found) co_return found.error();
    std::vector<MatchItem> items;
    for (const Match& match : *found)
        if (mode.empty() || match.mode == mode) items.push_back(item_of(match));
    const std::string next = found->size() == limit ? found->back().id.value : "";
    std::string text = list_body("MatchList", items, next);
    co_return text;
}

AsyncResult<std::string> get_match(const World& world, Call& call)
{
    const std::string which = call.path[0];
    const Result<Match> match = co_await find_match(world, which, call);
    if (!match) co_return match.error();
    std::string text = object_body("Match", item_of(*match));
    co_return text;
}

AsyncResult<std::string> get_record(const World& world, Call& call)
{
    const std::string which = call.path[0];
    const Result<Match> match = co_await find_match(world, which, call);
    if (!match) co_return match.error();
    const auto log = co_await world.matches.battle_log(match->id, call.by);
    if (!log) co_return log.error();
    const auto rules = co_await world.contents->rules(match->content_hash, call.by);
    if (!rules) co_return rules.error();
    const auto record = battle_record(*match, *log, **rules);
    if (!record) {
        call.why = match->state == MatchState::ended
                       ? record.error().message()
                       : fmt::format("{} is {}: only an ended match can be proved", which, state_name(match->state));
        co_return record.error();
    }
    std::string text = "{\"kind\":\"MatchRecord\",\"match\":" + protocol::encode(item_of(*match)) +
                       ",\"record\":" + protocol::encode(*record) + "}";
    co_return text;
}

AsyncResult<std::string> list_queue(const World& world, Call& call)
{
    const auto tickets = co_await world.matches.queued(call.by);
    if (!tickets) co_return tickets.error();
    const Millis now = world.clock.now();
    const std::string mode = call.query("mode");
    const bool with_ratings = call.query("ratings") == "true";
    std::vector<QueueItem> items;
    for (const MatchTicket& ticket : *tickets) {
        if (!mode.empty() && ticket.mode != mode) continue;
        const double waited = static_cast<double>((now - ticket.queued_at).count()) / 1000;
        QueueItem item{
            ticket.id.value, ticket.player.value, ticket.mode, to_rfc3339(ticket.queued_at), waited, {}, {}, {}};
        if (with_ratings) {
            const Result<Rating> rating = co_await world.matches.rating(ticket.player, ticket.mode, call.by);
            if (!rating) co_return rating.error();
            item.rating = static_cast<double>(rating->rating) / 1000;
            item.deviation = static_cast<double>(rating->deviation) / 1000;
            const auto wish =
                protocol::decode<protocol::MatchPreferences>(ticket.preferences, nullptr, protocol::Unknown::ignore);
            if (wish) item.max_rating_gap = wish->max_rating_gap;
        }
        items.push_back(std::move(item));
    }
    std::string text = list_body("QueueTicketList", items);
    co_return text;
}

// By id or short form, as the match daemon that holds it explains it.
AsyncResult<std::string> explain_queue(const World& world, Call& call)
{
    const std::string& which = call.path[0];
    const auto tickets = co_await world.matches.queued(call.by);
    if (!tickets) co_return tickets.error();
    std::vector<TicketId> found;
    for (const MatchTicket& ticket : *tickets)
        if (ticket.id.value == which || short_id(ticket.id.value) == which) found.push_back(ticket.id);
    if (found.size() != 1) {
        call.why = found.empty() ? fmt::format("no ticket {} waits", which)
                                 : fmt::format("two tickets are {}; give the whole id", which);
        co_return found.empty() ? Errc::not_found : Errc::conflict;
    }
    const protocol::ExplainRequest asked{found.front()};
    RpcRequest request{"match", "", "explain", protocol::encode(asked), "", call.by};
    const Result<std::string> reply = co_await world.rpc.call(std::move(request));
    if (!reply) {
        if (classify(reply.error()) == Errc::not_found)
            call.why = fmt::format("ticket {} is on its way into a match", which);
        co_return reply.error();
    }
    const auto explained = protocol::decode<protocol::QueueExplanation>(*reply, nullptr, protocol::Unknown::ignore);
    if (!explained) co_return Errc::internal;
    std::string text = object_body("QueueExplanation", *explained);
    co_return text;
}

} // namespace harvest::cli::api
