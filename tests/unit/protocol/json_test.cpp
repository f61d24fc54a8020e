#include "common/protocol/live.hpp"

#include <catch2/catch.hpp>

#include <ctime>

using namespace harvest;
using namespace harvest::protocol;

namespace {

BOOST_DEFINE_ENUM_CLASS(Colour, red, green)

struct Inner {
    Colour colour{};
    std::vector<std::int32_t> numbers;
    friend bool operator==(const Inner&, const Inner&) = default;
};
BOOST_DESCRIBE_STRUCT(Inner, (), (colour, numbers))

struct Outer {
    PlayerId player;
    std::string text;
    Amount amount;
    bool flag{};
    std::uint16_t port{};
    std::optional<Inner> inner;
    std::map<std::string, std::int64_t> counts;
    RawJson raw;
    friend bool operator==(const Outer&, const Outer&) = default;
};
BOOST_DESCRIBE_STRUCT(Outer, (), (player, text, amount, flag, port, inner, counts, raw))

const std::string id = "p_01JDBQ6W5R9YN2M4T73R6W1XYZ";

std::string document(const std::string& member, const std::string& value)
{
    std::map<std::string, std::string> members{{"player", "\"" + id + "\""},
                                               {"text", "\"t\""},
                                               {"amount", "\"5\""},
                                               {"flag", "true"},
                                               {"port", "80"},
                                               {"counts", "{}"},
                                               {"raw", "[1,2]"}};
    members[member] = value;
    std::string out = "{";
    for (const auto& [name, text] : members)
        if (!text.empty()) out += (out.size() > 1 ? "," : "") + ("\"" + name + "\":" + text);
    return out + "}";
}

} // namespace

TEST_CASE("json: what is written is read back", "[protocol]")
{
    Outer outer{{id},  "line\n\"quote\" \\ \x01 ünï ", {9'007'199'254'740'993},           true,
                65535, Inner{Colour::green, {1, -2}},  {{"a", 1}, {"b", -9'000'000'000}}, {R"({"x":[1,2.50,null]})"}};
    CHECK(decode<Outer>(encode(outer)).value() == outer);
    outer.inner.reset();
    CHECK(encode(outer).find("inner") == std::string::npos);
    CHECK(decode<Outer>(encode(outer)).value() == outer);
}

TEST_CASE("json: every fault is refused with its path and reason", "[protocol]")
{
    const auto why = [](const std::string& text) {
        std::string reason;
        const Result<Outer> read = decode<Outer>(text, &reason);
        return read ? std::string("accepted") : reason;
    };
    CHECK(why(document("text", "\"ok\"")) == "accepted");
    CHECK(why(document("text", "")) == "text: is missing");
    CHECK(why(document("text", "7")) == "text: is not a string");
    CHECK(why(document("flag", "1")) == "flag: is not true or false");
    CHECK(why(document("port", "65536")) == "port: is out of range");
    CHECK(why(document("port", "-1")) == "port: is out of range");
    CHECK(why(document("port", "1.0")) == "port: is not a whole number");
    CHECK(why(document("port", "1e400")) != "accepted");
    CHECK(why(document("amount", "5")) == "amount: is not an amount (a decimal string)");
    CHECK(why(document("amount", "\"05\"")) == "amount: is not an amount (a decimal string)");
    CHECK(why(document("amount", "\"9223372036854775808\"")) == "amount: is not an amount (a decimal string)");
    CHECK(why(document("player", "\"m_1\"")) == "player: is not an id that begins with p_");
    CHECK(why(document("extra", "1")) == "extra: is not known");
    CHECK(why(document("inner", R"({"colour":"blue","numbers":[]})")) == "inner.colour: is not one of red green");
    CHECK(why(document("inner", R"({"colour":"red","numbers":[1,"x"]})")) == "inner.numbers[1]: is not a whole number");
    CHECK(why(document("counts", R"({"a":9223372036854775808})")) == "counts.a: is out of range");
    CHECK(why("[1]") == "the document: is not an object");
    CHECK(why("{") != "accepted");
    CHECK(why(document("text", "\"\\ud800\"")) != "accepted");
    CHECK(why(document("raw", "NaN")) != "accepted");
}

TEST_CASE("json: repeated members are refused at any depth, the same name elsewhere is not", "[protocol]")
{
    CHECK_FALSE(decode<RawJson>(R"({"a":1,"a":1})").has_value());
    CHECK_FALSE(decode<RawJson>(R"({"x":[{"a":1,"b":{"c":1,"c":2}}]})").has_value());
    CHECK_FALSE(decode<RawJson>(R"({"a":1,"\u0061":1})").has_value());
    CHECK_FALSE(decode<RawJson>(R"([{"a" : {}, "b":[], "a"
: 1}])")
                    .has_value());
    CHECK(decode<RawJson>(R"([{"a":1},{"a":2}])").has_value());
    CHECK(decode<RawJson>(R"({"a":{"a":"a"},"b":"\"a\":"})").has_value());
}

TEST_CASE("json: a document of many members takes time in proportion to its size", "[protocol]")
{
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    const std::clock_t began = std::clock();
    CHECK(decode<RawJson>(text + "}").has_value());
    CHECK_FALSE(decode<RawJson>(text + ",\"5\":0}").has_value());
    CHECK(static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC < 2);
}

TEST_CASE("json: unknown members pass where the reader is told to ignore them", "[protocol]")
{
    CHECK(decode<Outer>(document("extra", "{\"deep\":[]}"), nullptr, Unknown::ignore).has_value());
}

TEST_CASE("json: a raw member keeps its text to the letter", "[protocol]")
{
    for (const char* raw : {"1.50", "1e2", "\"a\\\"b,}\"", "{ \"x\" : [ 1 , {\"raw\":2} ] }", "null", "[]", "\"\""}) {
        CHECK(decode<Outer>(document("raw", raw)).value().raw.text == raw);
        CHECK(decode<Outer>(document("raw", std::string(" ") + raw + "\n ")).value().raw.text == raw);
    }
}

TEST_CASE("json: depth is bounded", "[protocol]")
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(decode<RawJson>(nested(max_json_depth)).has_value());
    CHECK(decode<RawJson>(nested(max_json_depth)).value().text == nested(max_json_depth));
    CHECK_FALSE(decode<RawJson>(nested(max_json_depth + 1)).has_value());
    CHECK_FALSE(decode<RawJson>(nested(100'000)).has_value());
}

TEST_CASE("live: an envelope is read as it was written, its limits hold", "[protocol]")
{
    std::string why;
    const LiveRequest request = decode_request(encode_request("match.queue", 7, R"({"mode":"casual"})"), &why).value();
    CHECK(request.op == "match.queue");
    CHECK(request.id == 7);
    CHECK(request.data.text == R"({"mode":"casual"})");
    CHECK_FALSE(decode_request(R"({"op":""})", &why).has_value());
    CHECK_FALSE(decode_request(R"({"op":"x","id":-1})", &why).has_value());
    CHECK_FALSE(decode_request(R"({"op":"x","key":""})", &why).has_value());
    CHECK_FALSE(decode_request(R"({"op":"x","nonsense":1})", &why).has_value());
    CHECK_FALSE(decode_request(R"({"op":")" + std::string(65, 'x') + "\"}", &why).has_value());
    const ServerMessage error = decode<ServerMessage>(encode_error(3, "not_found", "no \"x\"")).value();
    CHECK(error.re == 3);
    CHECK(error.error->message == "no \"x\"");
    CHECK(decode<ServerMessage>(encode_push("battle.end", 9, "{}"))->seq == 9);
}
