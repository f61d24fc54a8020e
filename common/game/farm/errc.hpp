// Why the rules refuse a farm action; each has a stable wire code "farm.<name>". A refusal changes nothing.
#pragma once

#include "common/base/result.hpp"

namespace harvest::game::farm {

enum class FarmErrc {
    no_such_plot = 1,
    no_such_crop,
    plot_named_twice, // or none at all
    plot_taken,       // a crop stands on it
    plot_empty,
    not_ripe,
    not_thirsty, // no window is open, or it has been watered
    no_seed,
    no_compost,
    no_coin,
    no_more_plots, // the farm is as large as it can be
};

boost::system::error_code make_error_code(FarmErrc code);

} // namespace harvest::game::farm

template <>
struct boost::system::is_error_code_enum<harvest::game::farm::FarmErrc> : std::true_type {};
