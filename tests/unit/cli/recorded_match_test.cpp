// How a record stands to what a player noted at the start of the match.
#include "cli/admin/recorded_match.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::cli;

namespace {

const std::string promised(64, '1'), first(64, 'a'), second(64, 'b'), zeros(64, '0'), other(64, 'c');

game::battle::RecordHeader header(const std::string& nonce_2)
{
    game::battle::RecordHeader header;
    header.commitment = promised;
    header.seats.resize(2);
    header.seats[0].nonce = first;
    header.seats[1].nonce = nonce_2;
    return header;
}

} // namespace

TEST_CASE("replay: what was noted is held against the record", "[replay]")
{
    CHECK(hold(header(second), {}).promise == Promise::kept);
    CHECK(hold(header(second), {promised, second}).promise == Promise::kept);
    CHECK(hold(header(zeros), {promised, first}).promise == Promise::kept);
    const Held seed = hold(header(second), {other, second});
    CHECK(seed.promise == Promise::broken);
    CHECK(seed.path == "header.commitment");
    const Held nonce = hold(header(second), {promised, other});
    CHECK(nonce.promise == Promise::broken);
    CHECK(nonce.path == "header.seats.nonce");
    CHECK(nonce.recorded == first + " and " + second);
    CHECK(nonce.noted == other);
}

TEST_CASE("replay: zeros stand for a nonce that came too late, and accuse nobody", "[replay]")
{
    CHECK(hold(header(zeros), {promised, other}).promise == Promise::open);
    CHECK(hold(header(zeros), {other, other}).promise == Promise::broken); // no excuse for another commitment
}
