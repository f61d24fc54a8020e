// Business figures for Prometheus. Counted before the position is committed: after a crash a few count twice. What bots
// do is counted apart or left out.
#include "common/protocol/events.hpp"
#include "common/protocol/tournaments.hpp"
#include "daemons/metrics/metrics.hpp"

#include <algorithm>
#include <set>

namespace harvest::metrics {
namespace {

namespace type = protocol::event_type;
constexpr std::size_t kinds_kept = 20'000;
constexpr Millis ask_again = 200ms;

std::int64_t coins_in(const std::vector<protocol::AssetAmount>& amounts)
{
    std::int64_t coins = 0;
    for (const protocol::AssetAmount& each : amounts)
        if (each.asset == "coin") coins += std::clamp<std::int64_t>(each.amount.units, 0, 1'000'000'000);
    return coins;
}

// To players, but for these.
std::int64_t coins_paid(const protocol::Changes& changes, const std::set<PlayerId>& bots)
{
    constexpr std::string_view player = "player:";
    std::int64_t coins = 0;
    for (const protocol::AccountChange& each : changes.value_or(std::vector<protocol::AccountChange>()))
        if (each.asset == "coin" && each.account.starts_with(player) &&
            !bots.contains(PlayerId{each.account.substr(player.size())}))
            coins += std::clamp<std::int64_t>(each.amount.units, 0, 1'000'000'000);
    return coins;
}

template <class Payload, class Use>
void with(const Event& event, std::string_view of_type, Use use)
{
    if (event.type != of_type) return;
    if (const auto read = protocol::decode<Payload>(event.data, nullptr, protocol::Unknown::ignore)) use(*read);
}

void count_coins(const Event& event, const std::set<PlayerId>& bots, Figures& figures)
{
    with<protocol::UserRegistered>(event, type::user_registered, [&](const auto& told) {
        figures.minted("starters", coins_paid(told.changes, bots));
    });
    with<protocol::MatchEnded>(event, type::match_ended,
                               [&](const auto& told) { figures.minted("matches", coins_paid(told.changes, bots)); });
    with<protocol::FarmPlanted>(event, type::farm_planted,
                                [&](const auto& told) { figures.sunk("planting", coins_in(told.spent)); });
    with<protocol::FarmExpanded>(event, type::farm_expanded,
                                 [&](const auto& told) { figures.sunk("plots", coins_in(told.spent)); });
    with<protocol::CraftMade>(event, type::craft_made,
                              [&](const auto& told) { figures.sunk("crafting", coins_in(told.spent)); });
    with<protocol::MarketTraded>(event, type::market_traded, [&](const auto& told) {
        figures.sunk("fees", std::max<std::int64_t>(0, told.fee.units));
    });
    with<protocol::AchievementEarned>(event, type::achievement_earned,
                                      [&](const auto& told) { figures.minted("achievements", coins_in(told.reward)); });
    with<protocol::QuestCompleted>(event, type::quest_completed,
                                   [&](const auto& told) { figures.minted("quests", coins_in(told.reward)); });
    with<protocol::SeasonEnded>(event, type::season_ended,
                                [&](const auto& told) { figures.minted("seasons", coins_in(told.reward)); });
    with<protocol::TournamentEnded>(event, type::tournament_ended,
                                    [&](const auto& told) { figures.minted("tournaments", coins_in(told.reward)); });
}

void count_things(const std::vector<Deed>& deeds, Figures& figures)
{
    for (const Deed& deed : deeds) {
        const game::progress::Fact& fact = deed.fact;
        if (fact.event == game::progress::kind::farm_harvested)
            figures.harvested(fact.words.at("crop"), std::max<std::int64_t>(0, fact.numbers.at("units")));
        if (fact.event == game::progress::kind::market_traded && fact.words.at("side") == "buy")
            figures.traded(std::clamp<std::int64_t>(fact.numbers.at("coins"), 0, std::int64_t{1} << 50));
    }
}

bool waits(const Error& error)
{
    return error != Errc::canceled && error != Errc::not_found;
}

} // namespace

// A player without account counts as one of the people. Waits while the store is away. Errors: canceled.
AsyncResult<MetricsDaemon::Kind> MetricsDaemon::kind_of(PlayerId player)
{
    if (const auto known = kinds_.find(player); known != kinds_.end()) co_return known->second;
    Result<Account> account = co_await accounts_.get(player, store_by());
    for (Millis length = ask_again; !account && waits(account.error());) {
        const Result<void> slept = co_await pause(length);
        if (!slept) co_return slept.error();
        account = co_await accounts_.get(player, store_by());
    }
    if (!account && account.error() == Errc::canceled) co_return account.error();
    const Kind kind = account && account->bot ? Kind::bot : Kind::person;
    if (kinds_.size() >= kinds_kept) kinds_.clear();
    if (account) kinds_[player] = kind;
    co_return kind;
}

// Of each deed whether a bot did it: as its event says, else as the account does. Errors: canceled.
AsyncResult<void> MetricsDaemon::tell_bots(std::vector<Deed>& deeds)
{
    for (Deed& deed : deeds) {
        if (deed.bot) continue;
        const Result<Kind> kind = co_await kind_of(deed.player);
        if (!kind) co_return kind.error();
        deed.bot = *kind == Kind::bot;
    }
    co_return Result<void>{};
}

AsyncResult<void> MetricsDaemon::handle_figures(std::vector<StoredEvent> events)
{
    for (const StoredEvent& stored : events) {
        const Event& event = stored.event;
        if (protocol::times_redriven(event.id) > 0) continue; // counted when it came first
        figures_.handled(event.type, std::chrono::duration<double>(clock_.now() - event.time).count());
        Result<std::vector<Deed>> deeds = deeds_of(event);
        if (!deeds) continue;
        const Result<void> known = co_await tell_bots(*deeds);
        if (!known) co_return known.error();
        std::set<PlayerId> bots;
        std::size_t by_bots = 0;
        for (const Deed& deed : *deeds) {
            if (!*deed.bot) continue;
            bots.insert(deed.player);
            ++by_bots;
        }
        if (event.type == type::match_ended) {
            const char* seats = by_bots == 0 ? "people" : by_bots == deeds->size() ? "bots" : "mixed";
            figures_.match(deeds->front().fact.words.at("mode"), seats);
        }
        if (!deeds->empty() && by_bots == deeds->size()) continue;
        if (event.type == type::achievement_earned || event.type == type::quest_completed ||
            event.type == type::season_ended || event.type == type::tournament_ended ||
            event.type == type::user_registered) {
            PlayerId player{event.subject};
            const Result<Kind> kind = co_await kind_of(std::move(player));
            if (!kind) co_return kind.error();
            if (*kind == Kind::bot) continue;
        }
        count_things(*deeds, figures_);
        count_coins(event, bots, figures_);
    }
    co_return Result<void>{};
}

} // namespace harvest::metrics
