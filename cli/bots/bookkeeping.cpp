#include "cli/bots/bookkeeping.hpp"

#include "common/game/crafting/actions.hpp"
#include "common/protocol/account.hpp"
#include "common/protocol/progress.hpp"

#include <algorithm>
#include <iterator>

namespace harvest::bots {
namespace {

constexpr int looks = 20; // until nothing is paid between two of them
constexpr Millis between_looks = 250ms;

void add(Holdings& paid, const std::vector<protocol::GoalInfo>& goals)
{
    for (const protocol::GoalInfo& goal : goals)
        if (goal.reached_at)
            for (const protocol::AssetAmount& item : goal.reward) paid[item.asset] += item.amount.units;
}

template <class T>
Result<T> read_body(const std::string& json)
{
    return protocol::decode<T>(json, nullptr, protocol::Unknown::ignore);
}

} // namespace

AsyncResult<Bookkeeping::Rewards> Bookkeeping::rewards()
{
    const Result<std::string> goals = co_await client_.look("achievements", "/v1/achievements");
    if (!goals) co_return goals.error();
    const Result<std::string> daily = co_await client_.look("quests", "/v1/quests");
    if (!daily) co_return daily.error();
    const auto achievements = read_body<protocol::AchievementList>(*goals);
    if (!achievements) co_return achievements.error();
    const auto quests = read_body<protocol::QuestList>(*daily);
    if (!quests) co_return quests.error();
    Rewards out;
    out.day = quests->day;
    add(out.paid, achievements->items);
    add(out.paid, quests->items);
    co_return out;
}

// All pages of a list in one.
template <class List>
AsyncResult<List> Bookkeeping::every(std::string_view kind, std::string path)
{
    List all;
    std::string query = "limit=200";
    for (;;) {
        const Result<std::string> text = co_await client_.look(kind, path, query);
        if (!text) co_return text.error();
        auto page = read_body<List>(*text);
        if (!page) co_return page.error();
        std::ranges::move(page->items, std::back_inserter(all.items));
        if (!page->next_cursor) co_return all;
        query = "limit=200&cursor=" + *page->next_cursor;
    }
}

AsyncResult<Holdings> Bookkeeping::held()
{
    const auto things = co_await every<protocol::Inventory>("inventory", "/v1/inventory");
    if (!things) co_return things.error();
    const auto cards = co_await every<protocol::CardCollection>("collection", "/v1/collection");
    if (!cards) co_return cards.error();
    Holdings out;
    for (const protocol::InventoryItem& item : things->items) out[item.asset] += item.amount.units;
    for (const protocol::CollectionCard& card : cards->items) out[game::crafting::card_asset(card.card)] += card.copies;
    co_return out;
}

// What is held without rewards, and the day whose quests were left out.
AsyncResult<Holdings> Bookkeeping::earned(std::string& day)
{
    for (int look = 0; look < looks; ++look) {
        const Result<Rewards> before = co_await rewards();
        if (!before) co_return before.error();
        Result<Holdings> holdings = co_await held();
        if (!holdings) co_return holdings.error();
        const Result<Rewards> after = co_await rewards();
        if (!after) co_return after.error();
        if (*before != *after) {
            const Result<void> slept =
                co_await client_.world().clock.sleep_until(client_.world().clock.after(between_looks));
            if (!slept) co_return slept.error();
            continue;
        }
        day = after->day;
        for (const auto& [asset, amount] : after->paid) (*holdings)[asset] -= amount;
        co_return holdings;
    }
    co_return Errc::unavailable;
}

AsyncResult<void> Bookkeeping::open()
{
    if (deeds_.books().open()) co_return Result<void>{};
    const Result<void> cleared = co_await trading_.clear();
    if (!cleared) co_return cleared;
    Result<Holdings> now = co_await earned(day_);
    if (!now) co_return now.error();
    deeds_.books().begin(std::move(*now));
    co_return Result<void>{};
}

AsyncResult<void> Bookkeeping::settle(const std::string& name)
{
    Result<void> ok = co_await trading_.clear(); // others may meet them while we count
    if (ok) ok = co_await trading_.look_at_orders(true);
    if (!ok) co_return ok;
    const Result<std::string> differs = co_await deeds_.repeat();
    if (!differs) co_return differs.error();
    std::string day;
    const Result<Holdings> now = co_await earned(day);
    if (!now) co_return now.error();
    std::set<std::string> but = untold_;
    if (day != day_) but.insert({"coin", "compost", "stardust"}); // quests of a day that is over
    const std::string difference = deeds_.books().difference(*now, but);
    client_.observer().verified("deeds: each acknowledged one is there once", deeds_.journal_size(),
                                differs->empty() ? "" : name + " " + *differs);
    client_.observer().verified("books: each bot owns what it was told", 1,
                                difference.empty() ? "" : name + " " + difference);
    co_return Result<void>{};
}

} // namespace harvest::bots
