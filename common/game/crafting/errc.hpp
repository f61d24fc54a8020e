// Why the rules refuse to craft or dismantle; each has a stable wire code "craft.<name>". A refusal changes nothing.
#pragma once

#include "common/base/result.hpp"

namespace harvest::game::crafting {

enum class CraftErrc {
    no_such_recipe = 1,
    no_such_card,        // or none that can be crafted or dismantled
    name_one,            // a recipe or a card, not both
    bad_count,           // not 1 to count_at_most
    missing_ingredients, // the answer says which
    not_owned,           // fewer copies than are to be dismantled
};

boost::system::error_code make_error_code(CraftErrc code);

} // namespace harvest::game::crafting

template <>
struct boost::system::is_error_code_enum<harvest::game::crafting::CraftErrc> : std::true_type {};
