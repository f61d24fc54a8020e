#include "daemons/chat/errc.hpp"
#include "daemons/chat/service.hpp"
#include "tests/support/catch_result.hpp"

#include <random>

using namespace harvest;
using namespace harvest::chat;

namespace {

const PlayerId ann{"p_01HZZZZZZZZZZZZZZZZZZZZZZA"}, bob{"p_01HZZZZZZZZZZZZZZZZZZZZZZB"};

} // namespace

TEST_CASE("Channels have one name as kept, however they are asked for", "[chat]")
{
    const auto mine = parse_channel("dm:" + bob.value, ann), theirs = parse_channel("dm:" + ann.value, bob);
    REQUIRE(mine);
    REQUIRE(theirs);
    CHECK(mine->kept == theirs->kept);
    CHECK(parse_channel(mine->kept, ann)->kept == mine->kept);
    CHECK(parse_channel("dm:" + bob.value + ":" + ann.value, ann)->kept == mine->kept);
    CHECK(parse_channel("room:lobby", ann)->room == "lobby");
    CHECK(parse_channel("match:m_01HZZZZZZZZZZZZZZZZZZZZZZM", ann)->kind == ChannelKind::match);
    for (const std::string& bad :
         {std::string("dm:" + ann.value), std::string("dm:"), std::string("room:"), std::string("room:Lobby"),
          std::string("room:a b"), std::string("match:p_1"), std::string("lobby"), std::string(""),
          std::string("room:" + std::string(200, 'a')), std::string("dm:" + ann.value + ":" + bob.value + ":x"),
          std::string("room:\x1b[2J")})
        CHECK(parse_channel(bad, ann).error() == ChatErrc::no_such_channel);
}

TEST_CASE("Text that reaches operators' terminals has no control characters", "[chat]")
{
    CHECK(*clean_text("  hello  ", 500) == "hello");
    CHECK(*clean_text("grüße 🌻 שלום", 500) == "grüße 🌻 שלום");
    CHECK(*clean_text("a\u202eb\u2066c", 500) == "abc");
    CHECK(clean_text("", 500).error() == ChatErrc::bad_text);
    CHECK(clean_text("   ", 500).error() == ChatErrc::bad_text);
    for (const char* bad : {"\x1b[31mred", "bell\a", "a\nb", "nul\x01", "\x7f",
                            "\xc2\x9b"
                            "31m",
                            "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xff"})
        CHECK(clean_text(bad, 500).error() == ChatErrc::bad_text);
    CHECK(clean_text(std::string(501, 'x'), 500).error() == ChatErrc::too_long);
    std::string sunflowers;
    for (int i = 0; i < 500; ++i) sunflowers += "🌻";
    CHECK(clean_text(sunflowers, 500));
    CHECK(clean_text(sunflowers + "🌻", 500).error() == ChatErrc::too_long);
}

TEST_CASE("Any bytes are cleaned to themselves or refused", "[chat]")
{
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto n = random() % 12; n > 0; --n) text += static_cast<char>(random() % 256);
        const auto clean = clean_text(text, 10);
        if (!clean) continue;
        CHECK(*clean_text(*clean, 10) == *clean);
        for (const char c : *clean) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
}

TEST_CASE("The filter masks whole words only", "[chat]")
{
    const WordFilter filter({"weed", "Slug"});
    CHECK(filter.mask("a WEED, w33d and 5lug") == "a ****, **** and ****");
    CHECK(filter.mask("seaweed weeds sluggish") == "seaweed weeds sluggish");
    CHECK(filter.mask("") == "");
    CHECK(WordFilter({}).mask("weed") == "weed");
}
