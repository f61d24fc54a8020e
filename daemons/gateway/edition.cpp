#include "daemons/gateway/edition.hpp"

#include "daemons/gateway/handlers.hpp"

namespace harvest::gateway {

Edition::Edition(std::shared_ptr<const game::GameData> data)
    : card_catalogue(make_catalogue(*data->battle)),
      crop_catalogue(make_crop_catalogue(*data->farm)),
      recipe_catalogue(make_recipe_catalogue(*data->recipes)),
      data_(std::move(data))
{
}

std::shared_ptr<const Edition> Editions::current()
{
    std::shared_ptr<const game::GameData> now = contents_.now();
    if (!last_ || last_->data() != now) last_ = std::make_shared<const Edition>(std::move(now));
    return last_;
}

} // namespace harvest::gateway
