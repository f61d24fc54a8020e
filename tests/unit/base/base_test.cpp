#include "common/base/address_key.hpp"
#include "common/base/domain_table.hpp"
#include "common/base/encoding.hpp"
#include "common/base/ids.hpp"
#include "common/base/result.hpp"
#include "common/base/time.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <set>

using namespace harvest;

namespace {

enum class GateErrc { shut = 1, narrow };
constexpr std::array gate_rows{
    Refusal{GateErrc::shut, "gate.shut", Errc::failed_precondition, "the gate is shut"},
    Refusal{GateErrc::narrow, "gate.narrow", Errc::resource_exhausted, "one at a time"},
};
const DomainTable gate(0x6861727665730001, "gate", gate_rows);

} // namespace

TEST_CASE("errc: a domain's table gives each code its wire code, meaning and message, and nothing beyond", "[base]")
{
    for (const Refusal& row : gate_rows) {
        const boost::system::error_code code(row.code, gate);
        CHECK(wire_code(code) == row.wire_code);
        CHECK(classify(code) == row.meaning);
        CHECK(code.message() == row.message);
        CHECK(from_wire_code(row.wire_code) == code);
    }
    for (const int beyond : {0, 3, -1}) {
        CHECK(gate.wire_code(beyond).empty());
        CHECK(classify(boost::system::error_code(beyond, gate)) == Errc::internal);
    }
}

TEST_CASE("errc: every code has its row, its wire code comes back, and messages are plain words", "[base]")
{
    std::set<std::string_view> codes;
    for (const ErrcRow& row : errc_table()) {
        CHECK(errc_row(row.errc).code == row.code);
        CHECK(codes.insert(row.code).second);
        CHECK(make_error_code(row.errc) == row.errc);
        CHECK(from_wire_code(row.code) == row.errc);
        CHECK(wire_code(make_error_code(row.errc)) == row.code);
        CHECK_FALSE(row.message.empty());
        CHECK((row.http_status >= 400 && row.http_status < 600));
        CHECK((row.exit_code >= 64 && row.exit_code <= 124));
    }
    CHECK(classify(boost::system::errc::make_error_code(boost::system::errc::io_error)) == Errc::internal);
}

TEST_CASE("time: RFC 3339 goes both ways for every millisecond tried", "[base]")
{
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        const Millis time{static_cast<std::int64_t>(random() % 253'402'300'800'000)};
        CHECK(parse_rfc3339(to_rfc3339(time)).value() == time);
    }
    CHECK(to_rfc3339(Millis{0}) == "1970-01-01T00:00:00.000Z");
    CHECK(parse_rfc3339("2026-11-23T02:31:58.12+01:00").value() == parse_rfc3339("2026-11-23T01:31:58.120Z").value());
    for (const char* bad :
         {"", "2026-11-23", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z",
          "2026-11-23T01:31:58", "2026-11-23T01:31:58.Z", "2026-11-23T01:31:58Zx", "-026-11-23T01:31:58Z",
          "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:60Z"})
        CHECK_FALSE(parse_rfc3339(bad).has_value());
}

TEST_CASE("encoding: hex and base64url go both ways and have one spelling", "[base]")
{
    std::mt19937_64 random(2);
    for (std::size_t size = 0; size < 70; ++size) {
        Bytes bytes(size);
        for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
        CHECK(from_hex(to_hex(bytes)).value() == bytes);
        CHECK(from_base64url(to_base64url(bytes)).value() == bytes);
    }
    CHECK(to_base64url(as_bytes("fo")) == "Zm8"); // RFC 4648 §10
    for (const char* bad : {"Zm9", "Z", "Zm8=", "Zm+8", "Zm 8"}) CHECK_FALSE(from_base64url(bad).has_value());
    for (const char* bad : {"0", "0G", "0x"}) CHECK_FALSE(from_hex(bad).has_value());
}

TEST_CASE("ids: ULIDs sort by time, keep it, and strangers are refused", "[base]")
{
    std::array<std::uint8_t, 10> chance{};
    std::vector<std::string> ids;
    for (std::int64_t time = 0; time < 2000; time += 37) {
        for (std::uint8_t& byte : chance) byte = static_cast<std::uint8_t>(byte * 31 + 7);
        ids.push_back(make_ulid(Millis{1'700'000'000'000 + time}, chance));
        CHECK(ulid_time(ids.back()).value() == Millis{1'700'000'000'000 + time});
    }
    CHECK(std::is_sorted(ids.begin(), ids.end()));
    const PlayerId player = make_id<PlayerId>(Millis{1}, chance);
    CHECK(parse_id<PlayerId>(player.value).value() == player);
    CHECK_FALSE(parse_id<MatchId>(player.value).has_value());
    CHECK_FALSE(parse_id<PlayerId>(player.value + "0").has_value());
    CHECK_FALSE(parse_id<PlayerId>("p_8ZZZZZZZZZZZZZZZZZZZZZZZZZ").has_value()); // past 48 bits of time
    CHECK_FALSE(parse_id<PlayerId>("p_0000000000000000000000000U").has_value());
    CHECK(short_id("p_01JDBQ6W5R9YN2M4T73R6W1XYZ") == "p_3R6W1XYZ");
}

TEST_CASE("limits by address take an IPv6 customer as one", "[base]")
{
    CHECK(address_key("192.0.2.7") == "192.0.2.7");
    CHECK(address_key("2001:db8:1:2:3:4:5:6") == address_key("2001:db8:1:2::1"));
    CHECK(address_key("2001:db8:1:2::1") != address_key("2001:db8:1:3::1"));
    CHECK(address_key("::ffff:192.0.2.7") == "192.0.2.7");
    CHECK(address_key("unix:1000") == "unix:1000");
}
