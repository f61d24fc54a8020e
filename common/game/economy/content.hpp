// The market's data: numbers, halted classes and the merchant of config/game/market.yaml, and what is traded
// (harvest-game(7) §3).
#pragma once

#include "common/base/time.hpp"
#include "common/game/battle/content.hpp"
#include "common/game/farm/content.hpp"

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::game::economy {

// The highest that market.yaml may set: sums of a hundred fills stay far below 2^63, also times a percentage.
inline constexpr std::int64_t price_bound = 10'000'000, quantity_bound = 10'000'000;
inline constexpr std::int64_t stake_bound = price_bound * quantity_bound, fills_bound = 500;

// A legendary's copies have a number and one owner each: who sells one names it, who buys takes any.
enum class AssetClass : std::uint8_t { crop, seed, compost, stardust, card, legendary };
BOOST_DESCRIBE_ENUM(AssetClass, crop, seed, compost, stardust, card, legendary)

enum class Trading : std::uint8_t { open, halted };
BOOST_DESCRIBE_ENUM(Trading, open, halted)

struct Rules {
    std::int64_t fee{2};          // percent of what a sale brings, rounded up
    std::int64_t open_orders{50}; // of a player
    Millis lifetime{7 * 24h};     // of an order
    std::int64_t price_at_most{1'000'000}, quantity_at_most{100'000};
    std::int64_t stake_at_most{1'000'000'000}; // price times quantity
    std::int64_t fills{100};                   // that one order makes at once; the rest of it is cancelled
    std::int64_t depth{50};                    // prices that a book shows on each side
};

struct Floor {
    std::string id; // the crop
    std::int64_t price{};
};

// Buys each crop of `floors` at its floor and sells its seed, anew each UTC day.
struct Merchant {
    std::int64_t budget{3'000};        // coins a day, shared equally among the crops
    std::int64_t seeds{200};           // of each crop a day
    std::int64_t usual{500};           // seeds of a crop that the market trades on a usual day
    std::int64_t least{50}, most{300}; // percent of the seed's usual price, at any volume
    std::vector<Floor> floors;
};

using Classes = std::array<Trading, 6>; // by AssetClass
using Listing = std::map<std::string, AssetClass, std::less<>>;

// Crops, their seeds, compost, stardust and every card that is no token.
Listing listing_of(const farm::Content& farm, const battle::Content& battle);

class Content {
public:
    static Content finish(std::string version, Rules rules, Classes classes, Merchant merchant, Listing listing);

    const std::string& version() const { return version_; }
    const std::string& hash() const { return hash_; } // SHA-256 in hex
    const Rules& rules() const { return rules_; }
    const Merchant& merchant() const { return merchant_; }
    std::optional<AssetClass> class_of(std::string_view asset) const; // none: there is no book of it
    bool halted(AssetClass kind) const { return classes_[static_cast<std::size_t>(kind)] == Trading::halted; }

private:
    std::string version_, hash_;
    Rules rules_;
    Classes classes_{};
    Merchant merchant_;
    Listing listing_;
};

} // namespace harvest::game::economy
