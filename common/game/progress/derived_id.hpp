// An id that is made of words, the same each time: what is paid or told under it is so once.
#pragma once

#include "common/base/ids.hpp"

#include <string>
#include <vector>

namespace harvest::game::progress {

struct DerivedUlid {
    Millis head{};
    std::array<std::uint8_t, 10> rest{};
};
// Of the SHA-256 of the words, each on a line; no word holds a line break.
DerivedUlid derived_ulid(const std::vector<std::string>& words);

template <class TypedId>
TypedId derived_id(const std::vector<std::string>& words)
{
    const DerivedUlid ulid = derived_ulid(words);
    return make_id<TypedId>(ulid.head, ulid.rest);
}

} // namespace harvest::game::progress
