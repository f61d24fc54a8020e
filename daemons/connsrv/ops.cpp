#include "daemons/connsrv/ops.hpp"

#include <array>

namespace harvest::connsrv {
namespace {

constexpr std::array<OpRow, op_count> op_rows{{
    {Op::session_hello, "session.hello", {4, 1s}, "signs in with an access token"},
    {Op::session_resume, "session.resume", {4, 1s}, "takes up a session after a drop"},
    {Op::session_ping, "session.ping", {10, 500ms}, "says that the client lives, and which push it has"},
    {Op::presence_set, "presence.set", {5, 2s}, "sets the status that others see"},
    {Op::presence_subscribe, "presence.subscribe", {5, 2s}, "asks for the status of players and its changes"},
    {Op::chat_join, "chat.join", {10, 1s}, "joins a channel"},
    {Op::chat_leave, "chat.leave", {10, 1s}, "leaves a channel"},
    {Op::chat_send, "chat.send", {10, 500ms}, "says something in a channel"},
    {Op::chat_history, "chat.history", {10, 1s}, "reads what was said"},
    {Op::chat_edit, "chat.edit", {5, 1s}, "changes what one said"},
    {Op::chat_delete, "chat.delete", {5, 1s}, "takes back what one said"},
    {Op::chat_read, "chat.read", {10, 500ms}, "tells how far one has read"},
    {Op::chat_unread, "chat.unread", {5, 1s}, "asks where something is left to read"},
    {Op::notify_list, "notify.list", {10, 500ms}, "reads what one was told"},
    {Op::notify_read, "notify.read", {10, 500ms}, "tells how far one has read that"},
    {Op::match_queue, "match.queue", {5, 1s}, "looks for a match"},
    {Op::match_cancel, "match.cancel", {5, 1s}, "stops looking"},
    {Op::match_status, "match.status", {10, 500ms}, "asks where one stands, with a fresh ticket if in a match"},
    {Op::match_watch, "match.watch", {5, 1s}, "asks for a place to watch a match from"},
    {Op::match_rematch, "match.rematch", {5, 1s}, "asks for a rematch, agrees to it, or declines"},
    {Op::party_create, "party.create", {5, 1s}, "opens a party for a challenge"},
    {Op::party_invite, "party.invite", {5, 2s}, "invites a friend to it"},
    {Op::party_join, "party.join", {5, 1s}, "comes in, invited or by a code"},
    {Op::party_leave, "party.leave", {5, 1s}, "leaves it"},
    {Op::farm_get, "farm.get", {10, 500ms}, "looks at one's farm"},
    {Op::farm_plant, "farm.plant", {20, 200ms}, "plants a crop"},
    {Op::farm_water, "farm.water", {20, 200ms}, "waters what is thirsty"},
    {Op::farm_harvest, "farm.harvest", {20, 200ms}, "takes what is ripe"},
    {Op::farm_expand, "farm.expand", {5, 1s}, "buys the next plot"},
    {Op::market_order, "market.order", {20, 200ms}, "offers to buy or sell"},
    {Op::market_cancel, "market.cancel", {20, 200ms}, "takes an open order back"},
    {Op::market_book, "market.book", {10, 500ms}, "looks at the open orders of an asset"},
    {Op::craft_make, "craft.make", {10, 500ms}, "makes a copy of a card"},
    {Op::craft_dismantle, "craft.dismantle", {10, 500ms}, "turns copies of a card into stardust"},
    {Op::report_send, "report.send", {10, 6s}, "brings a message or a player before a moderator"},
}};

} // namespace

std::span<const OpRow> op_table()
{
    return op_rows;
}

const OpRow* find_op(std::string_view name)
{
    for (const OpRow& row : op_rows)
        if (row.name == name) return &row;
    return nullptr;
}

} // namespace harvest::connsrv
