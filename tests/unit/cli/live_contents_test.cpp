#include "cli/failure.hpp"
#include "cli/live_contents.hpp"
#include "common/adapters/system/system_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace harvest;
using namespace harvest::cli;

namespace {

namespace fs = std::filesystem;

class MapArchive final : public RulesArchive {
public:
    AsyncResult<void> keep(ArchivedRules rules, Deadline) override
    {
        if (away) co_return Errc::unavailable;
        kept.emplace(rules.hash, rules);
        co_return Result<void>{};
    }
    AsyncResult<ArchivedRules> get(std::string hash, Deadline) override
    {
        ++asked;
        const auto found = kept.find(hash);
        if (found == kept.end()) co_return Errc::not_found;
        co_return found->second;
    }
    std::map<std::string, ArchivedRules> kept;
    int asked = 0;
    bool away = false;
};

// A copy of config/game that a test writes in.
struct Desk {
    Desk()
    {
        std::string name = (fs::temp_directory_path() / "harvest-content-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        folder = name;
        fs::copy("config/game", folder, fs::copy_options::recursive);
    }
    ~Desk() { fs::remove_all(folder); }

    void write(const std::string& name, const std::string& was, const std::string& is) const
    {
        std::ifstream in(folder / name);
        std::string text(std::istreambuf_iterator<char>(in), {});
        const std::size_t at = text.find(was);
        REQUIRE(at != std::string::npos);
        text.replace(at, was.size(), is);
        std::ofstream(folder / name) << text;
    }
    std::unique_ptr<LiveContents> open()
    {
        return std::make_unique<LiveContents>(find_game(folder.string()), folder.string(), archive, clock);
    }
    Result<std::shared_ptr<const game::battle::Content>> rules(LiveContents& contents, const std::string& hash)
    {
        asio::io_context loop;
        Result<std::shared_ptr<const game::battle::Content>> out = Errc::internal;
        auto ask = [&]() -> Task<void> { out = co_await contents.rules(hash, clock.after(5s)); };
        asio::co_spawn(loop, ask, [](const std::exception_ptr&) {});
        loop.run();
        return out;
    }

    fs::path folder;
    MapArchive archive;
    system::SystemClock clock;
};

} // namespace

TEST_CASE("Content is read again, and the rules of before are still found", "[content]")
{
    Desk desk;
    const auto contents = desk.open();
    const std::shared_ptr<const game::GameData> before = contents->now();
    const std::string old_rules = before->battle->hash();
    CHECK(contents->reload().result == "nothing has changed");
    CHECK(contents->now() == before);
    desk.write("battle.yaml", "health: 25", "health: 26");
    desk.write("farm.yaml", "plots: 12", "plots: 13");
    const ContentReload done = contents->reload();
    CHECK_FALSE(done.refused);
    CHECK(done.changed == std::vector<std::string>{"battle", "farm"});
    CHECK(contents->now()->battle->rules().health == 26);
    CHECK(contents->now()->battle->hash() == done.rules);
    CHECK(before->battle->rules().health == 25); // who has it keeps it
    CHECK(desk.archive.kept.size() == 2);
    CHECK(*desk.rules(*contents, old_rules) == before->battle);
    CHECK(desk.archive.asked == 0);

    SECTION("a later process finds them in the archive, once")
    {
        const auto later = desk.open();
        for (int i = 0; i < 2; ++i) CHECK((*desk.rules(*later, old_rules))->rules().health == 25);
        CHECK(desk.archive.asked == 1);
        CHECK(desk.rules(*later, "0123").error() == Errc::not_found);
    }
    SECTION("what is kept under a hash that is not its own is not played by")
    {
        const auto later = desk.open();
        desk.archive.kept[old_rules].battle = desk.archive.kept[done.rules].battle;
        CHECK(desk.rules(*later, old_rules).error() == Errc::data_loss);
    }
}

TEST_CASE("Content that is at fault, or that the archive does not take, changes nothing", "[content]")
{
    Desk desk;
    const auto contents = desk.open();
    const std::shared_ptr<const game::GameData> before = contents->now();
    SECTION("a fault, with its place")
    {
        desk.write("battle.yaml", "health: 25", "health: none");
        const ContentReload done = contents->reload();
        CHECK(done.refused);
        CHECK(done.result.find("battle.yaml:4:") != std::string::npos);
    }
    SECTION("another seed of the weather")
    {
        desk.write("farm.yaml", "seed: ", "seed: 1");
        const ContentReload done = contents->reload();
        CHECK(done.refused);
        CHECK(done.result.find("the weather's seed differs") != std::string::npos);
    }
    SECTION("the store is away")
    {
        desk.write("battle.yaml", "health: 25", "health: 26");
        desk.archive.away = true;
        CHECK(contents->reload().refused);
        desk.archive.away = false;
        CHECK(contents->now() == before);
        CHECK_FALSE(contents->reload().refused);
        return;
    }
    CHECK(contents->now() == before);
    CHECK(desk.archive.kept.size() == 1);
}

TEST_CASE("A folder that cannot be looked into changes nothing, and is told", "[content]")
{
    Desk desk;
    const auto contents = desk.open();
    const std::shared_ptr<const game::GameData> before = contents->now();
    SECTION("a file that leads to itself")
    {
        fs::remove(desk.folder / "tournaments.yaml");
        fs::create_symlink("tournaments.yaml", desk.folder / "tournaments.yaml");
        const ContentReload done = contents->reload();
        CHECK(done.refused);
        CHECK(done.result.find("tournaments.yaml") != std::string::npos);
        CHECK(done.result.find("cannot be read") != std::string::npos);
    }
    SECTION("a folder of a name that is too long")
    {
        LiveContents away(find_game(desk.folder.string()), (desk.folder / std::string(300, 'x')).string(), desk.archive,
                          desk.clock);
        const ContentReload done = away.reload();
        CHECK(done.refused);
        CHECK(done.result.find("cannot be read") != std::string::npos);
    }
    SECTION("a folder that its reader may not search")
    {
        fs::permissions(desk.folder, fs::perms::none);
        const bool bound = ::access((desk.folder / "farm.yaml").c_str(), F_OK) != 0; // root is not
        const ContentReload done = contents->reload();
        fs::permissions(desk.folder, fs::perms::owner_all);
        CHECK(done.refused == bound);
    }
    CHECK(contents->now() == before);
}

TEST_CASE("Kinds of tournaments need not be there", "[content]")
{
    Desk desk;
    fs::remove(desk.folder / "tournaments.yaml");
    CHECK(desk.open()->now()->tournaments->empty());
}

TEST_CASE("Without an archive that takes its rules no process begins", "[content]")
{
    Desk desk;
    desk.archive.away = true;
    CHECK_THROWS_AS(desk.open(), DependencyAway);
}
