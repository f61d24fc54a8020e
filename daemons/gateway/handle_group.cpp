// /v1/group and /v1/groups: co-operatives of farms.
#include "common/protocol/group_errc.hpp"
#include "common/protocol/social_errc.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/page.hpp"
#include "daemons/gateway/query.hpp"

#include <charconv>

namespace harvest::gateway {
namespace {

using protocol::GroupErrc;

constexpr std::size_t groups_a_page = 50;

protocol::GroupInfo show_group(const Group& group)
{
    return {group.id, group.name, group.about, group.open, group.members, to_rfc3339(group.founded_at)};
}

GroupOrder group_order(const Call& call, const Notice& notice)
{
    GroupOrder order;
    static_cast<SocialOrder&>(order) = make_order(call, notice, PlayerId{});
    return order;
}

// Errors: group.no_such_group.
Result<GroupId> group_id(const Call& call)
{
    Result<GroupId> id = parse_id<GroupId>(call.id);
    if (!id) return GroupErrc::no_such_group;
    return id;
}

// Where an invitation stands among the others, the newest first.
using InvitePlace = std::pair<std::int64_t, std::string>;

InvitePlace place_of(const GroupInvite& invite)
{
    return {-invite.at.count(), invite.group.value};
}

// "1733040000000.g_…", the last invitation of the page before.
std::string show_place(const InvitePlace& place)
{
    return std::to_string(-place.first) + '.' + place.second;
}

std::optional<InvitePlace> read_place(const std::string& text)
{
    const std::size_t dot = text.find('.');
    if (dot == std::string::npos) return std::nullopt;
    std::int64_t at{};
    const auto [end, fault] = std::from_chars(text.data(), text.data() + dot, at);
    const Result<GroupId> group = parse_id<GroupId>(std::string_view(text).substr(dot + 1));
    if (fault != std::errc{} || end != text.data() + dot || at < 0 || !group) return std::nullopt;
    return InvitePlace{-at, group->value};
}

enum class After { look, change };

// Of a change, an error of the roster's would say that nothing was done.
Task<HttpResponse> answer_detail(Groups& groups, Result<Group> group, const Call& call, After after, int status = 200)
{
    if (!group) co_return problem(call, group.error());
    const Result<std::vector<RosterEntry>> roster = co_await groups.members(group->id, call.by);
    if (!roster) co_return problem(call, after == After::look ? roster.error() : make_error_code(Errc::in_doubt));
    protocol::GroupDetail detail;
    static_cast<protocol::GroupInfo&>(detail) = show_group(*group);
    for (const RosterEntry& member : *roster)
        detail.roster.push_back({member.player, member.name, member.role, to_rfc3339(member.since)});
    co_return reply(detail, status);
}

} // namespace

Task<HttpResponse> handle_group_list(Groups& groups, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor", "name"});
    if (!query) co_return problem(call, query.error(), "query: cursor and name are known");
    GroupFilter filter;
    filter.after = query->at(0);
    filter.name_prefix = query->at(1);
    filter.limit = groups_a_page + 1;
    Result<std::vector<Group>> page = co_await groups.find(std::move(filter), call.by);
    if (!page) co_return problem(call, page.error());
    protocol::GroupList list;
    if (page->size() > groups_a_page) {
        page->resize(groups_a_page);
        list.next_cursor = page->back().name;
    }
    for (const Group& group : *page) list.items.push_back(show_group(group));
    co_return reply(list);
}

Task<HttpResponse> handle_group_found(Groups& groups, Notice notice, const Call& call)
{
    std::string why;
    Result<protocol::FoundGroupRequest> body = read_body<protocol::FoundGroupRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    Group group;
    group.id = new_id<GroupId>(notice.clock, notice.entropy);
    group.name = std::move(body->name);
    group.about = body->about.value_or("");
    group.open = body->open.value_or(true);
    if (const Result<void> good = check_group_name(group.name); !good) co_return problem(call, good.error());
    if (const Result<void> good = check_group_about(group.about); !good) co_return problem(call, good.error());
    GroupOrder order = group_order(call, notice);
    Result<Group> made = co_await groups.found(std::move(group), std::move(order), call.by);
    co_return co_await answer_detail(groups, std::move(made), call, After::change, 201);
}

Task<HttpResponse> handle_group_get(Groups& groups, const Call& call)
{
    Result<GroupId> id = group_id(call);
    if (!id) co_return problem(call, id.error());
    Result<Group> group = co_await groups.get(std::move(*id), call.by);
    co_return co_await answer_detail(groups, std::move(group), call, After::look);
}

Task<HttpResponse> handle_group_own(Groups& groups, const Call& call)
{
    PlayerId player = call.who.player;
    Result<Group> group = co_await groups.of(std::move(player), call.by);
    co_return co_await answer_detail(groups, std::move(group), call, After::look);
}

Task<HttpResponse> handle_group_change(Groups& groups, Notice notice, const Call& call)
{
    std::string why;
    Result<protocol::ChangeGroupRequest> body = read_body<protocol::ChangeGroupRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    if (!body->about && !body->open)
        co_return problem(call, make_error_code(Errc::invalid_argument), "about, open or both");
    if (const Result<void> good = check_group_about(body->about.value_or("")); !good)
        co_return problem(call, good.error());
    GroupOrder order = group_order(call, notice);
    GroupChange change{std::move(body->about), body->open};
    Result<Group> changed = co_await groups.change(std::move(order), std::move(change), call.by);
    co_return co_await answer_detail(groups, std::move(changed), call, After::change);
}

Task<HttpResponse> handle_group_leave(Groups& groups, Notice notice, const Call& call)
{
    GroupOrder order = group_order(call, notice);
    const Result<void> left = co_await groups.leave(std::move(order), call.by);
    if (!left) co_return problem(call, left.error());
    co_return no_content();
}

Task<HttpResponse> handle_group_join(Groups& groups, Notice notice, const Call& call)
{
    Result<GroupId> id = group_id(call);
    if (!id) co_return problem(call, id.error());
    GroupOrder order = group_order(call, notice);
    order.group = std::move(*id);
    Result<Group> joined = co_await groups.join(std::move(order), call.by);
    co_return co_await answer_detail(groups, std::move(joined), call, After::change);
}

Task<HttpResponse> handle_group_invites(Groups& groups, const Call& call)
{
    std::string_view why;
    const Result<PageAsked> page = read_page(call.request.query, why);
    if (!page) co_return problem(call, page.error(), why);
    std::optional<InvitePlace> after;
    if (!page->cursor.empty()) after = read_place(page->cursor);
    if (!page->cursor.empty() && !after)
        co_return problem(call, make_error_code(Errc::invalid_argument), bad_page_cursor);
    PlayerId player = call.who.player;
    Result<std::vector<GroupInvite>> invites = co_await groups.invites(std::move(player), call.by);
    if (!invites) co_return problem(call, invites.error());
    protocol::GroupInviteList list;
    if (const auto next = keep_page(*invites, after, page->limit, place_of)) list.next_cursor = show_place(*next);
    for (const GroupInvite& invite : *invites)
        list.items.push_back({invite.group, invite.name, invite.by, to_rfc3339(invite.at)});
    co_return reply(list);
}

Task<HttpResponse> handle_group_invite(Groups& groups, Notice notice, const Call& call)
{
    std::string why;
    Result<protocol::GroupInviteRequest> body = read_body<protocol::GroupInviteRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    GroupOrder order = group_order(call, notice);
    order.other = body->player;
    Result<std::optional<Notification>> told = co_await groups.invite(std::move(order), call.by);
    if (!told) co_return problem(call, told.error());
    if (*told) co_await push_notification(notice, std::move(body->player), std::move(**told));
    co_return no_content();
}

Task<HttpResponse> handle_group_decline(Groups& groups, Notice notice, const Call& call)
{
    Result<GroupId> id = group_id(call);
    if (!id) co_return problem(call, id.error());
    GroupOrder order = group_order(call, notice);
    order.group = std::move(*id);
    const Result<void> declined = co_await groups.decline(std::move(order), call.by);
    if (!declined) co_return problem(call, declined.error());
    co_return no_content();
}

Task<HttpResponse> handle_group_role(Groups& groups, Notice notice, const Call& call)
{
    std::string why;
    const Result<protocol::GroupRoleRequest> body = read_body<protocol::GroupRoleRequest>(call, why);
    if (!body) co_return problem(call, body.error(), why);
    Result<PlayerId> other = parse_id<PlayerId>(call.id);
    if (!other) co_return problem(call, make_error_code(GroupErrc::not_a_member));
    GroupOrder order = group_order(call, notice);
    order.other = std::move(*other);
    const Result<void> set = co_await groups.set_role(std::move(order), body->role, call.by);
    if (!set) co_return problem(call, set.error());
    co_return no_content();
}

Task<HttpResponse> handle_group_remove(Groups& groups, Notice notice, const Call& call)
{
    Result<PlayerId> other = parse_id<PlayerId>(call.id);
    if (!other) co_return problem(call, make_error_code(GroupErrc::not_a_member));
    GroupOrder order = group_order(call, notice);
    order.other = std::move(*other);
    const Result<void> removed = co_await groups.remove(std::move(order), call.by);
    if (!removed) co_return problem(call, removed.error());
    co_return no_content();
}

} // namespace harvest::gateway
