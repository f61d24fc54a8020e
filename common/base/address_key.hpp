// Which addresses count as one: whoever has an IPv6 address usually has the whole /64 it lies in.
#pragma once

#include <string>
#include <string_view>

namespace harvest {

// What limits by address go by: an IPv4 address, the /64 of an IPv6 one, anything else as it is.
std::string address_key(std::string_view address);

} // namespace harvest
