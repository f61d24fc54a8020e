#include "common/game/farm/errc.hpp"

#include <array>
#include <string>

namespace harvest::game::farm {

namespace {

struct Row {
    FarmErrc code;
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{FarmErrc::no_such_plot, "farm.no_such_plot", Errc::not_found, "the farm has no such plot"},
    Row{FarmErrc::no_such_crop, "farm.no_such_crop", Errc::not_found, "there is no such crop"},
    Row{FarmErrc::plot_named_twice, "farm.plot_named_twice", Errc::invalid_argument,
        "name one plot or more, each of them once"},
    Row{FarmErrc::plot_taken, "farm.plot_taken", Errc::failed_precondition, "a crop stands on that plot"},
    Row{FarmErrc::plot_empty, "farm.plot_empty", Errc::failed_precondition, "nothing grows on that plot"},
    Row{FarmErrc::not_ripe, "farm.not_ripe", Errc::failed_precondition, "the crop is not ripe yet"},
    Row{FarmErrc::not_thirsty, "farm.not_thirsty", Errc::failed_precondition, "the crop wants no water now"},
    Row{FarmErrc::no_seed, "farm.no_seed", Errc::failed_precondition, "not enough seeds"},
    Row{FarmErrc::no_compost, "farm.no_compost", Errc::failed_precondition, "not enough compost"},
    Row{FarmErrc::no_coin, "farm.no_coin", Errc::failed_precondition, "not enough coins"},
    Row{FarmErrc::no_more_plots, "farm.no_more_plots", Errc::failed_precondition, "the farm is as large as it can be"},
};

class Category final : public DomainCategory {
public:
    Category() noexcept : DomainCategory(0x6861727665737404) {}
    const char* name() const noexcept override { return "farm"; }
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

boost::system::error_code make_error_code(FarmErrc code)
{
    return {static_cast<int>(code), category};
}

} // namespace harvest::game::farm
