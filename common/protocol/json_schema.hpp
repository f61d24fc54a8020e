// The part of JSON Schema 2020-12 that our schemas are written in: type, properties, required, additionalProperties (as
// a schema), items, enum, const, pattern, minimum, maximum, minItems, maxItems, minLength, maxLength.
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

// Empty if `value` fits `schema`; else where and why it does not: "plots[1]: is not a whole number".
std::string schema_fault(const boost::json::object& schema, const boost::json::value& value, Unknown unknown);

} // namespace harvest::protocol
