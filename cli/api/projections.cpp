// What is made of the events, and its making again.
#include "cli/api/change.hpp"
#include "common/base/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli::api {
namespace {

// The projection of that name. Errors: not_found, those of the store.
AsyncResult<ProjectionState> find_projection(const World& world, Call& call, std::string name)
{
    const Result<std::vector<ProjectionState>> states = co_await world.progress->projections(call.by);
    if (!states) co_return states.error();
    const auto found = std::ranges::find(*states, name, &ProjectionState::name);
    if (found != states->end()) co_return *found;
    std::vector<std::string> known;
    for (const ProjectionState& state : *states) known.push_back(state.name);
    const std::optional<std::string> near = suggest(name, known);
    call.why = fmt::format("no projection '{}'{}", name, near ? fmt::format("; did you mean {}", *near) : "");
    co_return Errc::not_found;
}

Plan rebuild_plan(const ProjectionState& state)
{
    Plan plan;
    plan.action = "projection.rebuild";
    plan.level = "moderate";
    plan.target = plan.target_name = state.name;
    plan.changes = {fmt::format("drop what {} events made, and read the event log again", state.events)};
    plan.affects = {{"events", state.events}};
    plan.undo = "needs none: it ends as it was";
    return plan;
}

} // namespace

AsyncResult<std::string> list_projections(const World& world, Call& call)
{
    const Result<std::vector<ProjectionState>> states = co_await world.progress->projections(call.by);
    if (!states) co_return states.error();
    const Result<std::vector<GroupLag>> lags = co_await world.log.lags(call.by);
    if (!lags) co_return lags.error();
    std::vector<ProjectionItem> items;
    for (const ProjectionState& state : *states) {
        ProjectionItem item;
        item.projection = state.name;
        item.state = state.caught_up ? "current" : "rebuilding";
        if (state.rebuilt_at > Millis{}) item.rebuilt_at = to_rfc3339(state.rebuilt_at);
        item.epoch = {state.epoch};
        item.events = {state.events};
        for (const GroupLag& lag : *lags)
            if (lag.group == "metrics." + state.name)
                item.lag_messages.units += std::max<std::int64_t>(0, lag.end_offset - lag.committed_offset);
        items.push_back(std::move(item));
    }
    std::string text = list_body("ProjectionList", items);
    co_return text;
}

AsyncResult<std::string> rebuild_projection(const World& world, Call& call)
{
    const Result<ChangeRequest> asked = protocol::decode<ChangeRequest>(call.http.body, &call.why);
    if (!asked) co_return asked.error();
    const Result<ProjectionState> state = co_await find_projection(world, call, call.path[0]);
    if (!state) co_return state.error();
    Plan plan = rebuild_plan(*state);
    const std::string about = fmt::format("{}\n{}", state->name, state->epoch);
    const Result<void> named = name_plan(plan, about, asked->plan, world.clock.now(), call.why);
    if (!named) co_return named.error();
    if (asked->dry_run.value_or(false)) {
        std::string text = object_body("Plan", plan);
        co_return text;
    }
    const auto record = begin_change(world, call, plan.action, state->name, asked->reason, asked->ticket, plan.id);
    if (!record) co_return record.error();
    const Result<ProjectionState> begun = co_await world.progress->rebuild(state->name, world.clock.now(), call.by);
    end_change(world, *record, begun ? Error{} : begun.error());
    if (!begun) co_return begun.error();
    const Done done{plan.action, state->name, state->name, record->id, plan.undo, plan.affects};
    std::string text = object_body("Done", done);
    co_return text;
}

} // namespace harvest::cli::api
