// The pure service of parties: what holds whatever is done, codes, and each refusal.
#include "daemons/match/parties.hpp"
#include "daemons/match/service.hpp"
#include "tests/support/catch_result.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace harvest;
using namespace harvest::match;
using protocol::challenge_mode;

namespace {

PlayerId player(std::size_t number)
{
    return PlayerId{"p_" + std::to_string(number)};
}

PartyMember member(std::size_t number, Millis now = 0ms)
{
    return {player(number), "name" + std::to_string(number), now};
}

PartyId party_id(std::size_t number)
{
    return PartyId{"y_" + std::to_string(number)};
}

Seeker challenger(std::size_t number, std::string line_up)
{
    Seeker one;
    one.ticket.value = "q_" + std::to_string(number);
    one.player = player(number);
    one.mode = challenge_mode;
    one.rating = 400.0 * static_cast<double>(number); // no window would let them meet
    one.party = std::move(line_up);
    return one;
}

// Every party by the ways that lead to it.
void check_whole(const Parties& parties, std::size_t people, const PartyRules& rules)
{
    std::map<PartyId, std::set<PlayerId>> members;
    std::size_t in_one = 0;
    for (std::size_t i = 0; i < people; ++i) {
        const Party* party = parties.of(player(i));
        CHECK(parties.line_up(player(i)).empty() == (party == nullptr));
        if (!party) continue;
        ++in_one;
        members[party->id].insert(player(i));
        CHECK(party->member(player(i)));
        CHECK(parties.find(party->id) == party);
        CHECK(parties.by_code(party->code) == party);
        CHECK(parties.leads(player(i)) == (party->leader() == player(i)));
    }
    CHECK(members.size() == parties.size());
    CHECK(parties.players().size() == in_one);
    for (const auto& [id, set] : members) {
        const Party* party = parties.find(id);
        CHECK(set.size() == party->members.size()); // nobody twice, nobody who is elsewhere
        CHECK(party->members.size() >= 1);
        CHECK(party->members.size() <= rules.size);
        CHECK(set.contains(party->leader()));
        CHECK(party->invited.size() <= rules.invitations);
    }
}

} // namespace

