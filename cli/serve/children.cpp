#include "cli/serve/children.hpp"

#include "cli/compose.hpp"
#include "cli/serve/ports.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace harvest::cli {
namespace {

// What was settled here alone: by --ports-from, and by --ephemeral.
constexpr std::array<std::string_view, 6> settled{"instance.udp.port", "instance.tcp.port", "instance.plain_enet.port",
                                                  "instance.drain",    "rpc.port",          "admin.port"};

Failure bad(std::string why, std::string hint)
{
    Failure failure{78, "bad_configuration", "", "", "", false, {}};
    failure.message = "instance.allocator is process, and instances cannot be processes of their own";
    failure.why = std::move(why);
    failure.hint = std::move(hint);
    return failure;
}

} // namespace

std::optional<Failure> refuse_children(const Settings& settings, std::span<const std::string> daemons)
{
    if (const std::string embedded = embedded_parts(settings); !embedded.empty())
        return bad(embedded + " Only this process can use those",
                   "set store.kind postgres, event_log.kind kafka and shared.kind redis (config/distributed.yaml), or "
                   "instance.allocator in_process");
    if (settings.rpc.port == 0)
        return bad("rpc.port is 0, and parent and children find each other by it", "set rpc.port to a free port");
    const ChildSettings& children = settings.instance.children;
    if (children.most < children.least)
        return bad(
            fmt::format("instance.children.most is {}, and instance.children.least {}", children.most, children.least),
            "set instance.children.most to at least as many");
    if (settings.slots.instance != 1)
        return bad("slots.instance counts slots of one process", "set instance.children.least instead");
    if (const std::string why = ports_fault(settings, daemons); !why.empty())
        return bad(why,
                   "lower instance.children.most, or set admin.port, rpc.port and instance.tcp.port further apart");
    return std::nullopt;
}

std::function<std::vector<std::string>(std::size_t slot)> child_command(const Invocation& invocation, Settings settings)
{
    // The file that runs, even where another version has taken its name meanwhile.
    std::vector<std::string> words{"/proc/self/exe", "serve", "instance"};
    const auto add = [&words](std::string flag, std::string value) {
        words.push_back(std::move(flag));
        words.push_back(std::move(value));
    };
    if (const std::string config = config_path(invocation); !config.empty()) add("--config", config);
    std::error_code ignored;
    add("--data-dir", std::filesystem::absolute(data_directory(settings), ignored).string());
    words.emplace_back("--no-context"); // `local` is the whole of it
    if (invocation.has("dev") || invocation.has("ephemeral")) words.emplace_back("--dev");
    for (const char* flag : {"log-level", "log-format", "drain-timeout"})
        if (const auto given = invocation.value(flag)) add(fmt::format("--{}", flag), *given);
    for (const std::string& setting : invocation.values("set")) add("--set", setting);
    for (const config::Field& field : fields_of(settings))
        if (std::ranges::find(settled, field.path) != settled.end())
            add("--set", fmt::format("{}={}", field.path, config::value_text(field)));
    add("--set", "rpc.address=127.0.0.1");
    for (const char* daemon : {"auth", "match", "chat", "connsrv", "gateway"})
        add("--set", fmt::format("rpc.{}=127.0.0.1:{}", daemon, settings.rpc.port));
    return [words = std::move(words)](std::size_t slot) {
        std::vector<std::string> out = words;
        out.emplace_back("--id");
        out.push_back(fmt::format("instance-{}", slot));
        return out;
    };
}

} // namespace harvest::cli
