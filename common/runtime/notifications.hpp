// What a player was told, in the pages and words in which every client gets it, over REST and over a live link.
#pragma once

#include "common/ports/social.hpp"

#include <optional>

namespace harvest {

protocol::NotificationInfo show_notification(const Notification& notification);

// A page, the newest first; `cursor` is next_cursor of the one before. Errors: invalid_argument (not one of ours).
AsyncResult<protocol::NotificationList> list_notifications(Social& social, PlayerId player,
                                                           std::optional<std::int64_t> cursor, Deadline by);

// Those up to a number are read. Errors: invalid_argument (numbers begin at 1).
AsyncResult<protocol::ReadReply> read_notifications(Social& social, PlayerId player, std::int64_t up_to, Deadline by);

} // namespace harvest
