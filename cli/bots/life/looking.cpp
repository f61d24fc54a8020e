#include "cli/bots/life/looking.hpp"

namespace harvest::bots {

AsyncResult<void> Looking::at(std::string_view kind, std::string path, std::string query)
{
    const Result<std::string> text = co_await client_.look(kind, std::move(path), std::move(query));
    co_return text ? Result<void>() : unless_cut(text.error());
}

AsyncResult<void> Looking::at_leaderboard()
{
    constexpr std::array<const char*, 3> boards{"rating", "wins", "harvests"};
    std::string path = std::string("/v1/leaderboards/") + boards[chance_.below(boards.size())];
    return at("leaderboard", std::move(path), chance_.happens(0.5) ? "around=me" : "");
}

AsyncResult<void> Looking::at_notifications()
{
    const Result<std::string> text = co_await client_.look("notifications", "/v1/notifications");
    if (!text) co_return unless_cut(text.error());
    const auto list = protocol::decode<protocol::NotificationList>(*text, nullptr, protocol::Unknown::ignore);
    if (!list) co_return list.error();
    if (list->unread == 0 || list->items.empty()) co_return Result<void>{};
    std::string body = encode(protocol::ReadRequest{list->items.front().number});
    HttpRequest request = rest_request("POST", "/v1/notifications/read", std::move(body));
    const Result<std::string> read = co_await client_.rest("notifications.read", std::move(request));
    co_return read ? Result<void>() : unless_cut(read.error());
}

AsyncResult<void> Looking::step()
{
    switch (chance_.below(4)) {
    case 0: {
        const Result<void> ok = co_await at_leaderboard();
        if (!ok) co_return ok;
        co_return co_await at("quests", "/v1/quests");
    }
    case 1: {
        const Result<void> ok = co_await at_notifications();
        if (!ok) co_return ok;
        co_return co_await at("achievements", "/v1/achievements");
    }
    case 2: {
        const Result<void> ok = co_await at("inventory", "/v1/inventory");
        if (!ok) co_return ok;
        co_return co_await at("collection", "/v1/collection");
    }
    default:
        break;
    }
    if (!friends_.known().empty()) {
        const PlayerId& other = friends_.known()[chance_.below(friends_.known().size())];
        const Result<void> ok = co_await at("profile", "/v1/players/" + other.value);
        if (!ok) co_return ok;
    }
    if (last_match_.empty()) co_return Result<void>{};
    co_return co_await at("match.replay", "/v1/matches/" + last_match_.value + "/replay");
}

} // namespace harvest::bots
