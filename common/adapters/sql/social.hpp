// The Social store. A friendship is a row of each side; so is a request, except that whoever has blocked the one who
// asks has no row of it. Writing transactions come one after the other, those of other processes too, so what a rule
// has read still holds when it writes.
#pragma once

#include "common/adapters/sql/database.hpp"
#include "common/ports/social.hpp"

namespace harvest::sql {

class SqlSocial final : public Social {
public:
    explicit SqlSocial(Database& database) : database_(database) {}

    AsyncResult<FriendChange> ask(SocialOrder order, Deadline by) override;
    AsyncResult<FriendChange> accept(SocialOrder order, Deadline by) override;
    AsyncResult<void> part(SocialOrder order, Deadline by) override;
    AsyncResult<std::vector<Tie>> ties(PlayerId player, TieFilter filter, Deadline by) override;
    AsyncResult<void> block(SocialOrder order, Deadline by) override;
    AsyncResult<void> unblock(SocialOrder order, Deadline by) override;
    AsyncResult<std::vector<PlayerId>> blocks(PlayerId player, Deadline by) override;
    AsyncResult<std::vector<BlockedPlayer>> blocked(PlayerId player, PlayerId after, std::size_t limit,
                                                    Deadline by) override;
    AsyncResult<std::vector<PlayerId>> blockers(PlayerId player, std::vector<PlayerId> others, Deadline by) override;
    AsyncResult<NotificationPage> notifications(PlayerId player, std::int64_t before, std::size_t limit,
                                                Deadline by) override;
    AsyncResult<std::int64_t> read_notifications(PlayerId player, std::int64_t up_to, Deadline by) override;

private:
    Database& database_;
};

} // namespace harvest::sql
