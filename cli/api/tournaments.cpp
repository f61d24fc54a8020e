// tournaments: what is played, and what operators and judges do about it.
#include "cli/api/change.hpp"
#include "cli/api/tournament_types.hpp"
#include "common/game/tournament/standings.hpp"
#include "common/protocol/tournament_errc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace harvest::cli::api {
namespace {

using protocol::TournamentErrc;
using protocol::TournamentState;
using Names = std::map<PlayerId, std::string>;

std::string time_or_none(Millis at)
{
    return at == Millis{} ? "" : to_rfc3339(at);
}

template <class Enum>
std::string word_of(Enum value)
{
    return boost::describe::enum_to_string(value, "unknown");
}

void fill(TournamentItem& item, const Tournament& tournament)
{
    item.id = tournament.id.value;
    item.name = tournament.rules.name;
    item.made_from = tournament.made_from;
    item.format = word_of(tournament.rules.format);
    item.state = word_of(tournament.state);
    item.round = tournament.round;
    item.rounds = tournament.rounds;
    item.players = static_cast<std::int64_t>(tournament.entries.size());
    item.min_players = tournament.rules.min_players;
    item.max_players = tournament.rules.max_players;
    item.round_minutes = tournament.rules.round_length / 1min;
    item.created_at = to_rfc3339(tournament.created_at);
    item.started_at = time_or_none(tournament.started_at);
    item.round_until = tournament.state == TournamentState::running ? time_or_none(tournament.round_until) : "";
    item.ended_at = time_or_none(tournament.ended_at);
}

TournamentView view_of(const Tournament& tournament, const Names& names)
{
    const auto name_of = [&](const PlayerId& player) {
        const auto name = names.find(player);
        return name == names.end() ? "" : name->second;
    };
    TournamentView view;
    fill(view, tournament);
    for (const game::tournament::Standing& each : game::tournament::standings(field_of(tournament)))
        view.standings.push_back({each.place, each.player.value, name_of(each.player), each.points, each.wins,
                                  each.draws, each.losses, each.byes, each.buchholz, each.opponents_win_rate,
                                  each.dropped});
    for (const TournamentPairing& each : tournament.pairings)
        view.pairings.push_back({each.seats.round, each.seats.table, each.seats.first.value, name_of(each.seats.first),
                                 each.seats.second.value, name_of(each.seats.second), word_of(each.seats.outcome),
                                 each.decided_by, each.match.value, each.attempts});
    return view;
}

// By id or short form among the newest ones.
AsyncResult<Tournament> find_tournament(const World& world, std::string which, Call& call)
{
    const Result<TournamentId> whole = parse_id<TournamentId>(which);
    TournamentId id;
    if (whole) {
        id = *whole;
    } else {
        TournamentFilter filter;
        filter.limit = 1000;
        const auto newest = co_await world.tournaments->list(std::move(filter), call.by);
        if (!newest) co_return newest.error();
        for (const Tournament& each : *newest) {
            if (short_id(each.id.value) != which) continue;
            if (!id.empty()) {
                call.why = fmt::format("two tournaments are {}; give the whole id", which);
                co_return Errc::conflict;
            }
            id = each.id;
        }
    }
    if (id.empty()) {
        call.why = fmt::format("no tournament {}", which);
        co_return TournamentErrc::no_such_tournament;
    }
    co_return co_await world.tournaments->get(std::move(id), call.by);
}

// What a change asks for beyond the act itself.
struct Asked {
    std::string reason;
    std::optional<std::string> ticket, plan;
    bool dry_run{};
    std::string inverse = {};
};

using Act = std::function<AsyncResult<void>()>;

// Planned, audited, done.
AsyncResult<std::string> carry_out(const World& world, Call& call, Asked asked, Plan plan, std::string about, Act act)
{
    plan.affects = {{"tournaments", 1}};
    const Result<void> named = name_plan(plan, about, asked.plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked.dry_run) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    auto record = begin_change(world, call, plan.action, plan.target, asked.reason, asked.ticket, plan.id);
    if (!record) co_return record.error();
    record->undo = asked.inverse;
    const Result<void> done = co_await act();
    end_change(world, *record, done ? Error{} : done.error());
    if (!done) co_return done.error();
    const Done answer{plan.action, plan.target, plan.target_name, record->id, undo_line(*record, plan), plan.affects};
    std::string text = object_body("Done", answer);
    co_return text;
}

std::string rules_text(const TournamentRules& rules)
{
    std::string text = fmt::format("{}\n{} {} {} {} {}\n", rules.name, word_of(rules.format), rules.rounds,
                                   rules.round_length.count(), rules.min_players, rules.max_players);
    for (const TournamentPrize& prize : rules.prizes)
        text += fmt::format("{} {} {}\n", prize.place, prize.asset, prize.amount);
    return text;
}

Plan plan_of(std::string action, std::string level, const Tournament& tournament, std::string change)
{
    Plan plan;
    plan.action = std::move(action);
    plan.level = std::move(level);
    plan.target = tournament.id.value;
    plan.target_name = tournament.rules.name;
    plan.changes.push_back(std::move(change));
    plan.undo = "cannot be undone: players act on it";
    return plan;
}

std::string state_of(const Tournament& tournament, const Plan& plan)
{
    return fmt::format("{}\n{}{}", plan.target, tournament.version, plan.changes.front());
}

// The template's rules, with what is asked to be otherwise. Errors: invalid_argument, with Call::why.
Result<TournamentRules> rules_of(const game::tournament::Template& from, const CreateTournament& asked, Call& call)
{
    TournamentRules rules;
    rules.name = asked.name.value_or(from.name);
    rules.format = from.format;
    rules.rounds = static_cast<int>(std::clamp<std::int64_t>(asked.rounds.value_or(from.rounds), 0, 16));
    rules.round_length =
        asked.round_minutes ? std::clamp<std::int64_t>(*asked.round_minutes, 1, 1440) * 1min : from.round_length;
    rules.min_players = asked.min_players.value_or(from.min_players);
    rules.max_players = asked.max_players.value_or(from.max_players);
    for (const game::tournament::Prize& prize : from.prizes)
        for (const game::farm::Item& item : prize.reward)
            rules.prizes.push_back({prize.place, item.asset, item.amount});
    const bool sized = rules.min_players >= 2 && rules.max_players >= rules.min_players && rules.max_players <= 256;
    if (!sized) call.why = "min_players: 2 or more; max_players: no less than that, and 256 at most";
    const bool named = !rules.name.empty() && rules.name.size() <= 100;
    if (!named) call.why = "name: 1 to 100 bytes";
    if (!sized || !named) return Errc::invalid_argument;
    return rules;
}

} // namespace

