#include "cli/serve/ready.hpp"

#include "cli/serve/doors_file.hpp"
#include "cli/serve/own_words.hpp"
#include "cli/terminal.hpp"
#include "common/base/log.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

std::string place(const DoorInfo& door)
{
    return door.address == "127.0.0.1" || door.address == "0.0.0.0" ? fmt::format(":{}", door.port)
                                                                    : fmt::format("{}:{}", door.address, door.port);
}

} // namespace

Document ready_document(const Composition& composition, const Ready& ready)
{
    Document document;
    document.kind = "Ready";
    json::object& object = document.object;
    object["ready_seconds"] = ready.seconds;
    object["data_dir"] = ready.data;
    object["ephemeral"] = ready.ephemeral;
    object["development_secrets"] = ready.development;
    object["bots"] = ready.bots;
    object["context"] = ready.context;
    object["token_file"] = ready.token_file;
    object["fingerprint"] = composition.fingerprint();
    json::array doors;
    std::string rest, live, instances, admin;
    for (const DoorInfo& door : composition.doors()) {
        doors.push_back(json::object{
            {"daemon", door.daemon}, {"transport", door.transport}, {"address", door.address}, {"port", door.port}});
        const std::string shown = fmt::format("{} {}", door.transport == "enet" ? "udp" : door.transport, place(door));
        if (door.daemon == "gateway") rest = fmt::format("REST https://{}:{}", door.address, door.port);
        if (door.daemon == "admin") admin = fmt::format("admin http://{}:{}", door.address, door.port);
        if (door.daemon == "connsrv") live += (live.empty() ? "live " : ", ") + shown;
        if (door.daemon == "instance") instances += (instances.empty() ? "instances " : ", ") + shown;
    }
    object["doors"] = doors;
    std::string line;
    for (const std::string* part : {&rest, &live, &instances, &admin})
        if (!part->empty()) line += (line.empty() ? "" : "   ") + *part;
    std::string first = fmt::format("ready in {:.2f} s   ", ready.seconds);
    first += ready.ephemeral
                 ? (ready.kept ? "temporary data, kept in " + ready.data : "temporary data, removed at exit")
                 : "data in " + ready.data;
    if (ready.development) first += "   development secrets";
    if (ready.bots) first += fmt::format("   {} bots playing", ready.bots);
    const std::string where = ready.named ? "--context " + ready.context : "--data-dir " + ready.data;
    document.text =
        fmt::format("{}\n  {}\n  operator's token {}\nnext: {} admin status {}   Ctrl-C stops it\n", first, line,
                    ready.token_file, shell_line(std::vector<std::string>{own_words().front()}), where);
    return document;
}

void note_doors(const Composition& composition, const std::string& data_dir)
{
    DoorsFile file;
    file.fingerprint = composition.fingerprint();
    file.ca_file = data_dir + "/keys/tls.crt";
    file.content_dir = composition.settings().content_dir;
    for (const DoorInfo& door : composition.doors())
        file.doors.push_back({door.daemon, door.transport, door.address, door.port});
    if (!write_doors(data_dir, file))
        log::warn("doors.json cannot be written: load tests will not find this system", {{"data_dir", data_dir}});
}

// Programs read of the ready state alone.
void say_goodbye(const Ready& ready, const OutputOptions& options, std::chrono::steady_clock::time_point begun)
{
    if (options.format != "table" && options.format != "wide") return;
    const auto since = std::chrono::steady_clock::now() - begun;
    Ending ending{std::chrono::duration_cast<Millis>(since), ready.data, ready.ephemeral, ready.kept};
    write_if_read(closing_words(ending, own_words()));
}

} // namespace harvest::cli
