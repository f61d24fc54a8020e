// Typed ids: a ULID (26 characters of Crockford base32) behind a one-letter type prefix, strings everywhere.
#pragma once

#include "common/base/result.hpp"
#include "common/base/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace harvest {

// An id of one kind of thing; ids of different kinds do not mix. Empty = none.
template <char Prefix>
struct Id {
    static constexpr char prefix = Prefix;
    std::string value;

    bool empty() const { return value.empty(); }
    friend auto operator<=>(const Id&, const Id&) = default;
    friend bool operator==(const Id&, const Id&) = default;
};

using PlayerId = Id<'p'>;
using MatchId = Id<'m'>;
using DeckId = Id<'d'>;
using OrderId = Id<'o'>;
using SessionId = Id<'s'>;
using EventId = Id<'e'>;
using TicketId = Id<'q'>; // a place in the match queue
using AuditId = Id<'a'>;
using MessageId = Id<'c'>; // a chat message
using TransferId = Id<'t'>;

// A ULID (github.com/ulid/spec): 48 bits of time and 80 of chance, in order of time as text.
std::string make_ulid(Millis now, const std::array<std::uint8_t, 10>& random);

// Time in a ULID. Errors: invalid_argument.
Result<Millis> ulid_time(std::string_view ulid);

// "p_" + ULID of the right length and alphabet. Errors: invalid_argument.
Result<void> check_id(char prefix, std::string_view text);

template <class TypedId>
Result<TypedId> parse_id(std::string_view text)
{
    if (const Result<void> ok = check_id(TypedId::prefix, text); !ok) return ok.error();
    return TypedId{std::string(text)};
}

template <class TypedId>
TypedId make_id(Millis now, const std::array<std::uint8_t, 10>& random)
{
    TypedId id;
    id.value.reserve(28);
    id.value += TypedId::prefix;
    id.value += '_';
    id.value += make_ulid(now, random);
    return id;
}

// How tables show an id: prefix and the last eight characters ("p_3R6W1XYZ").
std::string short_id(std::string_view id);

} // namespace harvest

template <char Prefix>
struct std::hash<harvest::Id<Prefix>> {
    std::size_t operator()(const harvest::Id<Prefix>& id) const noexcept { return std::hash<std::string>{}(id.value); }
};