AsyncResult<std::string> list_tournaments(const World& world, Call& call)
{
    TournamentFilter filter;
    filter.limit = call.limit();
    filter.after = call.query("cursor");
    TournamentState state{};
    const std::string named = call.query("state");
    if (!named.empty() && !boost::describe::enum_from_string(named.c_str(), state)) co_return Errc::invalid_argument;
    if (!named.empty()) filter.state = state;
    const std::size_t limit = filter.limit;
    const auto found = co_await world.tournaments->list(std::move(filter), call.by);
    if (!found) co_return found.error();
    std::vector<TournamentItem> items;
    for (const Tournament& each : *found) fill(items.emplace_back(), each);
    const std::string next = found->size() == limit ? found->back().id.value : "";
    std::string text = list_body("TournamentList", items, next);
    co_return text;
}

AsyncResult<std::string> get_tournament(const World& world, Call& call)
{
    std::string which = call.path[0];
    const Result<Tournament> tournament = co_await find_tournament(world, std::move(which), call);
    if (!tournament) co_return tournament.error();
    Names names;
    for (const TournamentEntry& entry : tournament->entries) names[entry.player] = entry.name;
    std::string text = object_body("Tournament", view_of(*tournament, names));
    co_return text;
}

AsyncResult<std::string> create_tournament(const World& world, Call& call)
{
    const Result<CreateTournament> asked = protocol::decode<CreateTournament>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const std::shared_ptr<const game::GameData> data = world.contents->now();
    const std::vector<game::tournament::Template>& templates = *data->tournaments;
    const auto from = std::ranges::find(templates, asked->made_from, &game::tournament::Template::id);
    if (from == templates.end()) {
        call.why = "templates:";
        for (const game::tournament::Template& each : templates) call.why += ' ' + each.id;
        co_return TournamentErrc::no_such_template;
    }
    Result<TournamentRules> rules = rules_of(*from, *asked, call);
    if (!rules) co_return rules.error();
    Tournament made;
    made.id = new_id<TournamentId>(world.clock, world.entropy);
    made.made_from = from->id;
    made.rules = std::move(*rules);
    made.created_at = world.clock.now();
    std::array<std::uint8_t, 8> chance{};
    world.entropy.fill(chance);
    for (const std::uint8_t byte : chance) made.seed = (made.seed << 7) ^ byte;
    Plan plan = plan_of("tournament.create", "mild", made,
                        fmt::format("{} ({}) is open to {} players", made.rules.name, word_of(made.rules.format),
                                    made.rules.max_players));
    std::string about = fmt::format("{}\n{}", from->id, rules_text(made.rules)); // its own id is made anew each time
    plan.undo = "tournament.end, until it begins";
    Asked how{asked->reason, asked->ticket, asked->plan, asked->dry_run.value_or(false)};
    how.inverse = inverse_of("/admin/v1/tournaments/" + made.id.value + "/end", R"({"unstarted":true})");
    Act act = [&] { return world.tournaments->create(made, call.by); };
    co_return co_await carry_out(world, call, std::move(how), std::move(plan), std::move(about), std::move(act));
}

