// The live ops of the connection server, each with its rate limit (harvest-protocol(7)).
#pragma once

#include "common/ports/rate_limit.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace harvest::connsrv {

enum class Op {
    session_hello,
    session_resume,
    session_ping,
    presence_set,
    presence_subscribe,
    chat_join,
    chat_leave,
    chat_send,
    chat_history,
    chat_edit,
    chat_delete,
    chat_read,
    chat_unread,
    notify_list,
    notify_read,
    match_queue,
    match_cancel,
    match_status,
    match_watch,
    match_rematch,
    party_create,
    party_invite,
    party_join,
    party_leave,
    farm_get,
    farm_plant,
    farm_water,
    farm_harvest,
    farm_expand,
    market_order,
    market_cancel,
    market_book,
    craft_make,
    craft_dismantle,
    report_send,
};
inline constexpr std::size_t op_count = 35;

struct OpRow {
    Op op;
    std::string_view name; // "match.queue"
    RateRule rule;         // for one player; before sign-in for one connection
    std::string_view doc;
};

std::span<const OpRow> op_table(); // in the order of Op
const OpRow* find_op(std::string_view name);

} // namespace harvest::connsrv
