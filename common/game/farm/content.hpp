// The farm's data: crops, numbers and climate of config/game/farm.yaml, named by a hash (harvest-game(7) §2).
#pragma once

#include "common/game/farm/weather.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace harvest::game::farm {

inline constexpr std::int64_t plots_at_most = 36, windows_at_most = 4;
inline constexpr Millis grow_at_most{7 * 24 * hour};

// A time to water, in percent of the growth: open from `from`, closed at `to`.
struct Window {
    std::int64_t from{}, to{};
};

struct Crop {
    std::string id, name;
    std::int64_t seed_price{};
    Millis grow{}; // in fair weather, without compost
    std::vector<Window> water;
    std::int64_t yield_least{}, yield_most{};
    std::int64_t wither{};                        // times `grow` past ripe
    std::int64_t seed_chance{}, compost_chance{}; // percent, of one more thing at harvest

    std::string seed() const { return "seed." + id; }
};

struct Rules {
    std::int64_t plots{12}, max_plots{plots_at_most};
    std::int64_t plot_price{50};     // coins, times the number of the plot
    std::int64_t watered{15};        // percent of the yield for each window
    std::int64_t missed{15};         // the same, taken
    std::int64_t missed_drought{30}; // for a window that opened in a drought
    std::int64_t compost{25};        // percent of the growth that it saves
    std::int64_t withered{50};       // percent of the yield that is lost
    std::int64_t forecast{6};        // hours
};

class Content {
public:
    static Content finish(std::string version, Rules rules, Climate climate, std::vector<Crop> crops);

    const std::string& version() const { return version_; }
    const std::string& hash() const { return hash_; } // SHA-256 in hex
    const Rules& rules() const { return rules_; }
    const Climate& climate() const { return climate_; }
    const std::vector<Crop>& crops() const { return crops_; }
    const Crop* find(std::string_view id) const; // nullptr where there is none
    std::int64_t price_of_plot(std::int64_t number) const { return rules_.plot_price * number; }

private:
    std::string version_, hash_;
    Rules rules_;
    Climate climate_;
    std::vector<Crop> crops_;
};

} // namespace harvest::game::farm
