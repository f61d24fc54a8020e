#include "tests/unit/gateway/contract.hpp"

#include "common/protocol/json_schema.hpp"
#include "daemons/gateway/openapi.hpp"
#include "daemons/gateway/routes.hpp"
#include "tests/support/schema_document.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace harvest::test {
namespace {

namespace json = boost::json;

const SchemaDocument& document()
{
    static const SchemaDocument served(json::parse(gateway::openapi_json()));
    return served;
}

std::string body_fault(const json::object& declared, const HttpResponse& response)
{
    const json::value* content = declared.if_contains("content");
    if (!content) return response.body.empty() ? "" : "has a body that the contract does not have";
    const std::string type = response.content_type.substr(0, response.content_type.find(';'));
    const json::value* media = content->as_object().if_contains(type);
    if (!media) return "has the undeclared media type '" + response.content_type + "'";
    if (type.find("json") == std::string::npos) return {};
    boost::system::error_code bad;
    const json::value body = json::parse(response.body, bad);
    if (bad) return "has a body that is no JSON";
    const json::value schema = document().inlined(media->as_object().at("schema"));
    // A schema that names no members (of the contract itself) promises none.
    if (!schema.as_object().contains("properties")) return {};
    return protocol::schema_fault(schema.as_object(), body, protocol::Unknown::refuse);
}

} // namespace

std::string lower_case(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

const json::value& contract()
{
    return document().root();
}

const json::value& resolved(const json::value& value)
{
    return document().resolved(value);
}

std::string reply_fault(std::string_view method, std::string_view path, const HttpResponse& response)
{
    const gateway::Found found = gateway::find_route(method, path);
    if (!found.route || method == "HEAD") return {};
    const json::object& responses =
        contract().at("paths").at(found.route->pattern).at(lower_case(found.route->method)).at("responses").as_object();
    const json::value* declared = responses.if_contains(std::to_string(response.status));
    if (!declared && response.status >= 400) declared = responses.if_contains("default");
    if (!declared) return "has the undeclared status " + std::to_string(response.status);
    return body_fault(resolved(*declared).as_object(), response);
}

} // namespace harvest::test
