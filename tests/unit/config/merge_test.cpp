#include "common/config/merge.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::config;

namespace {

struct Part {
    std::int64_t burst{5}, threads{2};
    std::vector<std::string> words{"one"};
    Millis every{1s};
    void describe(Section& section)
    {
        section.field({.name = "burst", .doc = "x", .reloadable = true}, burst);
        section.field({.name = "threads", .doc = "x"}, threads);
        section.field({.name = "words", .doc = "x", .reloadable = true}, words);
        section.field({.name = "every", .doc = "x"}, every);
    }
};

struct Whole {
    std::string name{"a"};
    Part part;
    void describe(Section& section)
    {
        section.field({.name = "name", .doc = "x"}, name);
        section.section("part", part);
    }
};

std::vector<Field> fields_of_whole(Whole& whole)
{
    std::vector<Field> fields;
    Section section(fields);
    whole.describe(section);
    return fields;
}

} // namespace

TEST_CASE("A reload takes the reloadable fields over, names all that differ, and leaves the rest", "[config]")
{
    Whole now, fresh;
    CHECK(differences(fields_of_whole(now), fields_of_whole(fresh)).reloadable.empty());
    fresh.name = "b";
    fresh.part = {7, 4, {"one, two"}, 2s};
    now.part.words = {"one", "two"}; // written alike, and not the same

    const Differences found = differences(fields_of_whole(now), fields_of_whole(fresh));
    CHECK(found.reloadable == std::vector<std::string>{"part.burst", "part.words"});
    CHECK(found.other == std::vector<std::string>{"name", "part.threads", "part.every"});

    take_reloadable(fields_of_whole(now), fields_of_whole(fresh));
    CHECK(now.part.burst == 7);
    CHECK(now.part.words == std::vector<std::string>{"one, two"});
    CHECK(now.name == "a");
    CHECK(now.part.threads == 2);
    CHECK(now.part.every == 1s);
    CHECK(differences(fields_of_whole(now), fields_of_whole(fresh)).reloadable.empty());
}
