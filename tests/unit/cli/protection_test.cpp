#include "cli/admin/consent.hpp"
#include "cli/admin/contexts.hpp"
#include "cli/admin/protection.hpp"
#include "cli/parse.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

using namespace harvest;
using namespace harvest::cli;

namespace {

// A home with a protected context `prod` and an open one; nothing listens in either.
class TwoContexts {
public:
    TwoContexts()
    {
        std::filesystem::create_directories(folder_ / "data");
        ::setenv("HARVESTCTL_CONTEXTS", (folder_ / "contexts.yaml").c_str(), 1);
        Contexts contexts;
        contexts.current = "prod";
        contexts.all = {{"prod", data(), "", "", false, true},
                        {"open", (folder_ / "open").string(), "", "", false, false}};
        REQUIRE(write_contexts(contexts));
    }
    ~TwoContexts()
    {
        ::unsetenv("HARVESTCTL_CONTEXTS");
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    std::string data() const { return (folder_ / "data").string(); }

private:
    std::filesystem::path folder_ =
        std::filesystem::temp_directory_path() / ("harvest_protection_" + std::to_string(::getpid()));
};

Millis now_by_the_wall()
{
    return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

void unlock(Millis since, Millis until)
{
    REQUIRE(write_unlock({"prod", "case \"5512\"", "uid:0", since, until}));
}

// 0 if this line may go on and change things, else the exit code.
int consent_to(std::vector<std::string> words)
{
    auto parsed = parse(words);
    REQUIRE(std::holds_alternative<Invocation>(parsed));
    const Invocation& invocation = std::get<Invocation>(parsed);
    auto client = open_admin(invocation);
    REQUIRE(std::holds_alternative<AdminClient>(client));
    boost::json::object plan{{"id", "pl_1"}, {"action", "x"}, {"target", "p_1"}, {"target_name", "kestrel"}};
    plan["changes"] = boost::json::array{};
    const auto refused = consent(invocation, std::get<AdminClient>(client), plan);
    if (refused) CHECK_FALSE(refused->hint.empty());
    return refused ? refused->exit : 0;
}

} // namespace

TEST_CASE("a protected context is changed by no default and no preset", "[cli]")
{
    const TwoContexts home;
    unlock(now_by_the_wall() - 1min, now_by_the_wall() + 1min);
    CHECK(consent_to({"admin", "unmute", "x", "--yes"}) == 4);
    ::setenv("HARVESTCTL_CONTEXT", "prod", 1);
    CHECK(consent_to({"admin", "unmute", "x", "--yes"}) == 4);
    CHECK(consent_to({"admin", "unmute", "x", "--yes", "--context", "prod"}) == 0);
    ::unsetenv("HARVESTCTL_CONTEXT");
    CHECK(consent_to({"admin", "unmute", "x", "--yes", "--data-dir", home.data()}) == 4);
    CHECK(consent_to({"admin", "unmute", "x", "--yes", "--data-dir", home.data() + "/../data/"}) == 4);
    CHECK(consent_to({"admin", "unmute", "x", "--yes", "--data-dir", home.data(), "--context", "prod"}) == 0);
    CHECK(consent_to({"admin", "unmute", "x", "--context", "open"}) == 0);
}

TEST_CASE("a protected context needs an unlock in force, or a plan", "[cli]")
{
    const TwoContexts home;
    const std::vector<std::string> yes{"admin", "unmute", "x", "--context", "prod", "--yes"};
    CHECK(consent_to(yes) == 4);
    CHECK(consent_to({"admin", "unmute", "x", "--context", "prod", "--plan", "pl_1"}) == 0);
    CHECK(consent_to({"admin", "unmute", "x", "--context", "prod", "--plan", "pl_2"}) == 4);
    unlock(now_by_the_wall() - 16min, now_by_the_wall() - 1min);
    CHECK(consent_to(yes) == 4);
    unlock(now_by_the_wall() + 1min, now_by_the_wall() + 16min);
    CHECK(consent_to(yes) == 4);
    unlock(now_by_the_wall() - 1min, now_by_the_wall() + 14min);
    CHECK(consent_to(yes) == 0);
    CHECK_FALSE(unlock_in_force("open", now_by_the_wall()));
    CHECK(unlock_in_force("prod", now_by_the_wall())->reason == "case \"5512\"");
    struct stat facts{};
    REQUIRE(::stat(unlocks_path().c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
}

TEST_CASE("in a protected context a change counts one level higher", "[cli]")
{
    const TwoContexts home;
    unlock(now_by_the_wall() - 1min, now_by_the_wall() + 14min);
    CHECK(consent_to({"admin", "unmute", "x", "--context", "prod"}) == 64); // mild is asked for
    CHECK(consent_to({"admin", "kick", "x", "--context", "prod", "--yes"}) == 64);
    CHECK(consent_to({"admin", "kick", "x", "--context", "prod", "--confirm", "kestrel"}) == 64);
    CHECK(consent_to({"admin", "kick", "x", "--context", "prod", "--confirm", "moss", "--plan", "pl_1"}) == 4);
    CHECK(consent_to({"admin", "kick", "x", "--context", "prod", "--confirm", "kestrel", "--plan", "pl_1"}) == 0);
    CHECK(consent_to({"admin", "kick", "x", "--context", "open", "--yes"}) == 0);
}

TEST_CASE("nothing is sent to a protected context without consent", "[cli]")
{
    const TwoContexts home;
    auto parsed = parse(std::vector<std::string>{"admin", "unmute", "x"});
    auto client = open_admin(std::get<Invocation>(parsed));
    AdminClient::Body body = std::get<AdminClient>(client).post("/admin/v1/reload", "{}");
    REQUIRE(std::holds_alternative<Failure>(body));
    CHECK(std::get<Failure>(body).exit == 4); // 69, had it been sent
}

TEST_CASE("a start of serve keeps what the operator has set of its context", "[cli]")
{
    const TwoContexts home;
    Contexts contexts = std::get<Contexts>(read_contexts());
    contexts.all[0].read_only = true;
    REQUIRE(write_contexts(contexts));
    REQUIRE(write_context("prod", home.data() + "2"));
    const Contexts after = std::get<Contexts>(read_contexts());
    CHECK(after.find("prod")->data_dir == home.data() + "2");
    CHECK(after.find("prod")->is_protected);
    CHECK(after.find("prod")->read_only);
}

TEST_CASE("what a person writes into contexts.yaml closes a context, however it is spelled", "[cli]")
{
    const TwoContexts home;
    const auto with = [](const std::string& line) {
        std::ofstream(contexts_path()) << "current: prod\ncontexts:\n  prod:\n    data_dir: \"/srv/game #1\" \n    "
                                       << line << "\n";
        return std::get<Contexts>(read_contexts());
    };
    for (const char* line : {"protected: true # the live game", "protected: True", "protected: 'true'",
                             "protected: yes", "protected: \"true\"   # quoted"}) {
        INFO(line);
        CHECK(with(line).find("prod")->is_protected);
    }
    CHECK_FALSE(with("protected: false # not yet").find("prod")->is_protected);
    CHECK(with("read_only: true # for reports").find("prod")->read_only);
    CHECK(with("read_only: false").find("prod")->data_dir == "/srv/game #1");
}

TEST_CASE("a contexts.yaml of any form is read, and what it says wrongly is a failure that names its place", "[cli]")
{
    const TwoContexts home;
    const auto write = [](const std::string& text) { std::ofstream(contexts_path()) << text; };
    write("contexts: {'eu:live': {protected: yes, data_dir: /srv/eu}}\ncurrent: 'eu:live'\n");
    const Contexts flow = std::get<Contexts>(read_contexts());
    CHECK(flow.current == "eu:live");
    REQUIRE(flow.all.size() == 1);
    CHECK(flow.all[0].is_protected);
    REQUIRE(write_contexts(flow)); // and comes back as it was
    CHECK(std::get<Contexts>(read_contexts()).find("eu:live")->data_dir == "/srv/eu");
    write("");
    CHECK(std::get<Contexts>(read_contexts()).all.empty());

    const std::map<std::string, std::string> wrong{
        {"contexts:\n  prod:\n    proteced: true\n", "3:5: proteced: no such key"},
        {"contexts:\n  prod:\n    read_only: maybe\n", "3:16: read_only: true or false"},
        {"contexts: [prod]\n", "1:11: contexts: names"},
        {"contexts:\n  prod: down\n", "2:9: prod: keys"},
        {"contexts:\n  prod:\n    data_dir: [a]\n", "3:15: data_dir: a text"},
        {"context:\n  prod: {}\n", "1:1: context: no such key"},
        {"current: [prod\n", ":2:1: "}};
    for (const auto& [text, why] : wrong) {
        CAPTURE(text);
        write(text);
        const auto read = read_contexts();
        REQUIRE(std::holds_alternative<Failure>(read));
        CHECK(std::get<Failure>(read).exit == 78);
        CHECK_THAT(std::get<Failure>(read).why, Catch::Contains(contexts_path() + ":") && Catch::Contains(why));
        auto parsed = parse(std::vector<std::string>{"admin", "status"});
        CHECK(std::get<Failure>(open_admin(std::get<Invocation>(parsed))).exit == 78);
        CHECK_FALSE(write_context("prod", home.data())); // what a person wrote is not overwritten
        std::ifstream file(contexts_path());
        CHECK(std::string{std::istreambuf_iterator<char>(file), {}} == text);
    }
}
