// Chat as kept: channels "room:lobby", "match:m_…", "dm:p_…:p_…" (ids in order).
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <string>

namespace harvest {

struct ChatMessage {
    MessageId id;
    std::string channel;
    std::int64_t seq{}; // from 1 in its channel; what was erased leaves gaps
    PlayerId author;
    std::string author_name;
    std::string text; // empty once it was taken back
    Millis at{};
    Millis edited_at{}, deleted_at{}; // 0: never
};

// How far a player has read in a channel that is kept for it.
struct ChatMark {
    std::string channel;
    std::int64_t last{}, read{}; // numbers of the newest message and of the newest read
};

} // namespace harvest
