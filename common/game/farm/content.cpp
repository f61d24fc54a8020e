#include "common/game/farm/content.hpp"

#include "common/game/battle/digest.hpp"

#include <algorithm>

namespace harvest::game::farm {
namespace {

// The canonical form behind the hash: every number in declared order, strings with their length.
class Canonical {
public:
    void put(std::int64_t number)
    {
        text_ += std::to_string(number);
        text_ += ';';
    }
    void put(std::string_view text)
    {
        put(static_cast<std::int64_t>(text.size()));
        text_ += text;
        text_ += ';';
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

void put_crop(Canonical& out, const Crop& crop)
{
    out.put(crop.id);
    out.put(crop.name);
    for (const std::int64_t n : {crop.seed_price, crop.grow.count(), crop.yield_least, crop.yield_most, crop.wither,
                                 crop.seed_chance, crop.compost_chance})
        out.put(n);
    out.put(static_cast<std::int64_t>(crop.water.size()));
    for (const Window& window : crop.water) {
        out.put(window.from);
        out.put(window.to);
    }
}

} // namespace

Content Content::finish(std::string version, Rules rules, Climate climate, std::vector<Crop> crops)
{
    Content content;
    content.version_ = std::move(version);
    content.rules_ = rules;
    content.climate_ = climate;
    content.crops_ = std::move(crops);

    Canonical canonical;
    canonical.put(content.version_);
    for (const std::int64_t n : {rules.plots, rules.max_plots, rules.plot_price, rules.watered, rules.missed,
                                 rules.missed_drought, rules.compost, rules.withered, rules.forecast})
        canonical.put(n);
    for (const std::int64_t n :
         {static_cast<std::int64_t>(climate.seed), climate.sun, climate.rain, climate.frost, climate.drought})
        canonical.put(n);
    for (const Crop& crop : content.crops_) put_crop(canonical, crop);
    content.hash_ = to_hex(battle::sha256({as_bytes(canonical.text())}));
    return content;
}

const Crop* Content::find(std::string_view id) const
{
    const auto found = std::find_if(crops_.begin(), crops_.end(), [&](const Crop& crop) { return crop.id == id; });
    return found == crops_.end() ? nullptr : &*found;
}

} // namespace harvest::game::farm
