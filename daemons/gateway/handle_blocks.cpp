// /v1/blocks: whom one does not want to meet.
#include "common/protocol/social_errc.hpp"
#include "daemons/gateway/handlers.hpp"
#include "daemons/gateway/query.hpp"

namespace harvest::gateway {
namespace {

using protocol::SocialErrc;

constexpr std::size_t blocks_a_page = 50;

} // namespace

Task<HttpResponse> handle_block_list(Social& social, const Call& call)
{
    const Result<std::vector<std::string>> query = read_query(call.request.query, {"cursor"});
    if (!query) co_return problem(call, query.error(), "query: cursor is known");
    PlayerId after;
    if (const std::string& cursor = query->at(0); !cursor.empty()) {
        const Result<PlayerId> id = parse_id<PlayerId>(cursor);
        if (!id) co_return problem(call, id.error(), "query: cursor is not one of ours");
        after = *id;
    }
    Result<std::vector<BlockedPlayer>> page =
        co_await social.blocked(call.who.player, std::move(after), blocks_a_page + 1, call.by);
    if (!page) co_return problem(call, page.error());
    protocol::BlockList list;
    if (page->size() > blocks_a_page) {
        page->resize(blocks_a_page);
        list.next_cursor = page->back().player;
    }
    for (BlockedPlayer& each : *page) list.items.push_back({std::move(each.player), std::move(each.name)});
    co_return reply(list);
}

Task<HttpResponse> handle_block(Social& social, Notice notice, const Call& call)
{
    Result<PlayerId> other = parse_id<PlayerId>(call.id);
    if (!other) co_return problem(call, make_error_code(SocialErrc::no_such_player));
    SocialOrder order = make_order(call, notice, std::move(*other));
    const Result<void> blocked = co_await social.block(std::move(order), call.by);
    if (!blocked) co_return problem(call, blocked.error());
    co_return no_content();
}

Task<HttpResponse> handle_unblock(Social& social, Notice notice, const Call& call)
{
    Result<PlayerId> other = parse_id<PlayerId>(call.id);
    if (!other) co_return problem(call, make_error_code(SocialErrc::no_such_player));
    SocialOrder order = make_order(call, notice, std::move(*other));
    const Result<void> unblocked = co_await social.unblock(std::move(order), call.by);
    if (!unblocked) co_return problem(call, unblocked.error());
    co_return no_content();
}

} // namespace harvest::gateway
