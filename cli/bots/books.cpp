// What the server says that a bot has, held against the bot's books. Rewards of achievements and quests come by
// themselves: they are left out of both, by what the server says is reached.
#include "cli/bots/player.hpp"
#include "common/protocol/progress.hpp"

#include <fmt/format.h>

namespace harvest::bots {
namespace {

constexpr int looks = 20; // until nothing is paid between two of them
constexpr Millis between_looks = 250ms;

void add(std::map<std::string, std::int64_t>& paid, const std::vector<protocol::GoalInfo>& goals)
{
    for (const protocol::GoalInfo& goal : goals)
        if (goal.reached_at)
            for (const protocol::AssetAmount& item : goal.reward) paid[item.asset] += item.amount.units;
}

} // namespace

AsyncResult<std::string> Player::look_at(std::string path)
{
    HttpRequest request;
    request.method = "GET";
    request.path = path;
    request.headers.emplace_back("authorization", "Bearer " + tokens_->access_token);
    const Result<HttpResponse> response = co_await ask_rest(std::move(request));
    if (!response) co_return response.error();
    if (response->status != 200) {
        observer_.failed(path.substr(path.rfind('/') + 1), fmt::format("http_{}", response->status));
        co_return Errc::unavailable;
    }
    co_return response->body;
}

AsyncResult<Rewards> Player::rewards()
{
    const Result<std::string> goals = co_await look_at("/v1/achievements");
    if (!goals) co_return goals.error();
    const Result<std::string> daily = co_await look_at("/v1/quests");
    if (!daily) co_return daily.error();
    const auto achievements = protocol::decode<protocol::AchievementList>(*goals, nullptr, protocol::Unknown::ignore);
    if (!achievements) co_return achievements.error();
    const auto quests = protocol::decode<protocol::QuestList>(*daily, nullptr, protocol::Unknown::ignore);
    if (!quests) co_return quests.error();
    Rewards out;
    out.day = quests->day;
    add(out.paid, achievements->items);
    add(out.paid, quests->items);
    co_return out;
}

// The inventory without rewards, and the day whose quests were left out.
AsyncResult<protocol::Inventory> Player::earned(std::string& day)
{
    for (int look = 0; look < looks; ++look) {
        const Result<Rewards> before = co_await rewards();
        if (!before) co_return before.error();
        const Result<std::string> text = co_await look_at("/v1/inventory");
        if (!text) co_return text.error();
        const Result<Rewards> after = co_await rewards();
        if (!after) co_return after.error();
        if (*before != *after) {
            co_await pause(between_looks);
            continue;
        }
        auto inventory = protocol::decode<protocol::Inventory>(*text, nullptr, protocol::Unknown::ignore);
        if (!inventory) co_return inventory.error();
        day = after->day;
        for (const auto& [asset, amount] : after->paid) inventory->items.push_back({asset, {-amount}});
        co_return std::move(*inventory);
    }
    co_return Errc::unavailable;
}

AsyncResult<void> Player::open_books()
{
    if (deeds_.books_open()) co_return Result<void>{};
    const Result<protocol::Inventory> owned = co_await earned(books_day_);
    if (!owned) co_return owned.error();
    deeds_.open_books(*owned);
    co_return Result<void>{};
}

AsyncResult<void> Player::verify_books()
{
    const Instant began = std::chrono::steady_clock::now();
    std::string day;
    const Result<protocol::Inventory> owned = co_await earned(day);
    if (!owned) co_return owned.error();
    std::set<std::string> but;
    if (habits_.mode == "ranked") but.insert({"coin", "wheat"});        // what a match pays is told at its table alone
    if (day != books_day_) but.insert({"coin", "compost", "stardust"}); // so do quests of a day that is over
    const std::string difference = deeds_.difference(*owned, but);
    if (difference.empty())
        observer_.done("verify.books", began, began);
    else
        observer_.failed("verify.books", name_ + " " + difference);
    co_return Result<void>{};
}

} // namespace harvest::bots
