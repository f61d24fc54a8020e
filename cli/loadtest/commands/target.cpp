#include "cli/loadtest/commands/target.hpp"

#include "cli/admin/contexts.hpp"
#include "cli/content.hpp"
#include "cli/loadtest/scenario_file.hpp"
#include "cli/serve/doors_file.hpp"
#include "common/base/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

Failure no_target(std::string why)
{
    Failure failure;
    failure.exit = 69;
    failure.code = "unavailable";
    failure.message = "there is no system to test";
    failure.why = std::move(why);
    failure.hint = "start one: harvestctl serve all --ephemeral";
    return failure;
}

Failure protected_target(const std::string& name)
{
    Failure failure;
    failure.exit = 4;
    failure.code = "declined";
    failure.message = fmt::format("the context '{}' is protected", name);
    failure.why = "bots would play in it with real players";
    failure.hint = "choose another: --context NAME";
    return failure;
}

Endpoint endpoint_of(const DoorRecord& door, const std::string& fingerprint)
{
    return {door.transport, door.address == "0.0.0.0" ? "127.0.0.1" : door.address, door.port, fingerprint};
}

// The doors of the system that ran in `data_dir`; of daemons apart, also those of its neighbours, each in a folder of
// its own beside it.
Result<DoorsFile> doors_near(const std::string& data_dir)
{
    Result<DoorsFile> file = read_doors(data_dir);
    if (!file || (file->find("gateway", "https") && file->find("connsrv", "enet"))) return file;
    std::error_code error;
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(fs::path(data_dir).parent_path(), error))
        if (entry.is_directory(error) && entry.path() != fs::path(data_dir)) folders.push_back(entry.path());
    std::ranges::sort(folders);
    for (const fs::path& folder : folders)
        if (const Result<DoorsFile> other = read_doors(folder))
            file->doors.insert(file->doors.end(), other->doors.begin(), other->doors.end());
    return file;
}

} // namespace

std::variant<LoadTarget, Failure> find_target(const Invocation& invocation)
{
    const std::variant<Contexts, Failure> read = read_contexts();
    if (const Failure* failure = std::get_if<Failure>(&read)) return *failure;
    const Contexts& contexts = std::get<Contexts>(read);
    const std::optional<std::string> folder = invocation.value("data-dir");
    const std::string name = folder ? *folder : invocation.value_or("context", contexts.current);
    Context given;
    given.name = given.data_dir = name;
    const Context* context = folder ? &given : contexts.find(name);
    if (!context) return no_target(name.empty() ? "no context is known" : fmt::format("no context '{}'", name));
    const Context* closed = context->is_protected ? context
                            : folder              ? context_of(contexts, *folder, &Context::is_protected)
                                                  : nullptr;
    if (closed) return protected_target(closed->name);
    if (context->data_dir.empty()) return no_target(fmt::format("the context '{}' is not on this machine", name));
    const Result<DoorsFile> file = doors_near(context->data_dir);
    if (!file) return no_target(fmt::format("no system has run in {}", context->data_dir));
    LoadTarget target;
    target.fingerprint = file->fingerprint;
    for (const DoorRecord& door : file->doors) {
        const Endpoint endpoint = endpoint_of(door, file->fingerprint);
        if (door.daemon == "gateway" && door.transport == "https")
            target.doors.rest.push_back({true, endpoint.host, endpoint.port, "", ""});
        if (door.daemon == "connsrv" && door.transport == "enet") target.doors.enet.push_back(endpoint);
        if (door.daemon == "connsrv" && door.transport == "wss") target.doors.wss.push_back(endpoint);
    }
    if (target.doors.rest.empty() || target.doors.enet.empty() || target.doors.wss.empty())
        return no_target("it has no gateway or no connection server");
    try {
        const game::GameData data = find_game(file->content_dir).data;
        target.rules = data.battle;
        target.market = data.market->rules();
    }
    catch (const boost::system::system_error& error) {
        return failure_of(error.code(), error.what(), "check it: harvestctl admin game check");
    }
    return target;
}

std::vector<std::string> scenario_directories()
{
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    return {"config/loadtest", (here / "../../config/loadtest").lexically_normal().string(),
            (here / "../share/harvest/loadtest").lexically_normal().string()};
}

Failure no_such_scenario(const std::string& name)
{
    std::vector<std::string> names;
    for (const loadtest::ScenarioFile& file : loadtest::list_scenarios(scenario_directories()))
        names.push_back(file.name);
    const auto near = suggest(name, names);
    Failure failure;
    failure.exit = 66;
    failure.code = "not_found";
    failure.message = fmt::format("no scenario '{}'", name);
    failure.why = fmt::format("the scenarios are {}", fmt::join(names, ", "));
    failure.hint = near ? fmt::format("did you mean: harvestctl loadtest run {}", *near) : "or name a file";
    return failure;
}

} // namespace harvest::cli
