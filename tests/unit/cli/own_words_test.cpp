#include "cli/serve/own_words.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::cli;

TEST_CASE("A command line is told so that a shell gives the same words again", "[serve]")
{
    using Words = std::vector<std::string>;
    CHECK(shell_line(Words{"build/release/harvestctl", "serve", "all", "--set", "gateway.port=1"}) ==
          "build/release/harvestctl serve all --set gateway.port=1");
    CHECK(shell_line(Words{"harvestctl", "two words", "", "it's", "$HOME"}) ==
          R"(harvestctl 'two words' '' 'it'\''s' '$HOME')");
    CHECK_FALSE(own_words().front().empty());
}

TEST_CASE("Who stops a game is told how long it ran, where its data is and how to start again", "[serve]")
{
    const std::vector<std::string> words{"harvestctl", "serve", "all"};
    CHECK(closing_words({12min, "/data", false, false}, words) ==
          "stopped after serving for 12m00s   everything is kept in /data\nstart it again: harvestctl serve all\n");
    CHECK(closing_words({3s, "/tmp/x", true, false}, words) ==
          "stopped after serving for 3s   its temporary data is removed\na new game: harvestctl serve all\n");
    CHECK(closing_words({3s, "/tmp/x", true, true}, words) ==
          "stopped after serving for 3s   its data is kept in /tmp/x\na new game: harvestctl serve all\n");
}
