#include "cli/manual.hpp"
#include "cli/parse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

using namespace harvest::cli;

namespace {

std::vector<std::string> split(const std::string& line)
{
    std::vector<std::string> out;
    std::string word;
    bool quoted = false, any = false;
    for (const char c : line) {
        if (c == '\'')
            quoted = !quoted, any = true;
        else if (c == ' ' && !quoted) {
            if (any) out.push_back(word);
            word.clear();
            any = false;
        } else {
            word += c;
            any = true;
        }
    }
    if (any) out.push_back(word);
    return out;
}

auto parse_line(const std::string& line)
{
    return parse(split(line));
}

} // namespace

TEST_CASE("every row of the table keeps the house rules", "[cli]")
{
    std::map<std::string, bool> takes_value;
    for (const Command& command : commands()) {
        INFO(command.path);
        CHECK(command.handler != nullptr);
        CHECK(find_command(command.path) == &command);
        if (command.path.starts_with("__")) continue;
        CHECK(command.examples.size() >= 2);
        CHECK(command.exits.size() >= 1);
        CHECK_FALSE(command.summary.empty());
        const std::string help = help_text(command);
        CHECK(std::ranges::count(help, '\n') <= 40);
        for (const Flag& flag : all_flags(command)) {
            const auto [known, fresh] = takes_value.emplace(flag.name, !flag.value.empty());
            CHECK(known->second == !flag.value.empty()); // one meaning a name, so that flags may stand anywhere
        }
        for (const int code : command.exits)
            CHECK(std::ranges::find(exit_codes(), code, &ExitCode::code) != exit_codes().end());
    }
    CHECK(std::ranges::count(help_of_family(""), '\n') <= 40);
    CHECK(std::ranges::count(help_of_family("admin"), '\n') <= 40);
}

TEST_CASE("every example in help parses", "[cli]")
{
    for (const Command& command : commands())
        for (const Example& example : command.examples) {
            INFO(example.line);
            std::vector<std::string> words = split(std::string(example.line));
            REQUIRE(words[0] == "harvestctl");
            words.erase(words.begin());
            CHECK(std::holds_alternative<Invocation>(parse(words)));
        }
}

TEST_CASE("typos get the right suggestion", "[cli]")
{
    const std::vector<std::pair<std::string, std::string>> typos{{"serv all", "serve"},
                                                                 {"srve all", "serve"},
                                                                 {"sevre all", "serve"},
                                                                 {"serve al", "serve all"},
                                                                 {"serve gatway", "serve gateway"},
                                                                 {"serve getaway", "serve gateway"},
                                                                 {"serve conserv", "serve connsrv"},
                                                                 {"serve atuh", "serve auth"},
                                                                 {"serve mtach", "serve match"},
                                                                 {"serve instnace", "serve instance"},
                                                                 {"serve chta", "serve chat"},
                                                                 {"serve metrcs", "serve metrics"},
                                                                 {"conifg check", "config"},
                                                                 {"confg check", "config"},
                                                                 {"config chek", "config check"},
                                                                 {"config prnt", "config print"},
                                                                 {"config shema", "config schema"},
                                                                 {"config ini", "config init"},
                                                                 {"config dif", "config diff"},
                                                                 {"admn status", "admin"},
                                                                 {"amdin status", "admin"},
                                                                 {"admin statsu", "admin status"},
                                                                 {"admin sttus", "admin status"},
                                                                 {"admin helth", "admin health"},
                                                                 {"admin wiat", "admin wait"},
                                                                 {"admin evnts", "admin events"},
                                                                 {"admin event", "admin events"},
                                                                 {"admin expalin x", "admin explain"},
                                                                 {"admin replya m", "admin replay"},
                                                                 {"admin bna x", "admin ban"},
                                                                 {"admin unbna x", "admin unban"},
                                                                 {"admin kik x", "admin kick"},
                                                                 {"admin sed", "admin seed"},
                                                                 {"admin drian all", "admin drain"},
                                                                 {"admin relaod", "admin reload"},
                                                                 {"admin plyer list", "admin player"},
                                                                 {"admin player lst", "admin player list"},
                                                                 {"admin player gte x", "admin player get"},
                                                                 {"admin player sanction x", "admin player sanctions"},
                                                                 {"admin macth list", "admin match"},
                                                                 {"admin match lits", "admin match list"},
                                                                 {"admin kafak topics", "admin kafka"},
                                                                 {"admin kafka topcs", "admin kafka topics"},
                                                                 {"admin kafka lga", "admin kafka lag"},
                                                                 {"admin kafka comsume t", "admin kafka consume"},
                                                                 {"admin ledger chck", "admin ledger check"},
                                                                 {"admin audit lst", "admin audit list"},
                                                                 {"admin audit verfy", "admin audit verify"},
                                                                 {"admin context lsit", "admin context list"},
                                                                 {"admin key rotat", "admin key rotate"},
                                                                 {"verison", "version"},
                                                                 {"versoin", "version"},
                                                                 {"completoin bash", "completion"},
                                                                 {"dosc man", "docs"},
                                                                 {"loadtset run", "loadtest"},
                                                                 {"loadtest rnu", "loadtest run"},
                                                                 {"admin status --outptu json", "--output"},
                                                                 {"admin status --colums a", "--columns"},
                                                                 {"serve all --ephemral", "--ephemeral"},
                                                                 {"serve all --bot 3", "--bots"},
                                                                 {"serve all --data-dri x", "--data-dir"},
                                                                 {"config check -o jsn", "json"},
                                                                 {"admin status -o tabel", "table"},
                                                                 {"completion bsah", "bash"},
                                                                 {"docs mna", "man"},
                                                                 {"admin match list --state endde", "ended"},
                                                                 {"serve all --log-level inof", "info"}};
    CHECK(typos.size() >= 60);
    for (const auto& [line, wanted] : typos) {
        INFO(line);
        const auto parsed = parse_line(line);
        REQUIRE(std::holds_alternative<Failure>(parsed));
        const Failure& failure = std::get<Failure>(parsed);
        CHECK(failure.exit == 64);
        CHECK(failure.hint.starts_with("did you mean: "));
        CHECK(failure.hint.ends_with(wanted));
        const std::string text = to_text(failure);
        CHECK(std::ranges::count(text, '\n') == 3);
    }
}

