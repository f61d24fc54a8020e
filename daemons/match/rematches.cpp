#include "daemons/match/rematches.hpp"

namespace harvest::match {

template <class Which>
std::vector<RematchOffer> Rematches::take_if(Which which)
{
    std::vector<RematchOffer> taken;
    for (auto each = offers_.begin(); each != offers_.end();) {
        if (!which(each->second)) {
            ++each;
            continue;
        }
        taken.push_back(std::move(each->second));
        each = offers_.erase(each);
    }
    return taken;
}

Rematches::Step Rematches::ask(RematchOffer offer, Millis now)
{
    const auto found = offers_.find(offer.match);
    if (found != offers_.end() && found->second.until > now) {
        if (found->second.asker == offer.asker) return Step::again;
        offers_.erase(found);
        return Step::agreed;
    }
    const MatchId match = offer.match;
    offers_.insert_or_assign(match, std::move(offer));
    return Step::asked;
}

std::optional<RematchOffer> Rematches::take(const MatchId& match, const PlayerId& player)
{
    std::vector<RematchOffer> taken = take_if([&](const RematchOffer& offer) {
        return offer.match == match && (offer.asker == player || offer.other == player);
    });
    if (taken.empty()) return std::nullopt;
    return std::move(taken.front());
}

std::vector<RematchOffer> Rematches::take_all(const PlayerId& player)
{
    return take_if([&](const RematchOffer& offer) { return offer.asker == player || offer.other == player; });
}

std::vector<RematchOffer> Rematches::expire(Millis now)
{
    return take_if([&](const RematchOffer& offer) { return offer.until <= now; });
}

void Rematches::seen(const PlayerId& player, Millis now)
{
    for (auto& [match, offer] : offers_)
        if (offer.asker == player) offer.seen_at = now;
}

std::vector<RematchOffer> Rematches::abandon(Millis now, Millis away)
{
    return take_if([&](const RematchOffer& offer) { return now - offer.seen_at >= away; });
}

std::vector<PlayerId> Rematches::askers() const
{
    std::vector<PlayerId> players;
    for (const auto& [match, offer] : offers_) players.push_back(offer.asker);
    return players;
}

const RematchOffer* Rematches::of(const MatchId& match) const
{
    const auto found = offers_.find(match);
    return found == offers_.end() ? nullptr : &found->second;
}

} // namespace harvest::match
