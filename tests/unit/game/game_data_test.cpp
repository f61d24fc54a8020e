// What a reload of the content sees, and what it must not take.
#include "common/config/game/game_loader.hpp"

#include <catch2/catch.hpp>

#include <utility>

using namespace harvest;

namespace {

config::GameTexts shipped()
{
    std::vector<config::ContentFault> faults;
    config::GameTexts texts = config::read_game("config/game", faults);
    REQUIRE(faults.empty());
    return texts;
}

game::GameData data_of(const config::GameTexts& texts)
{
    const config::LoadedGame loaded = config::parse_game(texts);
    INFO((loaded.faults.empty() ? "" : loaded.faults.front().text()));
    REQUIRE(loaded.data);
    return *loaded.data;
}

void put(config::ContentText& file, const std::string& was, const std::string& is)
{
    const std::size_t at = file.text.find(was);
    INFO(file.name << ": " << was);
    REQUIRE(at != std::string::npos);
    file.text.replace(at, was.size(), is);
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("The parts of the content that differ are named", "[content]")
{
    const game::GameData before = data_of(shipped());
    CHECK(game::changed_parts(before, data_of(shipped())).empty());
    config::GameTexts texts = shipped();
    put(texts.battle, "health: 25", "health: 26");
    put(texts.farm, "seed_price: 1, grow_s", "seed_price: 2, grow_s");
    const game::GameData after = data_of(texts);
    CHECK(game::changed_parts(before, after) == Lines{"battle", "farm"});
    CHECK(game::hindrances(before, after).empty());
}

TEST_CASE("A running game takes no content that lacks what players hold, or changes the past", "[content]")
{
    const game::GameData whole = data_of(shipped());
    SECTION("a card is gone")
    {
        std::vector<game::battle::Card> fewer(whole.battle->cards().begin(), whole.battle->cards().end() - 1);
        const std::string lost = whole.battle->cards().back().id;
        game::GameData after = whole;
        after.battle = std::make_shared<const game::battle::Content>(game::battle::Content::finish(
            "less", whole.battle->rules(), std::move(fewer), whole.battle->farmers(), {}));
        CHECK(game::hindrances(whole, after) == Lines{"card '" + lost + "' is gone: players may own it"});
        CHECK(game::hindrances(after, whole).empty()); // more is welcome
    }
    SECTION("a crop is gone, and the weather is another")
    {
        const game::farm::Content& farm = *whole.farm;
        std::vector<game::farm::Crop> fewer(farm.crops().begin() + 1, farm.crops().end());
        game::farm::Climate climate = farm.climate();
        ++climate.seed;
        game::GameData after = whole;
        after.farm = std::make_shared<const game::farm::Content>(
            game::farm::Content::finish("less", farm.rules(), climate, std::move(fewer)));
        CHECK(game::hindrances(whole, after).size() == 2);
    }
    SECTION("seasons begin on another day")
    {
        game::GameData after = whole;
        after.leagues = std::make_shared<const game::rating::Ladder>(game::rating::Ladder::finish(
            "moved", whole.leagues->begin_of(1) + 24h, 28 * 24h, whole.leagues->leagues()));
        CHECK(game::hindrances(whole, after).size() == 1);
    }
}

TEST_CASE("Every fault of all files is said at once", "[content]")
{
    config::GameTexts texts = shipped();
    put(texts.battle, "health: 25", "health: none");
    put(texts.quests, "count: ", "count: x");
    const config::LoadedGame loaded = config::parse_game(texts);
    CHECK_FALSE(loaded.data);
    REQUIRE(loaded.faults.size() >= 2);
    CHECK(loaded.faults.front().file == "battle.yaml");
    CHECK(loaded.faults.back().file == "quests.yaml");
    std::vector<config::ContentFault> unreadable;
    config::read_game("no/such/folder", unreadable);
    CHECK(unreadable.size() == 7);
}
