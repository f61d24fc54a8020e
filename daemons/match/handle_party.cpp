// Rpc "party.create", "party.invite", "party.join", "party.leave": friends come together for a challenge.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/match.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

// Errors: not_a_friend, those of the store.
AsyncResult<void> is_friend(Social& social, PlayerId player, PlayerId other, Deadline by)
{
    TieFilter filter;
    filter.state = protocol::FriendState::friends;
    filter.limit = static_cast<std::size_t>(friends_at_most);
    const Result<std::vector<Tie>> friends = co_await social.ties(std::move(player), std::move(filter), by);
    if (!friends) co_return friends.error();
    if (std::ranges::find(*friends, other, &Tie::player) == friends->end()) co_return PartyErrc::not_a_friend;
    co_return Result<void>{};
}

// No block stands between the player and one of the others. Errors: no_such_party, as nobody learns of a block; those
// of the store.
AsyncResult<void> no_block_between(Social& social, PlayerId player, std::vector<PlayerId> others, Deadline by)
{
    const Result<std::vector<PlayerId>> blocked = co_await social.blocks(player, by);
    if (!blocked) co_return blocked.error();
    for (const PlayerId& other : others)
        if (std::ranges::find(*blocked, other) != blocked->end()) co_return PartyErrc::no_such_party;
    const Result<std::vector<PlayerId>> blockers = co_await social.blockers(player, std::move(others), by);
    if (!blockers) co_return blockers.error();
    if (!blockers->empty()) co_return PartyErrc::no_such_party;
    co_return Result<void>{};
}

} // namespace

AsyncResult<std::string> MatchDaemon::answer_party(RpcRequest request)
{
    if (stopped_ || !ready_) co_return Errc::unavailable;
    if (request.method == "party.create") co_return co_await handle_party_create(std::move(request.body), request.by);
    if (request.method == "party.invite") co_return co_await handle_party_invite(std::move(request.body), request.by);
    if (request.method == "party.join") co_return co_await handle_party_join(std::move(request.body), request.by);
    if (request.method == "party.leave") co_return handle_party_leave(request.body);
    co_return Errc::not_found;
}

AsyncResult<std::string> MatchDaemon::handle_party_create(std::string body, Deadline by)
{
    auto call = protocol::decode<protocol::PlayerRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const Result<Account> account = co_await accounts_.get(call->player, by);
    if (!account) co_return account.error();
    std::string code = make_party_code(entropy_.bytes<5>());
    while (parties_.by_code(code)) code = make_party_code(entropy_.bytes<5>());
    PartyMember leader{std::move(call->player), account->name, clock_.monotonic()};
    const Result<Parties::Step> made =
        parties_.create(new_id<PartyId>(clock_, entropy_), std::move(code), std::move(leader));
    if (!made) co_return made.error();
    co_return protocol::encode(show(*made->party));
}

AsyncResult<std::string> MatchDaemon::handle_party_invite(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerPartyInviteRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const PlayerId& other = call->request.player;
    if (!parties_.of(call->player)) co_return PartyErrc::not_in_one;
    if (!parties_.leads(call->player)) co_return PartyErrc::not_leader;
    const Result<void> friends = co_await is_friend(social_, call->player, other, by);
    if (!friends) co_return friends.error();
    const Result<Parties::Step> invited = parties_.invite(call->player, other, clock_.monotonic());
    if (!invited) co_return invited.error();
    if (!invited->changed) co_return std::string("{}");
    protocol::PartyInvited told;
    told.party = invited->party->id;
    told.mode = protocol::challenge_mode;
    told.player = call->player;
    told.name = invited->party->members.front().name;
    tasks_.spawn([this, other, data = protocol::encode(told)] { return push(other, "party.invited", data); });
    co_return std::string("{}");
}

AsyncResult<std::string> MatchDaemon::handle_party_join(std::string body, Deadline by)
{
    const auto call = protocol::decode<protocol::PlayerPartyJoinRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) co_return call.error();
    const protocol::PartyJoinRequest& wish = call->request;
    if (wish.code.has_value() == wish.party.has_value()) co_return Errc::invalid_argument;
    const Party* party = wish.code ? parties_.by_code(read_party_code(*wish.code)) : parties_.find(*wish.party);
    if (!party) co_return PartyErrc::no_such_party;
    const PartyId id = party->id;
    if (party->member(call->player)) co_return protocol::encode(show(*party));
    if (wish.party && !parties_.invited(id, call->player)) co_return PartyErrc::no_such_party;
    std::vector<PlayerId> members;
    members.reserve(party->members.size());
    for (const PartyMember& member : party->members) members.push_back(member.player);
    const Result<void> free = co_await no_block_between(social_, call->player, std::move(members), by);
    if (!free) co_return free.error();
    const Result<Account> account = co_await accounts_.get(call->player, by);
    if (!account) co_return account.error();
    PartyMember who{call->player, account->name, clock_.monotonic()};
    const Result<Parties::Step> joined = parties_.join(id, std::move(who));
    if (!joined) co_return joined.error();
    if (joined->changed) {
        drop_old_challenges();
        tell(*joined->party, protocol::party_reason::joined);
    }
    co_return protocol::encode(show(*joined->party));
}

Result<std::string> MatchDaemon::handle_party_leave(const std::string& body)
{
    auto call = protocol::decode<protocol::PlayerRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!call) return call.error();
    if (!parties_.of(call->player)) return PartyErrc::not_in_one;
    part(std::move(call->player), protocol::party_reason::left);
    return std::string("{}");
}

} // namespace harvest::match
