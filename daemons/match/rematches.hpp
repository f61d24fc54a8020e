// The pure heart of rematches: who asks whom to play again. Times are the monotonic clock's.
// There is one offer a match, and it ends by itself; nothing here outlives the daemon: the players ask again.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace harvest::match {

struct RematchOffer {
    MatchId match; // that was played
    PlayerId asker, other;
    std::string name; // of the asker
    Millis until{};
    Millis seen_at{}; // the asker was connected then
};

class Rematches {
public:
    enum class Step { asked, again, agreed };
    // One of the two wants to; `agreed` takes the other's offer out.
    Step ask(RematchOffer offer, Millis now);
    // The offer of a match to which the player is a party.
    std::optional<RematchOffer> take(const MatchId& match, const PlayerId& player);
    // All offers by and to the player, who has something else to do.
    std::vector<RematchOffer> take_all(const PlayerId& player);
    // Those whose time is over.
    std::vector<RematchOffer> expire(Millis now);

    // The player is connected.
    void seen(const PlayerId& player, Millis now);
    // Those whose asker has been gone for `away` and longer.
    std::vector<RematchOffer> abandon(Millis now, Millis away);

    std::vector<PlayerId> askers() const;
    const RematchOffer* of(const MatchId& match) const;
    std::size_t size() const { return offers_.size(); }

private:
    template <class Which>
    std::vector<RematchOffer> take_if(Which which);

    std::map<MatchId, RematchOffer> offers_;
};

} // namespace harvest::match
