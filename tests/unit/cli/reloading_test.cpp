// A configuration that is read again: what of it reaches the daemons, and what does not.
#include "cli/live_configs.hpp"
#include "cli/parse.hpp"
#include "cli/serve/reloading.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <set>

using namespace harvest;
using namespace harvest::cli;

namespace {

class ConfigFile {
public:
    ConfigFile() : path_(std::filesystem::temp_directory_path() / ("harvest-reloading-" + std::to_string(::getpid())))
    {
    }
    ~ConfigFile() { std::filesystem::remove(path_); }
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;
    void write(std::string_view text) const { std::ofstream(path_) << text; }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

Invocation served_with(const ConfigFile& file)
{
    auto outcome =
        parse(std::vector<std::string>{"serve", "all", "--config", file.path(), "--set", "chat.flood_burst=9"});
    if (const Failure* failed = std::get_if<Failure>(&outcome)) FAIL(failed->message);
    return std::get<Invocation>(outcome);
}

std::set<std::string> reloadable_in(auto& described)
{
    std::vector<config::Field> fields;
    config::Section section(fields);
    described.describe(section);
    std::set<std::string> keys;
    for (const config::Field& field : fields)
        if (field.info.reloadable) keys.insert(field.path);
    return keys;
}

} // namespace

TEST_CASE("A file that is read again changes what may change, names the rest, and a bad one nothing", "[cli][reload]")
{
    const ConfigFile file;
    file.write("log:\n  level: info\n");
    const Invocation invocation = served_with(file);
    LoadedSettings loaded = load_settings(invocation, file.path());
    REQUIRE(loaded.loaded.ok());
    std::vector<Settings> applied;
    Reloading reload(invocation, {}, loaded.settings, [&applied](const Settings& now) { applied.push_back(now); });
    CHECK(reload().told == "nothing has changed");

    file.write("log: {level: warn}\nslots: {chat: 3}\nchat: {filter: [slug], tries: 7, flood_burst: 2}\n");
    Reloaded done = reload();
    CHECK(done.told == "applied: log.level chat.filter; needs a restart: slots.chat chat.tries");
    CHECK_FALSE(done.rejected);
    REQUIRE(applied.size() == 1);
    CHECK(applied[0].log.level == "warn");
    CHECK(applied[0].daemons.chat.filter == std::vector<std::string>{"slug"});
    CHECK(applied[0].daemons.chat.tries == chat::Config{}.tries);
    CHECK(applied[0].daemons.chat.flood_burst == 9); // a flag is above the file
    CHECK(applied[0].slots.chat == 1);

    file.write("chat: {filter: [snail], max_characters: 5000}\n");
    done = reload();
    CHECK(done.rejected);
    CHECK(done.told.find("chat.max_characters: must be 1 to 500") != std::string::npos);
    CHECK(applied.size() == 1);

    file.write("log: {level: warn}\nslots: {chat: 3}\nchat: {filter: [slug]}\n");
    CHECK(reload().told == "applied: -; needs a restart: slots.chat");
    CHECK(applied.size() == 1);
}

TEST_CASE("How the last reload went is told until the next one, whichever part was rejected", "[cli][reload]")
{
    Reloaded content{"nothing has changed"}, configuration{"applied: log.level; needs a restart: -"};
    Reloads reload([&content] { return content; }, [&configuration] { return configuration; });
    CHECK_FALSE(reload.last().rejected);
    CHECK(reload.last().at == Millis{});

    const Reloaded done = reload();
    CHECK(done.told == "configuration: applied: log.level; needs a restart: -; game content: nothing has changed");
    CHECK_FALSE(done.rejected);
    CHECK_FALSE(reload.last().rejected);
    CHECK(reload.last().at > Millis{});

    for (Reloaded* part : {&content, &configuration}) {
        part->rejected = true;
        CHECK(reload().rejected);
        CHECK(reload.last().rejected);
        part->rejected = false;
        CHECK_FALSE(reload().rejected);
        CHECK_FALSE(reload.last().rejected);
    }
}

TEST_CASE("How many slots a daemon alone was told to run is no change", "[cli][reload]")
{
    const ConfigFile file;
    file.write("slots: {connsrv: 1}\n");
    const std::vector<std::string> words{"serve", "connsrv",   "--config", file.path(),
                                         "--id",  "connsrv-4", "--slots",  "2"};
    auto outcome = parse(words);
    REQUIRE(std::holds_alternative<Invocation>(outcome));
    const Invocation& invocation = std::get<Invocation>(outcome);
    LoadedSettings loaded = load_settings(invocation, file.path());
    Alone alone{"connsrv", 0};
    REQUIRE_FALSE(choose_slots(invocation, loaded.settings, alone));
    Reloading reload(invocation, alone, loaded.settings, [](const Settings&) {});
    CHECK(reload().told == "nothing has changed");
    file.write("slots: {connsrv: 1, chat: 2}\n");
    CHECK(reload().told == "applied: -; needs a restart: slots.chat");
}

TEST_CASE("A change reaches each daemon on its own loop, while it is there, and only what may change", "[cli][reload]")
{
    DaemonConfigs begun;
    begun.connsrv.drain_spread = 500ms; // as settled at the start, not as in the file
    LiveConfigs configs(begun);
    asio::io_context one(1), other(1);
    std::vector<DaemonConfigs> seen, seen_there;
    const auto following =
        configs.follow(one.get_executor(), [&seen](const DaemonConfigs& now) { seen.push_back(now); });
    auto gone =
        configs.follow(other.get_executor(), [&seen_there](const DaemonConfigs& now) { seen_there.push_back(now); });
    one.poll();
    other.poll();
    REQUIRE(seen.size() == 1);
    REQUIRE(seen_there.size() == 1);

    DaemonConfigs fresh;
    fresh.connsrv.drain_spread = 1s;
    fresh.connsrv.faults = 3;
    fresh.match.modes = {"ranked"};
    fresh.match.window = 55;
    configs.change(fresh);
    CHECK(seen.size() == 1); // not on the thread of who changes it
    gone.reset();
    one.restart();
    one.poll();
    other.restart();
    other.poll();
    CHECK(seen_there.size() == 1);
    REQUIRE(seen.size() == 2);
    for (const DaemonConfigs& now : {seen.back(), *configs.now()}) {
        CHECK(now.connsrv.faults == 3);
        CHECK(now.match.window == 55);
        CHECK(now.connsrv.drain_spread == 500ms);
        CHECK(now.match.modes == match::Config{}.modes);
    }
}

TEST_CASE("Only daemons that take changes have settings that may change by reload, besides the log's level",
          "[cli][reload]")
{
    Settings settings;
    std::set<std::string> marked = reloadable_in(settings);
    const auto taken = [&marked](const std::string& daemon,
                                 auto config) { // shown in tests/unit/<daemon>/reload_test.cpp
        const std::set<std::string> keys = reloadable_in(config);
        CHECK_FALSE(keys.empty());
        for (const std::string& key : keys) CHECK(marked.erase(daemon + "." + key) == 1);
    };
    taken("gateway", gateway::Config{});
    taken("connsrv", connsrv::Config{});
    taken("chat", chat::Config{});
    taken("match", match::Config{});
    taken("instance", instance::Config{});
    CHECK(marked == std::set<std::string>{"log.level"});
}
