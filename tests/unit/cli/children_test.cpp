#include "cli/parse.hpp"
#include "cli/serve/children.hpp"
#include "cli/serve/ports.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>

using namespace harvest;
using namespace harvest::cli;

namespace {

const std::vector<std::string> all_daemons{"gateway", "connsrv", "auth", "match", "instance", "chat", "metrics"};

Invocation parsed(const std::vector<std::string>& words)
{
    auto outcome = parse(words);
    if (const Failure* failed = std::get_if<Failure>(&outcome)) FAIL(failed->message);
    return std::get<Invocation>(outcome);
}

Settings settings_of(const Invocation& invocation)
{
    LoadedSettings loaded = load_settings(invocation, "");
    REQUIRE(loaded.loaded.ok());
    return loaded.settings;
}

Settings with_children()
{
    Settings settings;
    settings.store.kind = "postgres";
    settings.event_log.kind = "kafka";
    settings.shared.kind = "redis";
    settings.instance.allocator = "process";
    return settings;
}

std::vector<std::uint16_t> doors_of(const Settings& settings, std::string_view daemon, std::size_t slot)
{
    const auto step = static_cast<std::uint16_t>(10 * slot);
    const bool plain_chosen = settings.instance.plain_enet.port == 0; // by the system, unless --ports-from says where
    std::vector<std::uint16_t> doors;
    if (daemon == "all") {
        doors = {settings.gateway.port,      settings.connsrv.udp.port,  settings.connsrv.tcp.port,
                 settings.instance.udp.port, settings.instance.tcp.port, settings.admin.port,
                 settings.rpc.port};
        if (!plain_chosen) doors.push_back(settings.connsrv.plain_enet.port);
    } else {
        doors = {static_cast<std::uint16_t>(settings.instance.udp.port + step),
                 static_cast<std::uint16_t>(settings.instance.tcp.port + step),
                 port_apart(settings.admin.port, daemon, slot), port_apart(settings.rpc.port, daemon, slot)};
    }
    if (!plain_chosen) doors.push_back(static_cast<std::uint16_t>(settings.instance.plain_enet.port + step));
    return doors;
}

} // namespace

