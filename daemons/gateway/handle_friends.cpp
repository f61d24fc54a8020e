// /v1/friends: friends and open requests both ways.
#include "common/protocol/social_errc.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/query.hpp"

namespace harvest::gateway {
namespace {

using protocol::FriendState;
using protocol::SocialErrc;

constexpr std::size_t friends_a_page = 50;

protocol::FriendInfo show_tie(const Tie& tie)
{
    protocol::FriendInfo info;
    info.player = tie.player;
    info.name = tie.name;
    info.state = tie.state;
    info.since = to_rfc3339(tie.since);
    return info;
}

Result<std::optional<FriendState>> read_state(std::string_view text)
{
    if (text.empty()) return std::optional<FriendState>();
    if (text == "friends") return FriendState::friends;
    if (text == "outgoing") return FriendState::outgoing;
    if (text == "incoming") return FriendState::incoming;
    return Errc::invalid_argument;
}

// Errors: invalid_argument (not one of both), social.no_such_player.
AsyncResult<PlayerId> find_player(Accounts& accounts, protocol::FriendRequest asked, Deadline by)
{
    if (asked.player.has_value() == asked.name.has_value()) co_return Errc::invalid_argument;
    if (asked.player) co_return std::move(*asked.player);
    const Result<Account> account = co_await accounts.find_by_name(std::move(*asked.name), by);
    if (!account && account.error() == Errc::not_found) co_return SocialErrc::no_such_player;
    if (!account) co_return account.error();
    co_return account->id;
}

Task<HttpResponse> answer_change(Notice notice, Result<FriendChange> change, const Call& call)
{
    if (!change) co_return problem(call, change.error());
    if (change->told) co_await push_notification(notice, change->tie.player, std::move(*change->told));
    co_return reply(show_tie(change->tie));
}

} // namespace

Task<HttpResponse> handle_friend_list(Social& social, Presence& presence, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor", "state"});
    if (!query) co_return problem(call, query.error(), "query: cursor and state are known");
    TieFilter filter;
    const Result<std::optional<FriendState>> state = read_state(query->at(1));
    if (!state) co_return problem(call, state.error(), "query: state is none of friends, outgoing, incoming");
    filter.state = *state;
    if (const std::string& cursor = query->at(0); !cursor.empty()) {
        const Result<PlayerId> after = parse_id<PlayerId>(cursor);
        if (!after) co_return problem(call, after.error(), "query: cursor is not one of ours");
        filter.after = *after;
    }
    filter.limit = friends_a_page + 1;
    Result<std::vector<Tie>> ties = co_await social.ties(call.who.player, std::move(filter), call.by);
    if (!ties) co_return problem(call, ties.error());
    protocol::FriendList list;
    if (ties->size() > friends_a_page) {
        ties->resize(friends_a_page);
        list.next_cursor = ties->back().player;
    }
    bool known = true; // a presence that does not answer is asked once
    for (const Tie& tie : *ties) {
        protocol::FriendInfo info = show_tie(tie);
        if (known && tie.state == FriendState::friends) {
            const Result<std::vector<PlayerPresence>> found = co_await presence.find(tie.player, call.by);
            known = found.has_value();
            if (found) info.presence = found->empty() ? "offline" : found->front().status;
        }
        list.items.push_back(std::move(info));
    }
    co_return reply(list);
}

Task<HttpResponse> handle_friend_ask(Social& social, Accounts& accounts, Notice notice, const Call& call)
{
    std::string why;
    Result<protocol::FriendRequest> body = read_body<protocol::FriendRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    Result<PlayerId> other = co_await find_player(accounts, std::move(*body), call.by);
    if (!other && other.error() == Errc::invalid_argument)
        co_return problem(call, other.error(), "either player or name");
    if (!other) co_return problem(call, other.error());
    SocialOrder order = make_order(call, notice, std::move(*other));
    Result<FriendChange> change = co_await social.ask(std::move(order), call.by);
    co_return co_await answer_change(notice, std::move(change), call);
}

Task<HttpResponse> handle_friend_accept(Social& social, Notice notice, const Call& call)
{
    Result<PlayerId> other = parse_id<PlayerId>(call.id);
    if (!other) co_return problem(call, make_error_code(SocialErrc::no_such_player));
    SocialOrder order = make_order(call, notice, std::move(*other));
    Result<FriendChange> change = co_await social.accept(std::move(order), call.by);
    co_return co_await answer_change(notice, std::move(change), call);
}

Task<HttpResponse> handle_friend_part(Social& social, Notice notice, const Call& call)
{
    Result<PlayerId> other = parse_id<PlayerId>(call.id);
    if (!other) co_return problem(call, make_error_code(SocialErrc::no_such_player));
    SocialOrder order = make_order(call, notice, std::move(*other));
    const Result<void> parted = co_await social.part(std::move(order), call.by);
    if (!parted) co_return problem(call, parted.error());
    co_return no_content();
}

} // namespace harvest::gateway
