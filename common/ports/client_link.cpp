#include "common/ports/client_link.hpp"

namespace harvest {

std::string_view to_string(CloseReason reason)
{
    switch (reason) {
    case CloseReason::normal:
        return "normal";
    case CloseReason::unresponsive:
        return "unresponsive";
    case CloseReason::protocol_error:
        return "protocol_error";
    case CloseReason::bad_data:
        return "bad_data";
    case CloseReason::policy:
        return "policy";
    case CloseReason::too_big:
        return "too_big";
    case CloseReason::slow_consumer:
        return "slow_consumer";
    case CloseReason::replaced:
        return "replaced";
    case CloseReason::revoked:
        return "revoked";
    case CloseReason::going_away:
        return "going_away";
    }
    return "unknown";
}

} // namespace harvest