TEST_CASE("What cannot have child processes is a bad configuration that names the key", "[cli]")
{
    struct Row {
        std::string_view key;
        void (*spoil)(Settings&);
    };
    const std::vector<Row> rows{
        {"store.kind", [](Settings& s) { s.store.kind = "sqlite"; }},
        {"event_log.kind", [](Settings& s) { s.event_log.kind = "local"; }},
        {"shared.kind", [](Settings& s) { s.shared.kind = "memory"; }},
        {"rpc.port", [](Settings& s) { s.rpc.port = 0; }},
        {"rpc.port", [](Settings& s) { s.rpc.port = 65'500; }},
        {"instance.children.most", [](Settings& s) { s.instance.children.least = 9; }},
        {"instance.children.most", [](Settings& s) { s.instance.children.most = 11; }}, // admin meets Rpc
        {"slots.instance", [](Settings& s) { s.slots.instance = 2; }},
        {"connsrv.tcp.port of slot 7", // the first child's door
         [](Settings& s) {
             s.instance.tcp.port = 7'411;
             s.slots.connsrv = 8;
         }},
    };
    CHECK_FALSE(refuse_children(with_children(), all_daemons));
    for (const Row& row : rows) {
        CAPTURE(row.key);
        Settings settings = with_children();
        row.spoil(settings);
        const auto refused = refuse_children(settings, all_daemons);
        REQUIRE(refused);
        CHECK(refused->exit == 78);
        CHECK((refused->why + refused->hint).find(row.key) != std::string::npos);
        CHECK_FALSE(refused->hint.empty());
    }
}

TEST_CASE("Slots whose ports would meet are found before anything listens", "[cli]")
{
    Settings settings;
    CHECK(ports_fault(settings, all_daemons).empty());
    settings.slots.connsrv = 5;
    settings.slots.instance = 32;
    CHECK(ports_fault(settings, all_daemons).empty());
    settings.slots.connsrv = 6; // 7350 and five times ten
    CHECK(ports_fault(settings, all_daemons) ==
          "port 7401 would be needed twice, as connsrv.tcp.port of slot 5 and as instance.tcp.port of slot 0");
    settings.connsrv.tcp.enabled = false;
    CHECK(ports_fault(settings, all_daemons) ==
          "port 7400 would be needed twice, as connsrv.udp.port of slot 5 and as instance.udp.port of slot 0");
    settings.connsrv.udp.port = 0; // the system finds some
    CHECK(ports_fault(settings, all_daemons).empty());
    settings.connsrv.udp.port = 7350;
    settings.connsrv.udp.address = "127.0.0.2";
    CHECK(ports_fault(settings, all_daemons).empty());
    settings.connsrv.udp.address = "0.0.0.0"; // the other one's too
    CHECK_FALSE(ports_fault(settings, all_daemons).empty());
    CHECK(ports_fault(settings, std::vector<std::string>{"connsrv"}).empty()); // the other one does not run here
    settings.connsrv.udp.port = 0;
    settings.instance.tcp.port = 65'300;
    CHECK(ports_fault(settings, all_daemons).find("past 65535") != std::string::npos);
}

TEST_CASE("The admin API in clear is for this machine alone", "[cli]")
{
    const auto faults = [](std::vector<std::string> more) {
        std::vector<std::string> words{"serve", "all"};
        words.insert(words.end(), more.begin(), more.end());
        std::string told;
        const LoadedSettings loaded = load_settings(parsed(words), "");
        for (const config::Fault& each : loaded.loaded.faults)
            if (!each.warning) told += each.text(); // of variables for tests
        return told;
    };
    CHECK(faults({}).empty());
    CHECK(faults({"--set", "admin.address=::1"}).empty());
    CHECK(faults({"--set", "admin.address=127.0.0.9"}).empty());
    CHECK(faults({"--set", "admin.address=0.0.0.0", "--set", "admin.expose=health"}).empty());
    for (const std::string address : {"0.0.0.0", "::", "10.1.2.3"})
        CHECK(faults({"--set", "admin.address=" + address}) ==
              "flag --set: admin.address: " + address +
                  " is not this machine alone, and the admin API is in clear: set admin.expose to health");
}

TEST_CASE("A child has what its parent has, and ports of its own", "[cli]")
{
    const std::string first = GENERATE(std::string(""), std::string("20000"), std::string("31110"));
    CAPTURE(first);
    std::vector<std::string> words{"serve",       "all",   "--data-dir", "/tmp/x",
                                   "--log-level", "debug", "--set",      "match.bot_after=7s"};
    if (!first.empty()) {
        words.emplace_back("--ports-from");
        words.push_back(first);
    }
    const Invocation invocation = parsed(words);
    const Settings whole = settings_of(invocation);
    const auto command = child_command(invocation, whole);
    std::set<std::uint16_t> ports;
    std::size_t count = 0;
    const auto take = [&](const std::vector<std::uint16_t>& some) {
        ports.insert(some.begin(), some.end());
        count += some.size();
    };
    take(doors_of(whole, "all", 0));
    for (std::size_t slot = 1; slot <= (first.empty() ? 8U : 32U); ++slot) {
        std::vector<std::string> child = command(slot);
        child.erase(child.begin()); // the program
        const Invocation given = parsed(child);
        CHECK(given.command->path == "serve instance");
        CHECK(given.value_or("id", "") == fmt::format("instance-{}", slot));
        const Settings own = settings_of(given);
        CHECK(own.data_dir == "/tmp/x");
        CHECK(own.log.level == "debug");
        CHECK(own.daemons.match.bot_after == 7s);
        CHECK(own.rpc.auth == std::vector<std::string>{fmt::format("127.0.0.1:{}", whole.rpc.port)});
        take(doors_of(own, "instance", slot));
        if (!first.empty())
            for (const std::uint16_t port : doors_of(own, "instance", slot)) CHECK(port >= std::stoi(first) + 10);
    }
    CHECK(ports.size() == count);
}