AsyncResult<std::string> start_tournament(const World& world, Call& call)
{
    const Result<ChangeTournament> asked = protocol::decode<ChangeTournament>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    std::string which = call.path[0];
    const Result<Tournament> tournament = co_await find_tournament(world, std::move(which), call);
    if (!tournament) co_return tournament.error();
    Plan plan = plan_of("tournament.start", "moderate", *tournament,
                        fmt::format("it begins with {} players, and nobody else enters", tournament->entries.size()));
    Asked how{asked->reason, asked->ticket, asked->plan, asked->dry_run.value_or(false)};
    Act act = [&] { return world.tournaments->start(tournament->id, world.clock.now(), call.by); };
    std::string about = state_of(*tournament, plan);
    co_return co_await carry_out(world, call, std::move(how), std::move(plan), std::move(about), std::move(act));
}

AsyncResult<std::string> end_tournament(const World& world, Call& call)
{
    const Result<ChangeTournament> asked = protocol::decode<ChangeTournament>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    std::string which = call.path[0];
    const Result<Tournament> tournament = co_await find_tournament(world, std::move(which), call);
    if (!tournament) co_return tournament.error();
    const bool unstarted = asked->unstarted.value_or(false);
    if (unstarted && tournament->state != TournamentState::open) {
        call.why = fmt::format("the tournament is {} by now", word_of(tournament->state));
        co_return Errc::conflict;
    }
    Plan plan =
        plan_of("tournament.end", "moderate", *tournament, "it is cancelled: no round follows, nothing is paid");
    Asked how{asked->reason, asked->ticket, asked->plan, asked->dry_run.value_or(false)};
    Act act = [&] { return world.tournaments->cancel(tournament->id, unstarted, world.clock.now(), call.by); };
    std::string about = state_of(*tournament, plan);
    co_return co_await carry_out(world, call, std::move(how), std::move(plan), std::move(about), std::move(act));
}

AsyncResult<std::string> drop_from_tournament(const World& world, Call& call)
{
    const Result<ChangeTournament> asked = protocol::decode<ChangeTournament>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    if (!asked->player) call.why = "player: who is dropped";
    if (!asked->player) co_return Errc::invalid_argument;
    std::string which = call.path[0], who = *asked->player;
    const Result<Tournament> tournament = co_await find_tournament(world, std::move(which), call);
    if (!tournament) co_return tournament.error();
    const Result<Account> player = co_await find_player(world, std::move(who), call);
    if (!player) co_return player.error();
    Plan plan = plan_of("tournament.drop", "moderate", *tournament,
                        fmt::format("{} is paired no more, and loses an open pairing", player->name));
    Asked how{asked->reason, asked->ticket, asked->plan, asked->dry_run.value_or(false)};
    Act act = [&] { return world.tournaments->drop(tournament->id, player->id, world.clock.now(), call.by); };
    std::string about = state_of(*tournament, plan);
    co_return co_await carry_out(world, call, std::move(how), std::move(plan), std::move(about), std::move(act));
}

AsyncResult<std::string> override_tournament(const World& world, Call& call)
{
    const Result<ChangeTournament> asked = protocol::decode<ChangeTournament>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const bool whole = asked->round && asked->table && asked->outcome;
    if (!whole) call.why = "round, table and outcome: of the pairing that is decided";
    if (!whole) co_return Errc::invalid_argument;
    std::string which = call.path[0];
    const Result<Tournament> tournament = co_await find_tournament(world, std::move(which), call);
    if (!tournament) co_return tournament.error();
    TournamentRuling ruling;
    ruling.tournament = tournament->id;
    ruling.round = static_cast<int>(std::clamp<std::int64_t>(*asked->round, 0, 1000));
    ruling.table = static_cast<int>(std::clamp<std::int64_t>(*asked->table, 0, 1000));
    ruling.outcome = *asked->outcome;
    ruling.judge = call.actor;
    Plan plan = plan_of("tournament.override", "mild", *tournament,
                        fmt::format("round {}, table {}: {}", ruling.round, ruling.table, word_of(ruling.outcome)));
    Asked how{asked->reason, asked->ticket, asked->plan, asked->dry_run.value_or(false)};
    Act act = [&] { return world.tournaments->rule(ruling, call.by); };
    std::string about = state_of(*tournament, plan);
    co_return co_await carry_out(world, call, std::move(how), std::move(plan), std::move(about), std::move(act));
}

} // namespace harvest::cli::api
