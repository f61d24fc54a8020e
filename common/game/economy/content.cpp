#include "common/game/economy/content.hpp"

#include "common/game/battle/digest.hpp"

namespace harvest::game::economy {
namespace {

// The canonical form behind the hash: every number in declared order, strings with their length.
void put(std::string& out, std::int64_t number)
{
    out += std::to_string(number);
    out += ';';
}

void put(std::string& out, std::string_view text)
{
    put(out, static_cast<std::int64_t>(text.size()));
    out += text;
    out += ';';
}

} // namespace

Listing listing_of(const farm::Content& farm, const battle::Content& battle)
{
    Listing listing{{"compost", AssetClass::compost}, {"stardust", AssetClass::stardust}};
    for (const farm::Crop& crop : farm.crops()) {
        listing.emplace(crop.id, AssetClass::crop);
        listing.emplace(crop.seed(), AssetClass::seed);
    }
    for (const battle::Card& card : battle.cards())
        if (!card.token)
            listing.emplace("card." + card.id,
                            card.rarity == battle::Rarity::legendary ? AssetClass::legendary : AssetClass::card);
    return listing;
}

Content Content::finish(std::string version, Rules rules, Classes classes, Merchant merchant, Listing listing)
{
    Content content;
    content.version_ = std::move(version);
    content.rules_ = rules;
    content.classes_ = classes;
    content.merchant_ = std::move(merchant);
    content.listing_ = std::move(listing);

    std::string canonical;
    put(canonical, content.version_);
    for (const std::int64_t n : {rules.fee, rules.open_orders, rules.lifetime.count(), rules.price_at_most,
                                 rules.quantity_at_most, rules.stake_at_most, rules.fills, rules.depth})
        put(canonical, n);
    for (const Trading trading : classes) put(canonical, static_cast<std::int64_t>(trading));
    const Merchant& kept = content.merchant_;
    for (const std::int64_t n : {kept.budget, kept.seeds, kept.usual, kept.least, kept.most}) put(canonical, n);
    for (const Floor& floor : kept.floors) {
        put(canonical, floor.id);
        put(canonical, floor.price);
    }
    content.hash_ = to_hex(battle::sha256({as_bytes(canonical)}));
    return content;
}

std::optional<AssetClass> Content::class_of(std::string_view asset) const
{
    const auto found = listing_.find(asset);
    if (found == listing_.end()) return std::nullopt;
    return found->second;
}

} // namespace harvest::game::economy
