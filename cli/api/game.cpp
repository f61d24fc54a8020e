// The game's data: read again, and the rules of matches gone by.
#include "cli/api/change.hpp"

namespace harvest::cli::api {
namespace {

struct GameReloadBody {
    std::string result, rules;
    std::vector<std::string> changed;
    std::string audit;
};
BOOST_DESCRIBE_STRUCT(GameReloadBody, (), (result, rules, changed, audit))

struct RulesBody {
    std::string hash, version, kept_at, battle, cards;
};
BOOST_DESCRIBE_STRUCT(RulesBody, (), (hash, version, kept_at, battle, cards))

} // namespace

AsyncResult<std::string> reload_game(const World& world, Call& call)
{
    const Result<ReloadRequest> asked = reload_asked(call);
    if (!asked) co_return asked.error();
    const auto record =
        begin_change(world, call, "game.reload", "content", asked->reason.value_or(""), asked->ticket, "");
    if (!record) co_return record.error();
    std::function<Result<ContentReload>()> read_again = [reload = world.reload_content]() -> Result<ContentReload> {
        return reload();
    };
    const Result<ContentReload> done = co_await world.slow->compute(std::move(read_again), call.by);
    Error error = done ? Error{} : done.error();
    if (done && done->refused) {
        error = make_error_code(Errc::invalid_argument);
        call.why = done->result;
    }
    end_change(world, *record, error);
    if (error) co_return error;
    const GameReloadBody body{done->result, done->rules, done->changed, record->id};
    std::string text = object_body("GameReload", body);
    co_return text;
}

AsyncResult<std::string> get_rules(const World& world, Call& call)
{
    const Result<ArchivedRules> kept = co_await world.archive->get(call.path[0], call.by);
    if (!kept) co_return kept.error();
    const RulesBody body{kept->hash, kept->version, to_rfc3339(kept->kept_at), kept->battle, kept->cards};
    std::string text = object_body("Rules", body);
    co_return text;
}

} // namespace harvest::cli::api
