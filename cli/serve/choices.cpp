#include "cli/serve/choices.hpp"

#include "cli/serve/ports.hpp"
#include "common/base/suggest.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace harvest::cli {
namespace {

std::vector<std::string> words_of(const std::string& list)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= list.size();) {
        const std::size_t comma = std::min(list.find(',', at), list.size());
        if (comma > at) out.push_back(list.substr(at, comma - at));
        at = comma + 1;
    }
    return out;
}

// Further slots of connsrv and instance stand ten ports on.
std::optional<Failure> past_the_last_port(const Settings& settings, const Alone& alone)
{
    const bool connsrv = alone.daemon == "connsrv";
    if (!connsrv && alone.daemon != "instance") return std::nullopt;
    const LiveSettings& live = connsrv ? settings.connsrv : settings.instance;
    const std::int64_t slots = connsrv ? settings.slots.connsrv : settings.slots.instance;
    const std::int64_t last = static_cast<std::int64_t>(alone.first_slot) + slots - 1;
    for (const ListenerSettings* door : {&live.udp, &live.tcp, &live.plain_enet})
        if (door->port + 10 * last > 65'535)
            return usage_failure(
                fmt::format("--id, --slots: slot {} would stand on port {}", last, door->port + 10 * last),
                "each slot stands ten ports on, and the last port is 65535", "choose lower ones");
    return std::nullopt;
}

} // namespace

std::optional<Failure> choose_daemons(const Invocation& invocation, std::vector<std::string>& chosen)
{
    std::vector<std::string> known;
    for (const DaemonRow& row : daemon_rows()) known.emplace_back(row.name);
    chosen = known;
    for (const char* flag : {"only", "except"}) {
        if (!invocation.has(flag)) continue;
        const std::vector<std::string> named = words_of(invocation.value_or(flag, ""));
        for (const std::string& name : named) {
            if (std::ranges::find(known, name) != known.end()) continue;
            const auto near = suggest(name, known);
            return usage_failure(fmt::format("no daemon '{}'", name),
                                 fmt::format("the daemons of this build are {}", fmt::join(known, ", ")),
                                 near ? fmt::format("did you mean: --{} {}", flag, *near)
                                      : "type: harvestctl serve --help");
        }
        const bool only = std::string_view(flag) == "only";
        std::erase_if(chosen,
                      [&](const std::string& name) { return (std::ranges::find(named, name) == named.end()) == only; });
    }
    return std::nullopt;
}

std::optional<Failure> choose_slots(const Invocation& invocation, Settings& settings, Alone& alone)
{
    const std::string id = invocation.value_or("id", alone.daemon + "-0");
    const std::string number = id.starts_with(alone.daemon + "-") ? id.substr(alone.daemon.size() + 1) : "";
    if (number.empty() || number.size() > 3 || number.find_first_not_of("0123456789") != std::string::npos)
        return usage_failure(fmt::format("--id: '{}' is no id of {}", id, alone.daemon),
                             "an id is the daemon's name and a number below 1000",
                             fmt::format("for example: --id {}-1", alone.daemon));
    alone.first_slot = std::stoul(number);
    const std::string key = "slots." + alone.daemon;
    for (config::Field& field : fields_of(settings)) {
        if (field.path != key || !invocation.has("slots")) continue;
        if (const auto why = config::assign(field, invocation.value_or("slots", "1")))
            return usage_failure(fmt::format("--slots: {}", *why), "", "");
    }
    return past_the_last_port(settings, alone);
}

std::optional<Failure> refuse_embedded(const Settings& settings, const std::string& daemon)
{
    const std::string embedded = embedded_parts(settings);
    if (embedded.empty()) return std::nullopt;
    Failure failure{78, "bad_configuration", "", "", "", false, {}};
    failure.message = fmt::format("'serve {}' alone needs parts that several processes share", daemon);
    failure.why = embedded;
    failure.hint = "see config/distributed.yaml, or everything in one process: harvestctl serve all";
    return failure;
}

std::optional<Failure> refuse_ports(const Settings& settings, std::span<const std::string> daemons)
{
    const std::string why = ports_fault(settings, daemons);
    if (why.empty()) return std::nullopt;
    Failure failure{78, "bad_configuration", "", "", "", false, {}};
    failure.message = "the ports are too close together";
    failure.why = why;
    failure.hint = "set the ports further apart, or lower the slots: harvestctl config print --key slots";
    return failure;
}

} // namespace harvest::cli
