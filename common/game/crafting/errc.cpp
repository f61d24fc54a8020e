#include "common/game/crafting/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::game::crafting {
namespace {

constexpr std::array rows{
    Refusal{CraftErrc::no_such_recipe, "craft.no_such_recipe", Errc::not_found, "there is no such recipe"},
    Refusal{CraftErrc::no_such_card, "craft.no_such_card", Errc::not_found, "there is no such card in the collection"},
    Refusal{CraftErrc::name_one, "craft.name_one", Errc::invalid_argument, "name either a recipe or a card"},
    Refusal{CraftErrc::bad_count, "craft.bad_count", Errc::invalid_argument, "the count must be 1 to 1000"},
    Refusal{CraftErrc::missing_ingredients, "craft.missing_ingredients", Errc::failed_precondition,
            "ingredients are missing"},
    Refusal{CraftErrc::not_owned, "craft.not_owned", Errc::failed_precondition,
            "so many copies of the card are not owned"},
};

const DomainTable table(0x6861727665737405, "craft", rows);

} // namespace

boost::system::error_code make_error_code(CraftErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::game::crafting
