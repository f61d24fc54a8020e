#include "common/adapters/sql/rules_archive.hpp"
#include "common/ports/rules_archive.hpp"
#include "tests/contract/support/stores.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::test;

TEMPLATE_TEST_CASE("Rules are kept under their hash, and stay as they came first", "[rules]", HARVEST_STORES)
{
    TestType stores;
    sql::SqlRulesArchive archive(*stores->database);
    const std::string cards = "cards:\n- id: löwenzahn # 'quoted' \"twice\"\n" + std::string(300'000, '#');
    CHECK(get(archive.get("aa", stores.soon())).error() == Errc::not_found);
    REQUIRE(get(archive.keep({"aa", "1", "rules: {}\n", cards, noon}, stores.soon())));
    REQUIRE(get(archive.keep({"bb", "2", "rules: {health: 26}\n", "", noon}, stores.soon())));
    REQUIRE(get(archive.keep({"aa", "9", "other", "other", noon + 1s}, stores.soon())));
    const Result<ArchivedRules> first = get(archive.get("aa", stores.soon()));
    REQUIRE(first);
    CHECK(first->version == "1");
    CHECK(first->battle == "rules: {}\n");
    CHECK(first->cards == cards);
    CHECK(first->kept_at == noon);
    CHECK(get(archive.get("bb", stores.soon()))->version == "2");
}
