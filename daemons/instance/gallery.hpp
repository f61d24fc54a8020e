// Those who watch a match: they see what was played, some turns late and without any hand (harvest-game(7) §5). Each
// lateness plays the match again by itself, and only while somebody watches. Pure.
#pragma once

#include "common/ports/client_link.hpp"
#include "common/protocol/spectate.hpp"
#include "daemons/instance/room.hpp"

#include <array>
#include <span>

namespace harvest::instance {

struct GalleryRules {
    std::int64_t places{50};
    std::int64_t late_turns{3};
};

class Gallery {
public:
    // One message for some of those who watch.
    struct Tell {
        std::vector<LinkId> links;
        std::string bytes;
    };

    explicit Gallery(GalleryRules rules);

    struct Visitor {
        LinkId link{};
        PlayerId player;
        bool judge{}; // sees without delay, and takes no place
    };

    // A player has one place: `replaced` is the link that had it, or 0. Errors: gallery_full.
    Result<protocol::SpectateReply> enter(const Visitor& visitor, const Room& room, LinkId& replaced);
    void leave(LinkId link);
    // What they are to be told after a change of the room. Where much is due at once, as at the end, one message tells
    // of several commands, so that a link is not flooded.
    std::vector<Tell> follow(const Room& room);
    // Likewise, once the result is on disk; who enters later is told by last_word().
    Tell settled(const protocol::BattleEnd& end);
    const std::string& last_word() const { return last_word_; }
    std::vector<LinkId> links() const;

private:
    struct Lane {
        std::int64_t late{};
        std::vector<Visitor> visitors;
        std::optional<battle::State> state; // as these see it
        std::size_t shown{};                // of the room's commands
    };
    static std::vector<LinkId> links_of(const Lane& lane);
    void advance(Lane& lane, const Room& room, std::vector<Tell>& out) const;

    GalleryRules rules_;
    std::array<Lane, 2> lanes_; // spectators, judges
    std::string last_word_;
};

} // namespace harvest::instance