TEST_CASE("flags may stand anywhere, and presets fill in", "[cli]")
{
    const auto a = std::get<Invocation>(parse_line("-o json admin match --limit 3 list --state=ended"));
    CHECK(a.command->path == "admin match list");
    CHECK(a.value("output") == "json");
    CHECK(a.value("limit") == "3");
    CHECK(a.value("state") == "ended");
    CHECK(std::get<Invocation>(parse_line("admin match ls")).command->path == "admin match list");
    ::setenv("HARVESTCTL_OUTPUT", "yaml", 1);
    ::setenv("HARVESTCTL_YES", "1", 1);
    const auto b = std::get<Invocation>(parse_line("admin ban @x --reason r"));
    CHECK(b.value("output") == "yaml");
    CHECK_FALSE(b.has("yes")); // consent is never preset
    ::unsetenv("HARVESTCTL_OUTPUT");
    ::unsetenv("HARVESTCTL_YES");
    const auto c = std::get<Invocation>(parse_line("admin kafka offsets reset chat --shift -10 --topic harvest.chat"));
    CHECK(c.value("shift") == "-10");
}

TEST_CASE("bad usage is 64 and says what to type", "[cli]")
{
    for (const char* line :
         {"admin", "serve", "nonsense", "admin match get", "serve all --bots many", "serve all --drain-timeout 5",
          "version extra", "admin status --limit", "config check a b", "admin match list --limit -3", "completion",
          "admin ban", "admin drain all --plan=", "admin kafka offsets reset chat --shift ten",
          "admin kafka offsets reset chat --shift +-1"}) {
        INFO(line);
        const auto parsed = parse_line(line);
        if (std::string(line) == "admin" || std::string(line) == "serve") {
            CHECK(std::get<Failure>(parsed).hint.find("--help") != std::string::npos);
            continue;
        }
        REQUIRE(std::holds_alternative<Failure>(parsed));
        CHECK(std::get<Failure>(parsed).exit == 64);
        CHECK_FALSE(std::get<Failure>(parsed).message.empty());
    }
    CHECK(std::holds_alternative<HelpWanted>(parse_line("admin match list --help")));
    CHECK(std::holds_alternative<HelpWanted>(parse_line("help admin")));
    CHECK(std::holds_alternative<HelpWanted>(parse_line("")));
}

TEST_CASE("man pages are those in man/ and lint clean", "[cli][man]")
{
    REQUIRE(std::filesystem::exists("man"));
    for (const std::string& name : man_page_names()) {
        INFO(name << ": regenerate with harvestctl docs man --out man");
        std::ifstream file("man/" + name, std::ios::binary);
        const std::string kept{std::istreambuf_iterator<char>(file), {}};
        CHECK(kept == man_page(name));
        const std::string command = "command -v mandoc >/dev/null || exit 0; mandoc -T lint man/" + name;
        CHECK(std::system(command.c_str()) == 0);
    }
}
