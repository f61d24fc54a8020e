#include "common/config/loader.hpp"
#include "common/config/values.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>

using namespace harvest;
using namespace harvest::config;

namespace {

struct Door {
    std::uint16_t port{8443};
    std::string mode{"open"};
    void describe(Section& section)
    {
        section.field({.name = "port", .doc = "A port.", .min = 1}, port);
        section.field({.name = "mode", .doc = "A mode.", .choices = {"open", "closed"}}, mode);
    }
};

struct Sample {
    bool flag{};
    std::int64_t count{3};
    Millis wait{5s};
    ByteSize size{64 << 20};
    SecretRef secret;
    std::vector<std::string> names{"a"};
    Door gateway;
    void describe(Section& section)
    {
        section.field({.name = "flag", .doc = "A flag."}, flag);
        section.field({.name = "count", .doc = "A count.", .min = 1, .max = 10}, count);
        section.field({.name = "wait", .doc = "A wait.", .min = 100, .max = 60'000}, wait);
        section.field({.name = "size", .doc = "A size."}, size);
        section.field({.name = "secret", .doc = "A secret."}, secret);
        section.field({.name = "names", .doc = "Names."}, names);
        section.section("gateway", gateway);
    }
};

std::vector<Field> fields_of(Sample& sample)
{
    std::vector<Field> fields;
    Section section(fields);
    sample.describe(section);
    return fields;
}

class Folder {
public:
    Folder()
    {
        char name[] = "/tmp/harvest-config-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name, const std::string& text) const
    {
        std::ofstream(path_ + '/' + name) << text;
        return path_ + '/' + name;
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

Loaded load_text(Sample& sample, const Folder& folder, const std::string& text)
{
    Sources sources;
    sources.path = folder.file("x.yaml", text);
    return load(fields_of(sample), sources);
}

std::string faults_of(const Loaded& loaded, const Folder& folder)
{
    std::string out;
    for (const Fault& fault : loaded.faults) out += fault.text() + '\n';
    for (std::size_t at; (at = out.find(folder.path() + '/')) != std::string::npos;)
        out.erase(at, folder.path().size() + 1);
    return out;
}

} // namespace

TEST_CASE("every type is read", "[config]")
{
    const Folder folder;
    Sample sample;
    const Loaded loaded = load_text(sample, folder,
                                    "flag: true\ncount: 7\nwait: 1s500ms\nsize: 4KiB\nsecret: file:/x\nnames: [b, c]\n"
                                    "gateway:\n  port: 99\n  mode: closed\n");
    CHECK(faults_of(loaded, folder).empty());
    CHECK(sample.flag);
    CHECK(sample.count == 7);
    CHECK(sample.wait == 1500ms);
    CHECK(sample.size.bytes == 4096);
    CHECK(sample.secret.where == "file:/x");
    CHECK(sample.names == std::vector<std::string>{"b", "c"});
    CHECK(sample.gateway.port == 99);
    CHECK(sample.gateway.mode == "closed");
    CHECK(loaded.layers.at("gateway.port").back().where.ends_with("x.yaml:8:9"));
}

TEST_CASE("all faults come at once with file, line and column", "[config]")
{
    const Folder folder;
    Sample sample;
    const Loaded loaded = load_text(sample, folder,
                                    "flag: yes\ncount: 010\nwait: 5\nsize: 4kb\nsecret: hunter2\ncuont: 3\n"
                                    "gateway:\n  port: 70000\n  mode: opn\n  prot: 1\ncount: 4\n");
    CHECK(faults_of(loaded, folder) ==
          "x.yaml:1:7: flag: must be true or false, not 'yes'\n"
          "x.yaml:2:8: count: must be a whole number, not '010'\n"
          "x.yaml:3:7: wait: must be a duration with its unit, like 5s or 250ms, not '5'\n"
          "x.yaml:4:7: size: must be a size with its unit, like 64MiB or 4KiB, not '4kb'\n"
          "x.yaml:5:9: secret: must be a reference (file:PATH, env:NAME or credential:NAME), not the secret itself\n"
          "x.yaml:6:1: unknown key 'cuont' - did you mean 'count'?\n"
          "x.yaml:8:9: gateway.port: must be 1 to 65535, not 70000\n"
          "x.yaml:9:9: gateway.mode: must be one of open, closed, not 'opn' - did you mean 'open'?\n"
          "x.yaml:10:3: unknown key 'gateway.prot' - did you mean 'gateway.port'?\n"
          "x.yaml:11:1: count: is given twice in this file\n");
    CHECK(sample.count == 3);
    CHECK_FALSE(loaded.ok());
}

TEST_CASE("a secret written out is never repeated", "[config]")
{
    const Folder folder;
    Sample sample;
    const Loaded loaded = load_text(sample, folder, "secret: hunter2\n");
    CHECK(faults_of(loaded, folder).find("hunter2") == std::string::npos);
}

TEST_CASE("flag beats environment beats file beats default, and origins tell the truth", "[config]")
{
    const Folder folder;
    const std::string path = folder.file("x.yaml", "count: 2\n");
    for (int mask = 0; mask < 8; ++mask) {
        Sample sample;
        Sources sources;
        if (mask & 1) sources.path = path;
        if (mask & 2) sources.environment = {{"HARVEST_COUNT", "4"}};
        if (mask & 4) sources.flags = {{"count=6", "--set"}};
        const Loaded loaded = load(fields_of(sample), sources);
        const std::int64_t wanted = (mask & 4) ? 6 : (mask & 2) ? 4 : (mask & 1) ? 2 : 3;
        CHECK(sample.count == wanted);
        const Layer& last = loaded.layers.at("count").back();
        CHECK(last.kind == ((mask & 4) ? "flag" : (mask & 2) ? "env" : (mask & 1) ? "file" : "default"));
        CHECK(last.value == std::to_string(wanted));
        CHECK(loaded.layers.at("count").size() ==
              1U + static_cast<unsigned>(std::popcount(static_cast<unsigned>(mask))));
    }
}

TEST_CASE("a directory is read in order, the later file wins", "[config]")
{
    const Folder folder;
    folder.file("10.yaml", "count: 2\nnames: [x]\n");
    folder.file("20.yaml", "count: 5\n");
    folder.file("note.txt", "count: 9\n");
    Sample sample;
    const Loaded loaded = load(fields_of(sample), {folder.path(), {}, {}});
    CHECK(loaded.ok());
    CHECK(sample.count == 5);
    CHECK(sample.names == std::vector<std::string>{"x"});
}

TEST_CASE("broken and missing files", "[config]")
{
    const Folder folder;
    Sample sample;
    CHECK(load_text(sample, folder, "").ok());
    CHECK(load_text(sample, folder, "# only words\n").ok());
    CHECK_FALSE(load_text(sample, folder, "a: [1\n").ok());
    CHECK_FALSE(load_text(sample, folder, "- a\n").ok());
    CHECK_FALSE(load_text(sample, folder, "count:\n").ok());
    CHECK_FALSE(load_text(sample, folder, "gateway: 3\n").ok());
    CHECK_FALSE(load_text(sample, folder, "count: {a: 1}\n").ok());
    CHECK_FALSE(load_text(sample, folder, std::string("count: 1\0\n", 10)).ok());
    const Loaded missing = load(fields_of(sample), {"/nowhere/x.yaml", {}, {}});
    REQUIRE(missing.faults.size() == 1);
    CHECK(missing.faults[0].code == "unreadable");
}

TEST_CASE("H12: a file is read within bounds", "[config]")
{
    const Folder folder;
    Sample sample;
    const auto faults = [&](const std::string& text) { return faults_of(load_text(sample, folder, text), folder); };
    CHECK(faults("names: &n [a, b]\n") == "x.yaml:1:8: anchors are not read here\n");
    CHECK(faults("names: &n [*n]\n").find("not read here") != std::string::npos);
    CHECK(faults("count: *n\n").find("x.yaml:1:8: ") == 0);
    CHECK(faults("count: 1\n---\ncount: 2\n") == "x.yaml: holds more than one document\n");
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    CHECK(faults("names: " + deep + "\n") == "x.yaml:1:39: is nested too deeply\n");
    std::string wide = "names: [";
    for (int i = 0; i < 210'000; ++i) wide += "a,";
    CHECK(faults(wide + "]\n").find("holds too many values") != std::string::npos);
    CHECK(faults("names: [" + std::string(1 << 20, 'a') + "]\n") == "x.yaml: is larger than 1 MiB\n");
}

TEST_CASE("environment names reach nested keys", "[config]")
{
    Sample sample;
    const Loaded loaded =
        load(fields_of(sample), {"", {{"HARVEST_GATEWAY__PORT", "77"}, {"HARVEST_GATWAY__PORT", "1"}}, {}});
    CHECK(sample.gateway.port == 77);
    REQUIRE(loaded.faults.size() == 1);
    CHECK(loaded.faults[0].text() ==
          "env HARVEST_GATWAY__PORT: unknown key 'gatway.port' - did you mean 'gateway.port'?");
}

TEST_CASE("durations and sizes read back as written", "[config]")
{
    for (const char* text : {"5s", "250ms", "1m", "2h", "7d", "1500ms"})
        CHECK(duration_text(*parse_duration(text)) == text);
    for (const char* text : {"64MiB", "4KiB", "1GiB", "100B"}) CHECK(size_text(*parse_size(text)) == text);
    CHECK(*parse_duration("1h30m") == 90min);
    for (const char* text : {"", "5", "s", "-5s", "5 s", "5x", "99999999999999999999s", "9223372036854775807d"})
        CHECK_FALSE(parse_duration(text).has_value());
    for (const char* text : {"", "5", "5KB", "-1B", "99999999999GiB"}) CHECK_FALSE(parse_size(text).has_value());
}
