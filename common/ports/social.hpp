// Friends, blocks and notifications (harvest-game(7) §7). Each call is one transaction, event and notification
// included. Two players are never friends, and have no request that both see, while one of them blocks the other.
#pragma once

#include "common/ports/clock.hpp"
#include "common/ports/records/social.hpp"
#include "common/ports/task.hpp"

namespace harvest {

class Social {
public:
    virtual ~Social() = default;
    // Where the other has asked too, both are friends now. To whoever has blocked the player it looks like any open
    // request, of which the other does not learn. Errors: social.self, no_such_player, already_friends, already_asked,
    // blocked (by the player), too_many_friends, friends_full, too_many_requests, inbox_full.
    virtual AsyncResult<FriendChange> ask(SocialOrder order, Deadline by) = 0;
    // Nothing changes if they are friends. Errors: social.no_request, no_such_player, too_many_friends, friends_full.
    virtual AsyncResult<FriendChange> accept(SocialOrder order, Deadline by) = 0;
    // Ends the friendship, declines the other's request or withdraws one's own; nothing if there is none of them.
    virtual AsyncResult<void> part(SocialOrder order, Deadline by) = 0;
    // By player.
    virtual AsyncResult<std::vector<Tie>> ties(PlayerId player, TieFilter filter, Deadline by) = 0;

    // Friendship and requests of the two end with it. Again it changes nothing. Errors: social.self, no_such_player,
    // too_many_blocks.
    virtual AsyncResult<void> block(SocialOrder order, Deadline by) = 0;
    virtual AsyncResult<void> unblock(SocialOrder order, Deadline by) = 0;
    // All whom the player has blocked.
    virtual AsyncResult<std::vector<PlayerId>> blocks(PlayerId player, Deadline by) = 0;
    // A page of them with their names, by player.
    virtual AsyncResult<std::vector<BlockedPlayer>> blocked(PlayerId player, PlayerId after, std::size_t limit,
                                                            Deadline by) = 0;
    // Those among `others` who have blocked the player.
    virtual AsyncResult<std::vector<PlayerId>> blockers(PlayerId player, std::vector<PlayerId> others, Deadline by) = 0;

    // Those with a number below `before` (0: from the newest).
    virtual AsyncResult<NotificationPage> notifications(PlayerId player, std::int64_t before, std::size_t limit,
                                                        Deadline by) = 0;
    // Marks those up to a number as read; gives how many are not.
    virtual AsyncResult<std::int64_t> read_notifications(PlayerId player, std::int64_t up_to, Deadline by) = 0;
};

} // namespace harvest
