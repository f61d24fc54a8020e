#include "cli/bots/match_play.hpp"

#include "cli/bots/client.hpp"
#include "common/base/encoding.hpp"
#include "common/game/battle/errc.hpp"

namespace harvest::bots {
namespace {

constexpr Millis battle_silence = 90s; // longest time in a match without any push

struct OpAndData {
    std::string op, data;
};

OpAndData to_message(const game::battle::SeatCommand& command)
{
    using game::battle::CommandKind;
    const auto target = command.target ? std::optional(command.target) : std::nullopt;
    switch (command.kind) {
    case CommandKind::mulligan:
        return {"battle.mulligan", encode(protocol::MulliganRequest{command.cards})};
    case CommandKind::play: {
        const auto position = command.position >= 0 ? std::optional(command.position) : std::nullopt;
        return {"battle.play", encode(protocol::PlayRequest{command.card, target, position})};
    }
    case CommandKind::attack:
        return {"battle.attack", encode(protocol::AttackRequest{command.card, command.target})};
    case CommandKind::power: {
        std::optional<std::string> choice;
        if (command.choice == game::battle::Choice::keep) choice = "keep";
        if (command.choice == game::battle::Choice::bury) choice = "bury";
        return {"battle.power", encode(protocol::PowerRequest{target, choice})};
    }
    default:
        return {"battle.end_turn", "{}"};
    }
}

// What a table may say to whoever comes late: the match has moved or ended, the seat is lost, the nonce is fixed.
bool is_late(const Error& error)
{
    switch (classify(error)) {
    case Errc::unauthenticated:
    case Errc::not_found:
    case Errc::failed_precondition:
    case Errc::resource_exhausted:
        return true;
    default:
        return false;
    }
}

} // namespace

MatchPlay::MatchPlay(World& world, Observer& observer, const Habits& habits, Chance& chance, FairChance& fair,
                     LiveSession& lobby, Trouble& trouble, Millis ping_interval, std::string local_address)
    : world_(world),
      observer_(observer),
      habits_(habits),
      chance_(chance),
      fair_(fair),
      lobby_(lobby),
      trouble_(trouble),
      ping_interval_(ping_interval),
      local_address_(std::move(local_address)),
      rules_(world.rules())
{
}

AsyncResult<void> MatchPlay::join(LiveSession& table, const protocol::MatchFound& found, Deadline by)
{
    const protocol::EndpointInfo* place = nullptr;
    for (const protocol::EndpointInfo& endpoint : found.endpoints)
        if (!place || endpoint.transport == habits_.transport) place = &endpoint;
    if (!place) co_return Errc::not_found;
    const Endpoint endpoint{place->transport, place->host, place->port, place->fingerprint};
    const Result<void> up = co_await table.connect(endpoint, by);
    if (!up) co_return up.error();
    protocol::JoinRequest request;
    request.ticket = found.ticket;
    if (table.last_seq() > 0) request.last_seq = table.last_seq();
    const Result<protocol::RawJson> joined = co_await table.call("battle.join", encode(request), by);
    if (!joined) {
        tell("battle.join", joined.error(), table);
        co_return joined.error();
    }
    Result<protocol::JoinReply> reply = read<protocol::JoinReply>(*joined);
    if (!reply) co_return reply.error();
    if (!reply->resumed) table.expect_after(reply->last_seq);
    fair_.joined(*reply);
    if (reply->command.value_or(0) < acted_) acted_ = 0; // the tail that was not on disk is undone
    view_ = std::move(reply->view);                      // none before the deal, which may come anew
    if (reply->phase == "playing" && !view_) co_return co_await look(table);
    if (reply->phase != "nonces") co_return Result<void>{};
    if (fair_.nonce().empty()) fair_.choose_nonce(to_hex(chance_.bytes<32>()));
    std::string nonce_json = encode(protocol::NonceRequest{fair_.nonce()});
    const Result<protocol::RawJson> taken = co_await table.call("battle.nonce", std::move(nonce_json), by);
    if (taken)
        fair_.nonce_taken();
    else
        tell("battle.nonce", taken.error(), table);
    if (!taken && is_cut(taken.error())) co_return taken.error();
    co_return Result<void>{};
}

void MatchPlay::tell(std::string_view op, const Error& error, const LiveSession& table)
{
    if (is_late(error)) return observer_.refused(op, table.last_code());
    tell_undone(observer_, op, error, table.last_code());
}

void MatchPlay::note_end(protocol::BattleEnd end)
{
    observer_.match_ended(end.match, fair_.is_fair(end));
    end_ = std::move(end);
}

AsyncResult<void> MatchPlay::act(LiveSession& table, Instant seen_at)
{
    const Instant intended = seen_at + chance_.think_time(habits_);
    const auto left = intended - std::chrono::steady_clock::now();
    if (left > 0ms) co_await world_.clock.sleep_until(world_.clock.after(std::chrono::ceil<Millis>(left)));
    const game::battle::SeatCommand command =
        game::battle::bots::choose(habits_.level, *view_, *rules_, chance_.next());
    OpAndData message = to_message(command);
    const Instant sent = std::chrono::steady_clock::now();
    view_.reset(); // the next update brings it
    const Result<protocol::RawJson> taken =
        co_await table.call(std::move(message.op), std::move(message.data), world_.clock.after(call_time));
    if (taken) {
        observer_.done("battle.command", intended, sent);
        const Result<protocol::CommandReply> reply = read<protocol::CommandReply>(*taken);
        if (!reply) co_return reply.error();
        acted_ = reply->command;
        co_return Result<void>{};
    }
    // The clock may have ended the turn or the match while we thought; everything else is a fault worth counting.
    const bool too_late = taken.error() == game::battle::BattleErrc::not_your_turn ||
                          taken.error() == game::battle::BattleErrc::wrong_phase;
    if (!too_late) tell_undone(observer_, "battle.command", taken.error(), table.last_code());
    if (is_cut(taken.error())) co_return taken.error();
    co_return co_await look(table);
}

// Asks how things stand: after a refusal, and after a resume that missed nothing.
AsyncResult<void> MatchPlay::look(LiveSession& table)
{
    const Result<protocol::RawJson> state = co_await table.call("battle.state", "{}", world_.clock.after(call_time));
    if (!state) {
        tell("battle.state", state.error(), table);
        co_return state.error();
    }
    Result<protocol::StateReply> reply = read<protocol::StateReply>(*state);
    if (!reply) co_return reply.error();
    view_ = std::move(reply->view);
    co_return Result<void>{};
}

Result<void> MatchPlay::take(const Push& push)
{
    if (push.op == "battle.update") {
        Result<protocol::BattleUpdate> update = read<protocol::BattleUpdate>(push.data);
        if (!update) return update.error();
        fair_.dealt();
        if (update->command >= acted_) view_ = std::move(update->view); // an older one was under way while we acted
    } else if (push.op == "battle.rewound") {
        Result<protocol::BattleRewound> rewound = read<protocol::BattleRewound>(push.data);
        if (!rewound) return rewound.error();
        if (rewound->command >= acted_) view_ = std::move(rewound->view); // the join's reply told of it already
    } else if (push.op == "battle.end") {
        Result<protocol::BattleEnd> end = read<protocol::BattleEnd>(push.data);
        if (!end) return end.error();
        note_end(std::move(*end));
    }
    return {};
}

AsyncResult<void> MatchPlay::battle(LiveSession& table)
{
    Instant heard = std::chrono::steady_clock::now();
    Deadline tend_lobby = world_.clock.after(lobby_poll);
    while (!end_) {
        if (world_.clock.monotonic() >= tend_lobby.at) {
            if (lobby_.connected()) co_await lobby_.keep_alive(ping_interval_);
            tend_lobby = world_.clock.after(lobby_poll);
        }
        const bool mine = view_ && view_->winner == game::battle::Winner::none && game::battle::bots::to_act(*view_);
        if (mine && table.pushes_waiting() == 0) {
            const Result<void> acted = co_await act(table, heard);
            if (!acted) co_return acted.error();
        }
        Result<Push> push = co_await table.next_push(world_.clock.after(lobby_poll));
        if (!push && push.error() == Errc::timed_out) {
            if (std::chrono::steady_clock::now() - heard > battle_silence) {
                observer_.failed("battle", "silence");
                co_return Errc::unavailable;
            }
            continue;
        }
        if (!push) co_return push.error();
        heard = std::chrono::steady_clock::now();
        const Result<void> taken = take(*push);
        if (!taken) {
            observer_.failed("message", "malformed");
            co_return taken.error();
        }
        if (push->op == "battle.update" && chance_.happens(habits_.cut / 20)) {
            table.close();
            if (chance_.happens(0.5)) lobby_.close();
            co_return Errc::canceled;
        }
    }
    co_return Result<void>{};
}

// Plays one match to its end over as many links as that takes; whoever is cut comes back with the same ticket.
AsyncResult<void> MatchPlay::run(const protocol::MatchFound& found)
{
    std::int64_t last_seq = 0;
    for (;;) {
        LiveSession table(world_, observer_, habits_.transport, local_address_);
        table.expect_after(last_seq);
        Result<void> outcome = co_await join(table, found, world_.clock.after(call_time));
        const bool joined = outcome.has_value(), had_lobby = lobby_.connected();
        if (joined) {
            trouble_.mended(world_.clock.monotonic(), observer_);
            outcome = co_await battle(table);
        }
        last_seq = table.last_seq();
        table.close();
        if (outcome || !is_cut(outcome.error())) co_return outcome;
        trouble_.began(world_.clock.monotonic());
        // The match may have moved or ended meanwhile: then the lobby knows more than our ticket. Whoever lost both
        // links comes in as after a start.
        if (!joined || (had_lobby && !lobby_.connected())) co_return outcome;
    }
}

} // namespace harvest::bots
