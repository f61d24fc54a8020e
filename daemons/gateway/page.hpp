// Pages of lists that the rules keep short enough to be at hand whole: decks, invitations, what a player holds.
#pragma once

#include "common/base/result.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::gateway {

inline constexpr std::size_t items_a_page = 50, items_a_page_at_most = 200;

struct PageAsked {
    std::string cursor; // empty: from the beginning
    std::size_t limit = items_a_page;
};

inline constexpr std::string_view bad_page_cursor = "query: cursor is not one of ours";

// "cursor=…&limit=…", of which both may be missing. Errors: invalid_argument, of which `why` says what is wrong.
Result<PageAsked> read_page(std::string_view query, std::string_view& why);

// Is it named like an asset or a card? It need not be held: what the last page ended with may be spent by now.
bool is_asset_cursor(std::string_view text);

// Leaves of `items`, which are in the order of `key_of`, at most `limit` that come after the key `after`. Gives the key
// of the last one where there are more.
template <class Item, class KeyOf, class Key>
std::optional<Key> keep_page(std::vector<Item>& items, const std::optional<Key>& after, std::size_t limit, KeyOf key_of)
{
    if (after) {
        const auto first = std::ranges::find_if(items, [&](const Item& item) { return *after < key_of(item); });
        items.erase(items.begin(), first);
    }
    if (items.size() <= limit) return std::nullopt;
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
    return key_of(items.back());
}

} // namespace harvest::gateway
