#include "common/protocol/player_fold.hpp"

#include "common/protocol/tournaments.hpp"

#include <algorithm>
#include <array>

namespace harvest::protocol {
namespace {

// Those whose transaction may hold transfers.
constexpr std::array moving_types{
    event_type::user_registered, event_type::match_ended,      event_type::farm_planted,
    event_type::farm_watered,    event_type::farm_harvested,   event_type::farm_expanded,
    event_type::market_opened,   event_type::market_traded,    event_type::market_closed,
    event_type::craft_made,      event_type::craft_dismantled, event_type::achievement_earned,
    event_type::quest_completed, event_type::season_ended,     event_type::tournament_ended};

struct Moved {
    Changes changes{};
};
BOOST_DESCRIBE_STRUCT(Moved, (), (changes))

template <class Data>
Result<Data> read(std::string_view data)
{
    return decode<Data>(data, nullptr, Unknown::ignore);
}

// Whose the escrow accounts of a market's event are: in a trade the buyer's holds coins, the seller's goods.
Result<PlayerId> owner_of_escrow(std::string_view type, std::string_view data, const std::string& asset)
{
    if (type == event_type::market_traded) {
        const Result<MarketTraded> trade = read<MarketTraded>(data);
        if (!trade) return trade.error();
        return asset == "coin" ? trade->buyer : trade->seller;
    }
    const Result<UserEvent> own = read<UserEvent>(data);
    if (!own) return own.error();
    return own->player;
}

std::string serial_name(const std::string& card, std::int64_t serial)
{
    return "card." + card + '#' + std::to_string(serial);
}

// A numbered card that a player gained or lost; in escrow it is nobody's.
struct SerialStep {
    std::string asset;
    std::int64_t serial{}, amount{};
};

// How a market's event moved the numbered card that it tells of, for this player.
Result<std::vector<SerialStep>> market_serials(std::string_view type, std::string_view data, const PlayerId& player)
{
    std::vector<SerialStep> steps;
    if (type == event_type::market_opened) {
        const Result<MarketOpened> opened = read<MarketOpened>(data);
        if (!opened) return opened.error();
        if (opened->serial && opened->player == player) steps.push_back({opened->asset, *opened->serial, -1});
    }
    if (type == event_type::market_traded) {
        const Result<MarketTraded> traded = read<MarketTraded>(data);
        if (!traded) return traded.error();
        if (traded->serial && traded->buyer == player) steps.push_back({traded->asset, *traded->serial, 1});
    }
    if (type == event_type::market_closed) {
        const Result<MarketClosed> closed = read<MarketClosed>(data);
        if (!closed) return closed.error();
        if (closed->serial && closed->player == player) steps.push_back({closed->asset, *closed->serial, 1});
    }
    return steps;
}

} // namespace

void PlayerFold::add(const std::string& place, const std::string& asset, std::int64_t amount, const Latest& by)
{
    const std::pair what{place, asset};
    std::int64_t& sum = holdings_[what];
    sum += amount;
    if (sum == 0) holdings_.erase(what);
    Latest& latest = latest_[what];
    if (latest.id.empty() || latest.at <= by.at) latest = by;
}

std::string PlayerFold::last_event(const std::pair<std::string, std::string>& what) const
{
    const auto found = latest_.find(what);
    return found == latest_.end() ? "" : found->second.id;
}

Result<void> PlayerFold::count(const std::string& id, std::string_view type, Millis at, std::string_view data)
{
    const Result<Moved> moved = read<Moved>(data);
    if (!moved) return moved.error();
    if (!moved->changes) {
        if (!untold_ || at < untold_->at) untold_ = Untold{id, std::string(type), at};
        return {};
    }
    const Latest by{at, id};
    const std::string own = "player:" + player_.value;
    for (const AccountChange& change : *moved->changes) {
        if (change.account == own) add("player", change.asset, change.amount.units, by);
        if (!change.account.starts_with("escrow:")) continue;
        const Result<PlayerId> owner = owner_of_escrow(type, data, change.asset);
        if (!owner) return owner.error();
        if (*owner == player_) add("escrow", change.asset, change.amount.units, by);
    }
    const Result<std::vector<SerialStep>> steps = market_serials(type, data, player_);
    if (!steps) return steps.error();
    for (const SerialStep& step : *steps)
        add("serial", step.asset + '#' + std::to_string(step.serial), step.amount, by);
    if (type == event_type::craft_made) {
        const Result<CraftMade> made = read<CraftMade>(data);
        if (!made) return made.error();
        if (made->serial) add("serial", serial_name(made->card, *made->serial), 1, by);
    }
    if (type == event_type::craft_dismantled) {
        const Result<CraftDismantled> gone = read<CraftDismantled>(data);
        if (!gone) return gone.error();
        for (const std::int64_t serial : gone->retired) add("serial", serial_name(gone->card, serial), -1, by);
    }
    return {};
}

Result<void> PlayerFold::apply(const std::string& id, std::string_view type, Millis at, std::string_view data)
{
    if (std::ranges::find(moving_types, type) == moving_types.end()) return {};
    if (data.find('"' + player_.value + '"') == std::string_view::npos) return {};
    if (!seen_.insert(first_id(EventId{id}).value).second) return {};
    registered_ = registered_ || type == event_type::user_registered;
    return count(id, type, at, data);
}

} // namespace harvest::protocol
