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
    std::string text;
    Millis at{};
};

} // namespace harvest
