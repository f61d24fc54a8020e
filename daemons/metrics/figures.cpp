#include "daemons/metrics/figures.hpp"

#include "common/protocol/events.hpp"
#include "common/protocol/party.hpp"
#include "common/protocol/tournaments.hpp"

#include <algorithm>
#include <array>

namespace harvest::metrics {
namespace {

constexpr std::size_t crops_at_most = 64;

constexpr std::array known_types{protocol::event_type::user_registered,  protocol::event_type::user_login,
                                 protocol::event_type::user_logout,      protocol::event_type::session_revoked,
                                 protocol::event_type::user_sanctioned,  protocol::event_type::match_started,
                                 protocol::event_type::match_ended,      protocol::event_type::match_aborted,
                                 protocol::event_type::farm_planted,     protocol::event_type::farm_watered,
                                 protocol::event_type::farm_harvested,   protocol::event_type::farm_expanded,
                                 protocol::event_type::market_opened,    protocol::event_type::market_traded,
                                 protocol::event_type::market_closed,    protocol::event_type::craft_made,
                                 protocol::event_type::craft_dismantled, protocol::event_type::achievement_earned,
                                 protocol::event_type::quest_completed,  protocol::event_type::season_ended,
                                 protocol::event_type::tournament_ended};

} // namespace

Figures::Figures(telemetry::Metrics& metrics, std::string slot) : metrics_(metrics), slot_(std::move(slot))
{
    age_ = metrics_.histogram("harvest_metrics_event_age_seconds", "Time from an event to its figures.",
                              {{"slot", slot_}});
    for (const char* mode : {"ranked", "casual", protocol::challenge_mode.data(), protocol::tournament_mode.data()})
        match(mode, "");
}

telemetry::Counter& Figures::counter(const std::string& name, const std::string& help, telemetry::Labels labels)
{
    std::string key = name;
    for (const auto& [label, value] : labels) key += ' ' + value;
    const auto found = counters_.find(key);
    if (found != counters_.end()) return found->second;
    labels.insert(labels.begin(), {"slot", slot_});
    return counters_.emplace(std::move(key), metrics_.counter(name, help, labels)).first->second;
}

void Figures::projected(std::string_view projection, std::int64_t fresh, std::int64_t reached)
{
    const telemetry::Labels of{{"projection", std::string(projection)}};
    counter("harvest_metrics_projected_total", "Events applied to a projection.", of).add(static_cast<double>(fresh));
    if (reached > 0)
        counter("harvest_metrics_goals_reached_total", "Achievements and quests reached and paid.", {})
            .add(static_cast<double>(reached));
}

void Figures::parked(std::string_view projection)
{
    counter("harvest_metrics_parked_total", "Events set aside that could not be applied.",
            {{"projection", std::string(projection)}})
        .add();
}

void Figures::handled(std::string_view event_type, double age_seconds)
{
    const bool known = std::ranges::find(known_types, event_type) != known_types.end();
    counter("harvest_metrics_events_total", "Events by type.", {{"type", known ? std::string(event_type) : "other"}})
        .add();
    age_.observe(std::max(0.0, age_seconds));
}

void Figures::match(std::string_view mode, std::string_view seats)
{
    const bool known =
        mode == "ranked" || mode == "casual" || mode == protocol::challenge_mode || mode == protocol::tournament_mode;
    for (const char* who : {"people", "mixed", "bots"})
        counter("harvest_metrics_matches_total", "Matches ended, by who sat at them.",
                {{"mode", known ? std::string(mode) : "other"}, {"seats", who}})
            .add(seats == who ? 1 : 0);
}

void Figures::harvested(std::string_view crop, std::int64_t units)
{
    std::string label(crop);
    if (crops_.size() >= crops_at_most && !crops_.contains(label)) label = "other";
    crops_.emplace(label, 0);
    counter("harvest_metrics_crops_harvested_total", "Crops that people brought in.", {{"crop", std::move(label)}})
        .add(static_cast<double>(units));
}

void Figures::traded(std::int64_t coins)
{
    counter("harvest_metrics_trades_total", "Trades on the market.", {}).add();
    counter("harvest_metrics_trade_coins_total", "Coins that buyers paid on the market.", {})
        .add(static_cast<double>(coins));
}

void Figures::minted(std::string_view by, std::int64_t coins)
{
    counter("harvest_metrics_coins_minted_total", "Coins that people were paid, as events tell it.",
            {{"by", std::string(by)}})
        .add(static_cast<double>(coins));
}

void Figures::sunk(std::string_view by, std::int64_t coins)
{
    counter("harvest_metrics_coins_sunk_total", "Coins that people spent, as events tell it.",
            {{"by", std::string(by)}})
        .add(static_cast<double>(coins));
}

} // namespace harvest::metrics
