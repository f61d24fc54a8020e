// A document that holds schemas (OpenAPI, AsyncAPI), and what a value has against one of them.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace harvest::test {

class SchemaDocument {
public:
    explicit SchemaDocument(boost::json::value root) : root_(std::move(root)) {}
    // Throws std::runtime_error if the file is not there or no YAML.
    static SchemaDocument of_yaml(const std::string& path);

    const boost::json::value& root() const { return root_; }
    // Follows `$ref` until there is none. Throws std::runtime_error if one leads out of the document.
    const boost::json::value& resolved(const boost::json::value& value) const;
    // The same schema with every reference replaced by what it names.
    boost::json::value inlined(const boost::json::value& schema) const;

private:
    boost::json::value root_;
};

} // namespace harvest::test
