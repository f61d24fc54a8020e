// Whose fault an error is.
#pragma once

#include "common/base/errc.hpp"

namespace harvest {

// Whether it failed on our side, as opposed to a request that was refused.
inline bool is_fault(const boost::system::error_code& code)
{
    switch (classify(code)) {
    case Errc::unavailable:
    case Errc::timed_out:
    case Errc::in_doubt:
    case Errc::internal:
    case Errc::data_loss:
        return true;
    default:
        return false;
    }
}

} // namespace harvest
