// The pure side of the farm's requests: what the rules decide, as a change of the store and as what the client is told.
#pragma once

#include "common/game/farm/actions.hpp"
#include "common/ports/records/farm.hpp"
#include "common/protocol/events.hpp"

#include <functional>

namespace harvest::instance {

// Where chance and ids come from; each call gives a new one.
struct FarmChance {
    std::function<std::uint64_t()> seed;
    std::function<TransferId()> transfer;
    std::function<EventId()> event;
};

using FarmHoldings = game::farm::Holdings;

// An action as it was asked for.
struct FarmAction {
    std::string name;    // "farm.plant": the ledger's reason too
    std::string request; // in canonical form, with the name
    std::function<Result<game::farm::Outcome>(const game::farm::Content&, game::farm::Farm&, const FarmHoldings&,
                                              Millis now, const FarmChance&)>
        decide;
    std::string_view event_type;
    std::function<std::string(const PlayerId&, const game::farm::Farm&, const game::farm::Outcome&, protocol::Changes)>
        event_data;
};

// From the request's JSON, strictly. Errors: invalid_argument.
Result<FarmAction> read_plant(std::string_view json);
Result<FarmAction> read_water(std::string_view json);
Result<FarmAction> read_harvest(std::string_view json);
Result<FarmAction> read_expand(std::string_view json);
// By the name of the Rpc method. Errors: not_found (no such action), invalid_argument.
Result<FarmAction> read_farm_action(std::string_view method, std::string_view json);

// Everybody's first farm where the store has none.
KeptFarm farm_of(const game::farm::Content& content, KeptFarm kept);

protocol::FarmInfo farm_info(const game::farm::Content& content, const KeptFarm& kept, Millis now);
std::vector<protocol::AssetAmount> asset_amounts(const std::vector<game::farm::Item>& items);

struct FarmAsk {
    const FarmAction& action;
    std::string key;
    std::string source; // this daemon
    std::string traceparent;
    Millis now{};
};

// Errors: FarmErrc.
Result<FarmChange> farm_change(const game::farm::Content& content, const FarmView& view, const FarmAsk& ask,
                               const FarmChance& chance);

} // namespace harvest::instance
