#include "cli/bots/life/friends.hpp"

namespace harvest::bots {
namespace {

constexpr std::size_t friends_at_most = 20;
constexpr std::size_t accepted_at_once = 3;

} // namespace

AsyncResult<void> Friends::ask_somebody()
{
    const std::size_t other = town_.first_number + chance_.below(town_.bots);
    if (other == number_ || known_.size() >= friends_at_most) co_return Result<void>{};
    protocol::FriendRequest body;
    body.name = identity_of(town_.seed, other).name;
    HttpRequest request = rest_request("POST", "/v1/friends", encode(body));
    const Result<std::string> asked = co_await client_.rest("friend.ask", std::move(request));
    co_return asked ? Result<void>() : unless_cut(asked.error());
}

AsyncResult<protocol::FriendList> Friends::read(std::string_view state)
{
    std::string query = "state=" + std::string(state);
    const Result<std::string> text = co_await client_.look("friend.list", "/v1/friends", std::move(query));
    if (!text) co_return text.error();
    co_return protocol::decode<protocol::FriendList>(*text, nullptr, protocol::Unknown::ignore);
}

AsyncResult<void> Friends::accept_all()
{
    const Result<protocol::FriendList> asking = co_await read("incoming");
    if (!asking) co_return unless_cut(asking.error());
    for (std::size_t i = 0; i < std::min(asking->items.size(), accepted_at_once); ++i) {
        HttpRequest request = rest_request("PUT", "/v1/friends/" + asking->items[i].player.value);
        const Result<std::string> accepted = co_await client_.rest("friend.accept", std::move(request));
        if (!accepted && is_cut(accepted.error())) co_return accepted.error();
    }
    const Result<protocol::FriendList> friends = co_await read("friends");
    if (!friends) co_return unless_cut(friends.error());
    known_.clear();
    for (const protocol::FriendInfo& each : friends->items) known_.push_back(each.player);
    co_return Result<void>{};
}

AsyncResult<void> Friends::part()
{
    const PlayerId other = known_[chance_.below(known_.size())];
    HttpRequest request = rest_request("DELETE", "/v1/friends/" + other.value);
    const Result<std::string> parted = co_await client_.rest("friend.part", std::move(request));
    co_return parted ? Result<void>() : unless_cut(parted.error());
}

AsyncResult<void> Friends::step()
{
    Result<void> ok = co_await ask_somebody();
    if (ok) ok = co_await accept_all();
    if (ok && known_.size() > 2 && chance_.happens(0.1)) ok = co_await part();
    co_return ok;
}

} // namespace harvest::bots