TEST_CASE("Whatever is done to parties, a player is in one at most, none is too big and each has a leader", "[party]")
{
    constexpr std::size_t people = 12;
    for (const std::size_t size : {2u, 4u}) {
        PartyRules rules;
        rules.size = size;
        rules.parties = 5;
        rules.invitations = 3;
        rules.idle = 40s;
        rules.away = 15s;
        Parties parties(rules);
        std::mt19937 random(static_cast<unsigned>(size));
        Millis now{0};
        std::map<PartyId, std::int64_t> versions;
        for (std::size_t step = 0; step < 4'000; ++step) {
            now += Millis{random() % 2'000};
            const PlayerId who = player(random() % people);
            const std::size_t number = static_cast<std::size_t>(std::stoul(who.value.substr(2)));
            const Party* own = parties.of(who);
            const std::string before = parties.line_up(who);
            switch (random() % 8) {
            case 0: {
                const bool room = parties.size() < rules.parties;
                const auto made = parties.create(party_id(step), "code" + std::to_string(step), member(number, now));
                CHECK(made.has_value() == (!own && room));
                break;
            }
            case 1:
            case 2: {
                const Party* aim = parties.of(player(random() % people));
                const PartyId id = aim ? aim->id : party_id(99'999);
                const bool fits = aim && (aim == own || (!own && aim->members.size() < size));
                const auto joined = parties.join(id, member(number, now));
                CHECK(joined.has_value() == fits);
                if (joined) CHECK(joined->changed == (aim != own));
                break;
            }
            case 3: {
                const auto left = parties.leave(who);
                CHECK(left.has_value() == (own != nullptr));
                CHECK_FALSE(parties.of(who));
                break;
            }
            case 4: {
                const PlayerId other = player(random() % people);
                const bool leads = parties.leads(who);
                const auto invited = parties.invite(who, other, now);
                if (invited) CHECK(leads);
                if (invited && invited->changed) CHECK(parties.invited(own->id, other));
                break;
            }
            case 5:
                for (std::size_t i = 0; i < people; ++i)
                    if (random() % 4 != 0) parties.seen(player(i), now);
                for (const PlayerId& gone : parties.away(now)) CHECK(parties.leave(gone));
                CHECK(parties.away(now).empty());
                break;
            case 6: {
                for (const Party& over : parties.expire(now)) {
                    CHECK(now - over.used_at >= rules.idle);
                    for (const PartyMember& each : over.members) CHECK_FALSE(parties.of(each.player));
                    CHECK_FALSE(parties.by_code(over.code));
                }
                break;
            }
            default:
                CHECK((parties.touch(who, now) != nullptr) == (own != nullptr));
                CHECK(parties.line_up(who) == before); // readiness is no change of the line-up
            }
            check_whole(parties, people, rules);
        }
    }
}

TEST_CASE("A line-up is equal for all who are in it and never comes back", "[party]")
{
    Parties parties(PartyRules{});
    REQUIRE(parties.create(party_id(1), "A", member(1)));
    const std::string alone = parties.line_up(player(1));
    REQUIRE(parties.join(party_id(1), member(2)));
    const std::string both = parties.line_up(player(1));
    CHECK(parties.line_up(player(2)) == both);
    REQUIRE(parties.leave(player(2)));
    const std::string again = parties.line_up(player(1));
    REQUIRE(parties.join(party_id(1), member(2)));
    CHECK(std::set{alone, both, again, parties.line_up(player(1))}.size() == 4);
}

TEST_CASE("When the leader goes, who came next leads on; with the last one the party ends", "[party]")
{
    PartyRules rules;
    rules.size = 3;
    Parties parties(rules);
    REQUIRE(parties.create(party_id(1), "A", member(1)));
    REQUIRE(parties.join(party_id(1), member(2)));
    REQUIRE(parties.join(party_id(1), member(3)));
    const Result<const Party*> left = parties.leave(player(1));
    REQUIRE(left);
    CHECK((*left)->leader() == player(2));
    REQUIRE(parties.leave(player(3)));
    const Result<const Party*> last = parties.leave(player(2));
    REQUIRE(last);
    CHECK(*last == nullptr);
    CHECK(parties.size() == 0);
    CHECK_FALSE(parties.by_code("A"));
    CHECK(parties.join(party_id(1), member(4)).error() == PartyErrc::no_such_party);
}

TEST_CASE("Each refusal of a party", "[party]")
{
    PartyRules rules;
    rules.invitations = 2;
    rules.parties = 2;
    Parties parties(rules);
    REQUIRE(parties.create(party_id(1), "A", member(1)));
    CHECK(parties.create(party_id(2), "B", member(1)).error() == PartyErrc::already_in_one);
    CHECK(parties.invite(player(2), player(1), 0s).error() == PartyErrc::not_in_one);
    CHECK(parties.leave(player(2)).error() == PartyErrc::not_in_one);
    REQUIRE(parties.invite(player(1), player(8), 0s));
    REQUIRE(parties.invite(player(1), player(9), 0s));
    CHECK(parties.invite(player(1), player(9), 0s)->changed); // told once more
    CHECK(parties.invite(player(1), player(7), 0s).error() == PartyErrc::too_many_invitations);
    REQUIRE(parties.join(party_id(1), member(2)));
    CHECK_FALSE(parties.join(party_id(1), member(2))->changed);
    CHECK(parties.join(party_id(1), member(3)).error() == PartyErrc::full);
    CHECK(parties.invite(player(1), player(7), 0s).error() == PartyErrc::full);
    CHECK_FALSE(parties.invite(player(1), player(2), 0s)->changed);
    CHECK(parties.invite(player(2), player(7), 0s).error() == PartyErrc::not_leader);
    REQUIRE(parties.create(party_id(3), "C", member(3)));
    CHECK(parties.join(party_id(3), member(2)).error() == PartyErrc::already_in_one);
    CHECK(parties.create(party_id(4), "D", member(4)).error() == Errc::resource_exhausted);
    CHECK(wire_code(make_error_code(PartyErrc::not_a_friend)) == "party.not_a_friend");
    CHECK(from_wire_code("party.full") == PartyErrc::full);
}

TEST_CASE("A code is read as it is meant, whatever its case, dashes and look-alikes", "[party]")
{
    CHECK(make_party_code({0, 0, 0, 0, 0}) == "0000-0000");
    CHECK(make_party_code({255, 255, 255, 255, 255}) == "ZZZZ-ZZZZ");
    const std::string code = make_party_code({0x3d, 0x2f, 0x45, 0x31, 0x9a});
    CHECK(read_party_code(code) == code);
    CHECK(read_party_code("7kqm4xpd") == "7KQM-4XPD");
    CHECK(read_party_code(" 7k-qm 4x--pd") == "7KQM-4XPD");
    CHECK(read_party_code("oO0i-lLI1") == "0001-1111");
    for (const char* bad : {"", "-", "7KQM-4XP", "7KQM-4XPDD", "7KQM-4XPU", "7KQM-4XP!", "7KQM\n4XPD", "ÄÄÄÄ"})
        CHECK(read_party_code(bad).empty());
    CHECK(read_party_code(std::string(100'000, '7')).empty());
}

TEST_CASE("A challenge is between two of one line-up, whatever their ratings, and with nobody else", "[party]")
{
    Queue queue(Rules{});
    queue.add(challenger(1, "y_1/2"));
    queue.add(challenger(2, "y_2/2"));
    queue.add(challenger(3, ""));
    queue.add(challenger(4, ""));
    CHECK(queue.take_challenges(9).empty());
    queue.add(challenger(9, "y_1/2"));
    CHECK(queue.take_pairs(1h, 9).empty());
    CHECK(queue.take_lonely(challenge_mode, 1h, 0s, 9).empty());
    CHECK(queue.take_challenges(0).empty());
    const auto pairs = queue.take_challenges(9);
    REQUIRE(pairs.size() == 1);
    CHECK(std::set{pairs[0].first.player, pairs[0].second.player} == std::set{player(1), player(9)});
    CHECK(queue.challengers().size() == 3);
    CHECK(queue.remove(TicketId{"q_3"}));
    CHECK(queue.challengers().size() == 2);
    CHECK(queue.size() == 2);
}
