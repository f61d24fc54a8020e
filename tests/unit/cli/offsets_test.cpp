#include "cli/admin/offsets.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <sstream>

using namespace harvest::cli;

namespace {

constexpr const char* line = R"({"group":"chat","topic":"harvest.chat","partition":2,"first":"0","committed":"17"})";

std::variant<json::array, Failure> parsed(const std::string& text)
{
    std::istringstream in(text);
    return parse_offsets(in, "chat");
}

} // namespace

TEST_CASE("Exported offsets are read line by line, what else a line has is left out", "[cli]")
{
    const auto read = parsed(std::string(line) + "\n\n" +
                             R"({"group":"chat","topic":"harvest.chat","partition":3,"committed":"0"})" + "\r\n");
    REQUIRE(std::holds_alternative<json::array>(read));
    CHECK(json::serialize(std::get<json::array>(read)) == R"([{"topic":"harvest.chat","partition":2,"committed":"17"},)"
                                                          R"({"topic":"harvest.chat","partition":3,"committed":"0"}])");
}

TEST_CASE("A line that cannot be is named with its number and fault", "[cli]")
{
    struct Row {
        const char *text, *fault;
    };
    const Row rows[] = {
        {"[", "is no JSON object"},
        {"17", "is no JSON object"},
        {R"({"group":"match","topic":"harvest.chat","partition":2,"committed":"17"})", "group: is 'match', not chat"},
        {R"({"topic":"harvest.chat","partition":2,"committed":"17"})", "group: is '', not chat"},
        {R"({"group":"chat","partition":2,"committed":"17"})", "topic: is missing"},
        {R"({"group":"chat","topic":"t","committed":"17"})", "partition: is no number of a partition"},
        {R"({"group":"chat","topic":"t","partition":-1,"committed":"17"})", "partition: is no number of a partition"},
        {R"({"group":"chat","topic":"t","partition":4294967296,"committed":"17"})",
         "partition: is no number of a partition"},
        {R"({"group":"chat","topic":"t","partition":2,"committed":17})", "committed: is no offset"},
        {R"({"group":"chat","topic":"t","partition":2,"committed":"-1"})", "committed: is no offset"},
        {R"({"group":"chat","topic":"t","partition":2,"committed":"9999999999999999999"})", "committed: is no offset"},
        {line, "partition: 2 of harvest.chat was there before"},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        const auto read = parsed(std::string(line) + '\n' + row.text + '\n');
        REQUIRE(std::holds_alternative<Failure>(read));
        CHECK(std::get<Failure>(read).exit == 65);
        CHECK(std::get<Failure>(read).message == std::string("line 2: ") + row.fault);
    }
}

TEST_CASE("Whatever stands in the file, it is read or refused", "[cli]")
{
    std::mt19937_64 chance(3);
    int read = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string text = std::string(line) + '\n';
        for (std::size_t changes = chance() % 3; changes > 0; --changes)
            text[chance() % text.size()] = static_cast<char>(chance());
        const auto got = parsed(text);
        if (const auto* failed = std::get_if<Failure>(&got)) {
            CHECK(failed->exit == 65);
            continue;
        }
        ++read;
        for (const json::value& each : std::get<json::array>(got)) CHECK(each.as_object().size() == 3);
    }
    CHECK(read > 1'000);
}
