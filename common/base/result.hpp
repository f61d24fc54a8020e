// Expected failures are values: Result<T> holds a T or an error_code made from Errc or a domain category.
#pragma once

#include "common/base/errc.hpp"

#include <boost/system/result.hpp>

namespace harvest {

using Error = boost::system::error_code;

template <class T>
using Result = boost::system::result<T>;

} // namespace harvest
