#include "common/game/progress/derived_id.hpp"

#include "common/game/battle/digest.hpp"

#include <algorithm>

namespace harvest::game::progress {

DerivedUlid derived_ulid(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words) {
        if (!text.empty()) text += '\n';
        text += word;
    }
    const battle::Digest digest = battle::sha256({as_bytes(text)});
    DerivedUlid ulid;
    std::int64_t head = 0;
    for (std::size_t i = 0; i < 6; ++i) head = head << 8 | digest[i];
    ulid.head = Millis{head};
    std::copy_n(digest.begin() + 6, ulid.rest.size(), ulid.rest.begin());
    return ulid;
}

} // namespace harvest::game::progress
