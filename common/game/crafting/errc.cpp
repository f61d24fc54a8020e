#include "common/game/crafting/errc.hpp"

#include <array>
#include <string>

namespace harvest::game::crafting {

namespace {

struct Row {
    CraftErrc code;
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{CraftErrc::no_such_recipe, "craft.no_such_recipe", Errc::not_found, "there is no such recipe"},
    Row{CraftErrc::no_such_card, "craft.no_such_card", Errc::not_found, "there is no such card in the collection"},
    Row{CraftErrc::name_one, "craft.name_one", Errc::invalid_argument, "name either a recipe or a card"},
    Row{CraftErrc::bad_count, "craft.bad_count", Errc::invalid_argument, "the count must be 1 to 1000"},
    Row{CraftErrc::missing_ingredients, "craft.missing_ingredients", Errc::failed_precondition,
        "ingredients are missing"},
    Row{CraftErrc::not_owned, "craft.not_owned", Errc::failed_precondition, "so many copies of the card are not owned"},
};

class Category final : public DomainCategory {
public:
    Category() noexcept : DomainCategory(0x6861727665737405) {}
    const char* name() const noexcept override { return "craft"; }
    std::string message(int value) const override { return std::string(known(value) ? row(value).message : "unknown"); }
    std::string_view wire_code(int value) const noexcept override { return known(value) ? row(value).wire_code : ""; }
    boost::system::error_condition default_error_condition(int value) const noexcept override
    {
        return {static_cast<int>(known(value) ? row(value).meaning : Errc::internal), errc_category()};
    }

private:
    static bool known(int value) { return value >= 1 && static_cast<std::size_t>(value) <= rows.size(); }
    static const Row& row(int value) { return rows[static_cast<std::size_t>(value - 1)]; }
};

const Category category; // from the start, so that from_wire_code() knows it

} // namespace

boost::system::error_code make_error_code(CraftErrc code)
{
    return {static_cast<int>(code), category};
}

} // namespace harvest::game::crafting
