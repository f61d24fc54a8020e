#include "tests/support/schema_document.hpp"

#include "common/config/yaml_json.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

namespace harvest::test {

namespace json = boost::json;

SchemaDocument SchemaDocument::of_yaml(const std::string& path)
{
    std::ifstream file(path);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const Result<std::string> read = config::yaml_to_json(text);
    if (text.empty() || !read) throw std::runtime_error("no document in " + path);
    return SchemaDocument(json::parse(*read));
}

const json::value& SchemaDocument::resolved(const json::value& value) const
{
    const json::value* reference = value.is_object() ? value.as_object().if_contains("$ref") : nullptr;
    if (!reference || !reference->is_string()) return value;
    const std::string_view text = reference->as_string();
    if (!text.starts_with("#/")) throw std::runtime_error("a reference out of the document");
    const json::value* at = &root_;
    for (std::size_t from = 2; from < text.size();) {
        const std::size_t end = std::min(text.find('/', from), text.size());
        at = &at->as_object().at(text.substr(from, end - from));
        from = end + 1;
    }
    return resolved(*at);
}

json::value SchemaDocument::inlined(const json::value& schema) const
{
    const json::value& here = resolved(schema);
    if (here.is_array()) {
        json::array out;
        for (const json::value& each : here.as_array()) out.push_back(inlined(each));
        return out;
    }
    if (!here.is_object()) return here;
    json::object out;
    for (const auto& [name, value] : here.as_object()) out[name] = inlined(value);
    return out;
}

} // namespace harvest::test
