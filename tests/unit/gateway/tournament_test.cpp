// Tournaments over REST: what is asked of the match daemon, and what becomes of its answers.
#include "common/protocol/tournament_errc.hpp"
#include "common/protocol/tournaments.hpp"
#include "tests/unit/gateway/world.hpp"

using namespace harvest;
using namespace harvest::test;
using protocol::TournamentErrc;

namespace {

class TournamentWorld : public GatewayWorld {
public:
    TournamentWorld()
    {
        rpc.serve("match", "match-0", loop.get_executor(), [this](RpcRequest request) -> AsyncResult<std::string> {
            asked.push_back(request.method + ' ' + request.body);
            if (refusal) co_return refusal;
            co_return request.method == "tournament.list" ? protocol::encode(list) : protocol::encode(detail);
        });
        protocol::TournamentInfo info;
        info.tournament = TournamentId{"k_01HZZZZZZZZZZZZZZZZZZZZZZA"};
        info.name = "Cup";
        info.players = info.min_players = info.max_players = 2;
        info.round_minutes = 10;
        info.created_at = "2027-01-15T08:00:00.000Z";
        list.items.push_back(info);
        list.next_cursor = info.tournament.value;
        detail.tournament = info;
        detail.tournament.started_at = info.created_at;
        detail.round_until = info.created_at;
        detail.deck = DeckId{"d_01HZZZZZZZZZZZZZZZZZZZZZZA"};
        const PlayerId one{"p_01HZZZZZZZZZZZZZZZZZZZZZZA"}, two{"p_01HZZZZZZZZZZZZZZZZZZZZZZB"};
        detail.standings.push_back({1, one, "Ada", 3, 1, 0, 0, 0, 0, 330, false});
        detail.pairings.push_back(
            {1, 1, one, two, game::tournament::Outcome::first, MatchId{"m_01HZZZZZZZZZZZZZZZZZZZZZZA"}});
        detail.prizes.push_back({1, {{"coin", {500}}}});
    }
    ~TournamentWorld()
    {
        rpc.withdraw("match", "match-0");
        gateway.stop();
        auth.stop();
        drain();
    }

    std::vector<std::string> asked;
    Error refusal;
    protocol::TournamentList list;
    protocol::TournamentDetail detail;
};

const std::string cup = "tournaments/k_01HZZZZZZZZZZZZZZZZZZZZZZA";
const std::string with_deck = R"({"deck":"d_01HZZZZZZZZZZZZZZZZZZZZZZA"})";

} // namespace

TEST_CASE("tournaments are asked of the match daemon for the player", "[gateway][tournaments]")
{
    TournamentWorld world;
    Person ada(world, "Ada");
    CHECK(ada.send("GET", "tournaments").status == 200);
    CHECK(ada.send("GET", "tournaments", "", "state=open&cursor=k_01HZZZZZZZZZZZZZZZZZZZZZZA").status == 200);
    CHECK(ada.send("GET", cup).status == 200);
    CHECK(ada.send("PUT", cup + "/entry", with_deck).status == 200);
    CHECK(ada.send("DELETE", cup + "/entry").status == 200);
    REQUIRE(world.asked.size() == 5);
    const std::string who = R"({"player":")" + ada.id() + R"(",)";
    CHECK(world.asked[0] == "tournament.list " + who + R"("cursor":"","limit":50})");
    CHECK(world.asked[1] ==
          "tournament.list " + who + R"("state":"open","cursor":"k_01HZZZZZZZZZZZZZZZZZZZZZZA","limit":50})");
    CHECK(world.asked[2] == "tournament.get " + who + R"("tournament":"k_01HZZZZZZZZZZZZZZZZZZZZZZA"})");
    CHECK(world.asked[3].starts_with("tournament.enter "));
    CHECK(world.asked[3].ends_with(R"("deck":"d_01HZZZZZZZZZZZZZZZZZZZZZZA"})"));
    CHECK(world.asked[4].starts_with("tournament.leave "));
}

TEST_CASE("what is wrong with a tournament has its own code", "[gateway][tournaments]")
{
    TournamentWorld world;
    Person ada(world, "Ada");
    CHECK(code_of(ada.send("GET", "tournaments", "", "state=lost")) == "invalid_argument");
    CHECK(code_of(ada.send("GET", "tournaments", "", "cursor=7")) == "invalid_argument");
    CHECK(code_of(ada.send("GET", "tournaments/7")) == "tournament.no_such_tournament");
    CHECK(code_of(ada.send("PUT", cup + "/entry", "{}")) == "invalid_argument");
    CHECK(world.asked.empty());
    for (const TournamentErrc code : {TournamentErrc::not_open, TournamentErrc::full}) {
        world.refusal = make_error_code(code);
        CHECK(code_of(ada.send("PUT", cup + "/entry", with_deck)) == wire_code(world.refusal));
    }
    world.refusal = make_error_code(TournamentErrc::not_entered);
    CHECK(ada.send("DELETE", cup + "/entry").status == 404);
}
