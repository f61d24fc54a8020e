#include "daemons/connsrv/changes.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::connsrv;

TEST_CASE("Of many changes of status the latest of each player is told, and none is left out", "[connsrv]")
{
    constexpr int players = 6'000;
    Changes changes;
    for (const char* status : {"online", "away", "busy"})
        for (int i = 0; i < players; ++i) changes.add({PlayerId{"p" + std::to_string(i)}, status});
    int told = 0;
    while (!changes.empty()) {
        const std::vector<protocol::PresenceEntry> some = changes.take(500);
        CHECK(some.size() == 500);
        for (const protocol::PresenceEntry& entry : some) {
            CHECK(entry.player.value == "p" + std::to_string(told++));
            CHECK(entry.status == "busy");
        }
    }
    CHECK(told == players);
    changes.add({PlayerId{"p0"}, "away"});
    changes.add({PlayerId{"p1"}, "away"});
    CHECK(changes.take(1).front().player.value == "p0");
    changes.add({PlayerId{"p0"}, "online"});
    const std::vector<protocol::PresenceEntry> rest = changes.take(500);
    REQUIRE(rest.size() == 2);
    CHECK(rest[0].player.value == "p1");
    CHECK(rest[1].status == "online");
}
