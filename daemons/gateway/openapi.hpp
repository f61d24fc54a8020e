// config/schemas/openapi.yaml, part of the binary.
#pragma once

#include <string>

namespace harvest::gateway {

// As JSON; converted at the first call.
const std::string& openapi_json();

} // namespace harvest::gateway
