#include "cli/admin/event_format.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace harvest::cli;

TEST_CASE("An event is written in a form of one's own", "[eventlog]")
{
    const json::object event = json::parse(R"({"id":"e_1","type":"t.v1","topic":"harvest.game","partition":2,
        "offset":"17","key":"m_1\u001b[31m","source":"match-0","time":"2026-11-23T01:31:58.120Z",
        "data":{"winner":1}})")
                                   .as_object();
    struct Row {
        const char *format, *written;
    };
    const Row rows[] = {{"%d %p:%o\\n", "2026-11-23T01:31:58.120Z 2:17\n"},
                        {"%i\\t%y\\t%t\\t%s", "e_1\tt.v1\tharvest.game\tmatch-0"},
                        {"%v", R"({"winner":1})"},
                        {"100%% of %p", "100% of 2"},
                        {"%k", R"(m_1\x1b[31m)"},
                        {"", ""}};
    for (const Row& row : rows) {
        INFO(row.format);
        const auto format = EventFormat::parse(row.format);
        REQUIRE(format);
        CHECK(format->write(event) == row.written);
    }
    for (const char* bad : {"%", "%q", "%d %", "%V"}) CHECK_FALSE(EventFormat::parse(bad).has_value());
}
