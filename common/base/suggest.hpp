// "Did you mean": the nearest of the known words, by edits with transposition (Damerau 1964), or none near enough.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace harvest {

// Edits (insert, delete, replace, swap of neighbours) from one word to the other, without regard to case.
std::size_t edit_distance(std::string_view a, std::string_view b);

// At most one edit for three letters or fewer, two up to eight, three beyond; also a unique prefix of 3 letters or
// more.
std::optional<std::string> suggest(std::string_view word, std::span<const std::string> known);

} // namespace harvest
