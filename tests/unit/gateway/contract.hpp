// The OpenAPI document that the gateway serves, and what a reply has against it.
#pragma once

#include "common/ports/http.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace harvest::test {

const boost::json::value& contract();
std::string lower_case(std::string_view method); // as the document writes it
// Follows `$ref` until there is none.
const boost::json::value& resolved(const boost::json::value& value);

// Empty if the reply to `method path` is as the contract says: a status that is declared, its media type, a body that
// fits the schema and has no member beyond it. Paths that no route has are nobody's promise.
std::string reply_fault(std::string_view method, std::string_view path, const HttpResponse& response);

} // namespace harvest::test
