#include "cli/output.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

using namespace harvest::cli;

namespace {

Document sample()
{
    Document document;
    document.kind = "ThingList";
    document.list = true;
    document.columns = {{"THING", "id", Form::id},
                        {"COUNT", "count", Form::number},
                        {"NOTE", "note"},
                        {"MORE", "more", Form::text, true}};
    document.items = {
        json::object{{"id", "p_01JDB00000000000003R6W1XYZ"}, {"count", "15204"}, {"note", "a,\"b\""}, {"more", 0.011}},
        json::object{
            {"id", "p_01JDB0000000000000AAAAAAAA"}, {"count", "7"}, {"note", "\x1b[31mred\n"}, {"more", nullptr}}};
    return document;
}

std::string rendered(const OutputOptions& options, Document document = sample())
{
    const auto out = render(std::move(document), options);
    REQUIRE(std::holds_alternative<std::string>(out));
    return std::get<std::string>(out);
}

OutputOptions format(const std::string& name)
{
    OutputOptions options;
    options.format = name;
    return options;
}

} // namespace

TEST_CASE("recorded outputs of one list in every format", "[output]")
{
    CHECK(rendered(format("table")) == "THING        COUNT  NOTE\n"
                                       "p_3R6W1XYZ  15,204  a,\"b\"\n"
                                       "p_AAAAAAAA       7  \\x1b[31mred\\x0a\n");
    CHECK(rendered(format("name")) == "p_01JDB00000000000003R6W1XYZ\np_01JDB0000000000000AAAAAAAA\n");
    CHECK(rendered(format("csv")) == "id,count,note,more\n"
                                     "p_01JDB00000000000003R6W1XYZ,15204,\"a,\"\"b\"\"\",0.011\n"
                                     "p_01JDB0000000000000AAAAAAAA,7,\"\x1b[31mred\n\",\n");
    CHECK(rendered(format("jsonl"))
              .starts_with(R"({"id":"p_01JDB00000000000003R6W1XYZ","count":"15204","note":"a,\"b\"","more":0.011})"));
    const std::string whole = rendered(format("json"));
    CHECK(whole.starts_with(R"({"api_version":"harvest.ops/v1","kind":"ThingList","items":[{)"));
    CHECK(whole.ends_with("],\"next_cursor\":null,\"partial\":false}\n"));
    CHECK(json::parse(whole).at("items").as_array().size() == 2);
    CHECK(rendered(format("yaml"))
              .starts_with("api_version: \"harvest.ops/v1\"\nkind: ThingList\nitems:\n  - id: \"p_01"));
    CHECK(rendered(format("wide")).find("MORE") != std::string::npos);
}

TEST_CASE("an empty list is [] and nothing", "[output]")
{
    Document empty = sample();
    empty.items.clear();
    CHECK(rendered(format("table"), empty).empty());
    CHECK(rendered(format("jsonl"), empty).empty());
    CHECK(json::parse(rendered(format("json"), empty)).at("items").as_array().empty());
}

TEST_CASE("a name that some reader of YAML takes for a value is quoted", "[output]")
{
    Document names = sample();
    names.items.clear();
    for (const char* name : {"Null", "TRUE", "Yes", "oFF", "Truely"})
        names.items.push_back(json::object{{"id", "p_1"}, {"note", name}});
    const std::string text = rendered(format("yaml"), names);
    for (const char* name : {"\"Null\"", "\"TRUE\"", "\"Yes\"", "\"oFF\"", " Truely"})
        CHECK(text.find(name) != std::string::npos);
}

TEST_CASE("fractions sort by their value, not rounded", "[output]")
{
    Document rates = sample();
    rates.items = {json::object{{"id", "a"}, {"rate", 0.41}}, json::object{{"id", "b"}, {"rate", 0.39}},
                   json::object{{"id", "c"}, {"rate", 0.6}}};
    OutputOptions options = format("name");
    options.sort = "-rate";
    CHECK(rendered(options, rates) == "c\na\nb\n");
    options.sort = "rate";
    CHECK(rendered(options, rates) == "b\na\nc\n");
}

TEST_CASE("columns, filters, sorting and limits", "[output]")
{
    OutputOptions options = format("table");
    options.columns = {"count", "thing"};
    options.sort = "count";
    CHECK(rendered(options) == " COUNT  THING\n     7  p_AAAAAAAA\n15,204  p_3R6W1XYZ\n");
    options.sort = "-count";
    options.headers = false;
    options.limit = 1;
    CHECK(rendered(options) == "15,204  p_3R6W1XYZ\n");
    options = format("name");
    options.filters = {"count!=7"};
    CHECK(rendered(options) == "p_01JDB00000000000003R6W1XYZ\n");
    options.filters = {"nonsense"};
    CHECK(std::holds_alternative<Failure>(render(sample(), options)));
    options = format("table");
    options.columns = {"cuont"};
    const auto failed = render(sample(), options);
    REQUIRE(std::holds_alternative<Failure>(failed));
    CHECK(std::get<Failure>(failed).hint == "did you mean: --columns count");
    options.columns.clear();
    options.sort = "-cuont";
    const auto slipped = render(sample(), options);
    REQUIRE(std::holds_alternative<Failure>(slipped));
    CHECK(std::get<Failure>(slipped).hint == "did you mean: --sort count");
    options.sort.clear();
    options.filters = {"cuont=7"};
    CHECK(std::holds_alternative<Failure>(render(sample(), options)));
    options.filters = {"sanction=ban"}; // optional: none has it just now
    CHECK(std::holds_alternative<std::string>(render(sample(), options)));
}

TEST_CASE("what tables show of numbers and times", "[output]")
{
    CHECK(thousands(0) == "0");
    CHECK(thousands(999) == "999");
    CHECK(thousands(1'203'991) == "1,203,991");
    CHECK(thousands(-15'204) == "-15,204");
    CHECK(uptime_text(59) == "59s");
    CHECK(uptime_text(720) == "12m00s");
    CHECK(uptime_text(3 * 86'400 + 4 * 3'600) == "3d04h");
}

TEST_CASE("what never comes, and what is kept for ever, is said in words", "[output]")
{
    Document document;
    document.kind = "LagList";
    document.list = true;
    document.columns = {{"ETA", "eta_seconds", Form::eta}, {"KEPT", "retention_seconds", Form::kept}};
    document.items = {json::object{{"eta_seconds", nullptr}, {"retention_seconds", 0}},
                      json::object{{"eta_seconds", 180}, {"retention_seconds", 720}}, json::object{}};
    CHECK(rendered(format("table"), document) == "ETA    KEPT\nnever  for ever\n3m00s  12m00s\n-      -\n");
    CHECK(rendered(format("csv"), document) == "eta_seconds,retention_seconds\n,0\n180,720\n,\n");
}
