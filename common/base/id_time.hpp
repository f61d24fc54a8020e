// When what an id names was made: the time in its ULID.
#pragma once

#include "common/base/ids.hpp"

namespace harvest {

// Zero for text that is no id.
template <char Prefix>
Millis made_at(const Id<Prefix>& id)
{
    const Result<Millis> time =
        id.value.size() > 2 ? ulid_time(std::string_view(id.value).substr(2)) : Result<Millis>(Millis{});
    return time ? *time : Millis{};
}

} // namespace harvest
