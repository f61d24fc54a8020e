#include "cli/admin/recorded_match.hpp"

#include "common/protocol/json.hpp"

#include <algorithm>

namespace harvest::cli {
namespace {

namespace battle = game::battle;

// The part of the match's item that its record is held against.
struct SettledItem {
    int turns{};
    protocol::Amount commands;
    std::string final_hash;
};
BOOST_DESCRIBE_STRUCT(SettledItem, (), (turns, commands, final_hash))

} // namespace

Result<RecordedMatch> read_recorded_match(const json::object& answer, RulesBook& book, const RulesBook::Get& get,
                                          std::string& why)
{
    const auto member = [&answer](std::string_view name) {
        const json::value* value = answer.if_contains(name);
        return value ? json::serialize(*value) : std::string("null");
    };
    Result<battle::BattleRecord> record = protocol::decode<battle::BattleRecord>(member("record"), &why);
    if (!record) return record.error();
    const auto item = protocol::decode<SettledItem>(member("match"), &why, protocol::Unknown::ignore);
    if (!item) return item.error();
    RulesBook::Rules rules = book.find(record->header.content, get);
    return RecordedMatch{std::move(*record), std::move(rules),
                         battle::Settled{item->turns, item->commands.units, item->final_hash}};
}

battle::Verdict replay(const RecordedMatch& match)
{
    return match.settled ? battle::replay(match.record, *match.rules, *match.settled)
                         : battle::replay(match.record, *match.rules);
}

Held hold(const battle::RecordHeader& header, const Noted& noted)
{
    if (!noted.commitment.empty() && noted.commitment != header.commitment)
        return {Promise::broken, "header.commitment", header.commitment, noted.commitment};
    const auto has = [&header](const std::string& nonce) {
        return std::ranges::any_of(header.seats, [&](const battle::RecordSeat& seat) { return seat.nonce == nonce; });
    };
    if (noted.nonce.empty() || has(noted.nonce)) return {};
    std::string recorded;
    for (const battle::RecordSeat& seat : header.seats) recorded += (recorded.empty() ? "" : " and ") + seat.nonce;
    return {has(std::string(64, '0')) ? Promise::open : Promise::broken, "header.seats.nonce", std::move(recorded),
            noted.nonce};
}

} // namespace harvest::cli
