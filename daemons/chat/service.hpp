// The pure heart of chat: what a channel's name means, what text may be said, which words are masked.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/result.hpp"
#include "common/protocol/groups.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace harvest::chat {

enum class ChannelKind { room, direct, match, group };

struct Channel {
    ChannelKind kind{};
    std::string kept; // "room:lobby", "dm:p_…:p_…" (ids in order), "match:m_…", "group:g_…"
    std::string room;
    MatchId match;
    GroupId group;
    PlayerId one, other; // of a direct channel; one < other
    bool has(const PlayerId& player) const { return player == one || player == other; }
};

// As kept, or as `asker` names it ("dm:<the other>"). Errors: no_such_channel.
Result<Channel> parse_channel(std::string_view text, const PlayerId& asker);

// The text without direction overrides and outer spaces. Errors: bad_text (empty, not UTF-8, control characters such
// as terminal escapes), too_long (counted in code points).
Result<std::string> clean_text(std::string_view text, std::size_t max_characters);

// Masks whole words of a list, ASCII case and look-alike digits disregarded.
class WordFilter {
public:
    explicit WordFilter(const std::vector<std::string>& words);
    std::string mask(std::string text) const;

private:
    std::vector<std::string> words_; // folded, sorted
};

} // namespace harvest::chat
