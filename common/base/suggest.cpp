#include "common/base/suggest.hpp"

#include <algorithm>
#include <vector>

namespace harvest {
namespace {

constexpr std::size_t longest = 64; // words beyond are no typos of ours

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '_' ? '-' : c;
}

std::size_t allowed(std::size_t length)
{
    return length <= 3 ? 1 : length <= 8 ? 2 : 3;
}

bool is_prefix(std::string_view prefix, std::string_view word)
{
    return prefix.size() < word.size() &&
           std::equal(prefix.begin(), prefix.end(), word.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

} // namespace

std::size_t edit_distance(std::string_view a, std::string_view b)
{
    const std::size_t width = b.size() + 1;
    std::vector<std::size_t> before_last(width), last(width), current(width);
    for (std::size_t j = 0; j < width; ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j < width; ++j) {
            const std::size_t replace = last[j - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            current[j] = std::min({replace, last[j] + 1, current[j - 1] + 1});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, current);
    }
    return last[b.size()];
}

std::optional<std::string> suggest(std::string_view word, std::span<const std::string> known)
{
    if (word.empty() || word.size() > longest) return std::nullopt;
    const std::string* best = nullptr;
    std::size_t best_distance = allowed(word.size()) + 1;
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance >= best_distance || distance >= std::max(word.size(), candidate.size())) continue;
        best = &candidate;
        best_distance = distance;
    }
    if (best) return *best;
    const std::string* only = nullptr;
    for (const std::string& candidate : known) {
        if (word.size() < 3 || !is_prefix(word, candidate)) continue;
        if (only) return std::nullopt;
        only = &candidate;
    }
    return only ? std::optional<std::string>(*only) : std::nullopt;
}

} // namespace harvest
