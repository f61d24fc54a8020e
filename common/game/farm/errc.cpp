#include "common/game/farm/errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::game::farm {
namespace {

constexpr std::array rows{
    Refusal{FarmErrc::no_such_plot, "farm.no_such_plot", Errc::not_found, "the farm has no such plot"},
    Refusal{FarmErrc::no_such_crop, "farm.no_such_crop", Errc::not_found, "there is no such crop"},
    Refusal{FarmErrc::plot_named_twice, "farm.plot_named_twice", Errc::invalid_argument,
            "name one plot or more, each of them once"},
    Refusal{FarmErrc::plot_taken, "farm.plot_taken", Errc::failed_precondition, "a crop stands on that plot"},
    Refusal{FarmErrc::plot_empty, "farm.plot_empty", Errc::failed_precondition, "nothing grows on that plot"},
    Refusal{FarmErrc::not_ripe, "farm.not_ripe", Errc::failed_precondition, "the crop is not ripe yet"},
    Refusal{FarmErrc::not_thirsty, "farm.not_thirsty", Errc::failed_precondition, "the crop wants no water now"},
    Refusal{FarmErrc::no_seed, "farm.no_seed", Errc::failed_precondition, "not enough seeds"},
    Refusal{FarmErrc::no_compost, "farm.no_compost", Errc::failed_precondition, "not enough compost"},
    Refusal{FarmErrc::no_coin, "farm.no_coin", Errc::failed_precondition, "not enough coins"},
    Refusal{FarmErrc::no_more_plots, "farm.no_more_plots", Errc::failed_precondition,
            "the farm is as large as it can be"},
};

const DomainTable table(0x6861727665737404, "farm", rows);

} // namespace

boost::system::error_code make_error_code(FarmErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::game::farm
