// The query of a request: "a=1&b=2".
#pragma once

#include "common/base/result.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::gateway {

// The values in the order of `names`, decoded, empty where there is none. Each name must be known, have a value and
// stand once; a value is without control characters. Errors: invalid_argument.
Result<std::vector<std::string>> read_query(std::string_view query, std::initializer_list<std::string_view> names);

} // namespace harvest::gateway
