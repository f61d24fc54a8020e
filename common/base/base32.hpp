// Base32 without padding (RFC 4648 §6), for what people read and type.
#pragma once

#include "common/base/encoding.hpp"

namespace harvest {

std::string to_base32(ByteView bytes);

} // namespace harvest
