// Bodies of /v1/farm and the live ops farm.*, and the calls behind them (harvest-game(7) §2).
#pragma once

#include "common/game/farm/growth.hpp"
#include "common/protocol/events.hpp"
#include "common/protocol/json.hpp"
#include "common/protocol/player_call.hpp"

namespace harvest::protocol {

struct FarmWindow {
    std::string opens_at, closes_at;
    bool watered{}; // by hand, or by rain up to now
};
BOOST_DESCRIBE_STRUCT(FarmWindow, (), (opens_at, closes_at, watered))

// An empty plot has its number and state alone.
struct PlotInfo {
    std::int64_t plot{};
    game::farm::Stage state{};
    std::optional<std::string> crop, planted_at, ripe_at, withers_at;
    std::optional<std::int64_t> progress; // of ten thousand
    std::optional<bool> composted;
    std::optional<std::vector<FarmWindow>> windows;
};
BOOST_DESCRIBE_STRUCT(PlotInfo, (), (plot, state, crop, planted_at, ripe_at, withers_at, progress, composted, windows))

struct WeatherInfo {
    std::string from; // the hour's beginning
    game::farm::Weather weather{};
};
BOOST_DESCRIBE_STRUCT(WeatherInfo, (), (from, weather))

// GET /v1/farm, farm.get: exact at `at`. The weather is this hour's and the forecast.
struct FarmInfo {
    std::string at;
    std::vector<PlotInfo> plots;
    std::optional<Amount> next_plot_price; // none: it is as large as it can be
    std::vector<WeatherInfo> weather;
};
BOOST_DESCRIBE_STRUCT(FarmInfo, (), (at, plots, next_plot_price, weather))

// POST /v1/farm/plant, farm.plant
struct PlantRequest {
    std::vector<std::int64_t> plots;
    std::string crop;
    std::optional<bool> compost; // one a plot: a quarter faster
    std::optional<bool> buy;     // the seeds that are lacking, for coins
};
BOOST_DESCRIBE_STRUCT(PlantRequest, (), (plots, crop, compost, buy))

// POST /v1/farm/water and /harvest, farm.water, farm.harvest
struct PlotsRequest {
    std::vector<std::int64_t> plots;
};
BOOST_DESCRIBE_STRUCT(PlotsRequest, (), (plots))

// What an action did: the plots that it touched as they are now, what it cost and gave.
struct FarmReply {
    std::string at;
    std::vector<PlotInfo> plots;
    std::vector<AssetAmount> spent, gained;
};
BOOST_DESCRIBE_STRUCT(FarmReply, (), (at, plots, spent, gained))

// Push farm.ripe: once a plot as far as the server remembers; it may come twice, or not at all after a restart.
struct FarmRipe {
    std::vector<std::int64_t> plots;
};
BOOST_DESCRIBE_STRUCT(FarmRipe, (), (plots))

// GET /v1/catalog/crops
struct CropWindow {
    std::int64_t from{}, to{}; // percent of the growth
};
BOOST_DESCRIBE_STRUCT(CropWindow, (), (from, to))

struct CropInfo {
    std::string id, name, seed;
    Amount seed_price;
    std::int64_t grow_ms{}, withers_after_ms{};
    std::vector<CropWindow> water;
    std::int64_t yield_least{}, yield_most{};
};
BOOST_DESCRIBE_STRUCT(CropInfo, (),
                      (id, name, seed, seed_price, grow_ms, withers_after_ms, water, yield_least, yield_most))

struct CropCatalogue {
    std::string version, content; // content: the hash of the data
    std::vector<CropInfo> items;
};
BOOST_DESCRIBE_STRUCT(CropCatalogue, (), (version, content, items))

} // namespace harvest::protocol
