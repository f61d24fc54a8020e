// Who may speak and listen in a channel, what of it is said, and who must not hear whom.
#include "daemons/chat/chat.hpp"
#include "daemons/chat/errc.hpp"

#include <algorithm>

namespace harvest::chat {
namespace {

bool is_mute(const Sanction& sanction)
{
    const bool muted = sanction.kind == "mute" && (sanction.scope == "all" || sanction.scope == "chat");
    return muted || sanction.bans_from("chat");
}

} // namespace

// The players that a channel is for; of a room nobody by name: those who joined.
AsyncResult<std::vector<PlayerId>> Chat::audience(const Channel& channel, const PlayerId& player)
{
    std::vector<PlayerId> players;
    if (channel.kind == ChannelKind::room) {
        if (std::find(config_.rooms.begin(), config_.rooms.end(), channel.room) == config_.rooms.end())
            co_return ChatErrc::no_such_channel;
        co_return players;
    }
    if (channel.kind == ChannelKind::direct) {
        if (!channel.has(player)) co_return ChatErrc::not_a_member;
        const Result<Account> other =
            co_await accounts_.get(player == channel.one ? channel.other : channel.one, store_by());
        if (!other && other.error() == Errc::not_found) co_return ChatErrc::no_such_channel;
        if (!other) co_return other.error();
        players.push_back(channel.one);
        players.push_back(channel.other);
        co_return players;
    }
    if (channel.kind == ChannelKind::group) co_return co_await group_audience(channel.group, player);
    const Result<Match> match = co_await matches_.get(channel.match, store_by());
    if (!match && match.error() == Errc::not_found) co_return ChatErrc::no_such_channel;
    if (!match) co_return match.error();
    for (const MatchSeat& seat : match->seats)
        if (seat.bot.empty()) players.push_back(seat.player);
    if (std::find(players.begin(), players.end(), player) == players.end()) co_return ChatErrc::not_a_member;
    co_return players;
}

AsyncResult<std::vector<PlayerId>> Chat::group_audience(const GroupId& group, const PlayerId& player)
{
    const Result<std::vector<RosterEntry>> members = co_await groups_.members(group, store_by());
    if (!members) co_return members.error();
    if (members->empty()) co_return ChatErrc::no_such_channel;
    std::vector<PlayerId> players;
    for (const RosterEntry& member : *members) players.push_back(member.player);
    if (std::find(players.begin(), players.end(), player) == players.end()) co_return ChatErrc::not_a_member;
    co_return players;
}

// For new words: a match is talked about for a while after its end.
AsyncResult<void> Chat::still_open(MatchId id)
{
    const Result<Match> match = co_await matches_.get(id, store_by());
    if (!match) co_return match.error();
    if (match->ended_at != Millis{} && clock_.now() - match->ended_at >= config_.match_talk) co_return ChatErrc::closed;
    co_return Result<void>{};
}

AsyncResult<void> Chat::on_terms(PlayerId one, PlayerId other)
{
    const Result<std::vector<PlayerId>> by_one = co_await social_.blocks(one, store_by());
    if (!by_one) co_return by_one.error();
    if (std::find(by_one->begin(), by_one->end(), other) != by_one->end()) co_return ChatErrc::blocked;
    const Result<std::vector<PlayerId>> by_other = co_await social_.blocks(other, store_by());
    if (!by_other) co_return by_other.error();
    if (std::find(by_other->begin(), by_other->end(), one) != by_other->end()) co_return ChatErrc::blocked;
    co_return Result<void>{};
}

bool Chat::within_flood(const PlayerId& player)
{
    return limits_.admit("chat:" + player.value, RateRule{config_.flood_burst, config_.flood_interval}).admitted;
}

AsyncResult<std::string> Chat::admit(const Channel& channel, const PlayerId& author, std::string text,
                                     std::vector<PlayerId>& to)
{
    Result<std::string> clean = clean_text(text, static_cast<std::size_t>(config_.max_characters));
    if (!clean) co_return clean.error();
    Result<std::vector<PlayerId>> players = co_await audience(channel, author);
    if (!players) co_return players.error();
    if (channel.kind == ChannelKind::match) {
        const Result<void> open = co_await still_open(channel.match);
        if (!open) co_return open.error();
    }
    const Result<std::vector<Sanction>> sanctions = co_await accounts_.sanctions(author, clock_.now(), store_by());
    if (!sanctions) co_return sanctions.error();
    for (const Sanction& sanction : *sanctions)
        if (is_mute(sanction)) co_return ChatErrc::muted;
    if (channel.kind == ChannelKind::group) { // who has blocked the author is spared, and the others are not
        const Result<std::vector<PlayerId>> deaf = co_await social_.blockers(author, *players, store_by());
        if (!deaf) co_return deaf.error();
        std::erase_if(*players,
                      [&](const PlayerId& each) { return std::find(deaf->begin(), deaf->end(), each) != deaf->end(); });
    } else if (players->size() == 2) {
        const Result<void> terms = co_await on_terms(players->front(), players->back());
        if (!terms) co_return terms.error();
    }
    to = std::move(*players);
    co_return filter_.mask(std::move(*clean));
}

} // namespace harvest::chat
