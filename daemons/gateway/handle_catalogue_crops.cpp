#include "common/protocol/farm.hpp"
#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

std::string make_crop_catalogue(const game::farm::Content& farm)
{
    protocol::CropCatalogue catalogue;
    catalogue.version = farm.version();
    catalogue.content = farm.hash();
    for (const game::farm::Crop& crop : farm.crops()) {
        protocol::CropInfo info;
        info.id = crop.id;
        info.name = crop.name;
        info.seed = crop.seed();
        info.seed_price = {crop.seed_price};
        info.grow_ms = crop.grow.count();
        info.withers_after_ms = crop.wither * crop.grow.count();
        for (const game::farm::Window& window : crop.water) info.water.push_back({window.from, window.to});
        info.yield_least = crop.yield_least;
        info.yield_most = crop.yield_most;
        catalogue.items.push_back(std::move(info));
    }
    return protocol::encode(catalogue);
}

Task<HttpResponse> handle_catalogue_crops(const std::string& crops, const game::farm::Content& farm, const Call& call)
{
    co_return catalogue_reply(crops, farm.hash(), call);
}

} // namespace harvest::gateway
