// Which columns, items and order of a document are shown: --columns, --filter, --sort.
#pragma once

#include "cli/output.hpp"

namespace harvest::cli {

// By a path of keys with dots; null if it is not there.
const json::value* value_at(const json::object& object, std::string_view path);
std::string plain_text(const json::value& value);
std::optional<std::int64_t> whole_number(const json::value& value);

// Errors: an unknown column, a filter that is none, a key that is a slip of one that the items have.
std::optional<Failure> choose_columns(std::vector<Column>& columns, const OutputOptions& options);
std::optional<Failure> apply_filters(Document& document, const OutputOptions& options);
std::optional<Failure> sort_items(Document& document, const std::string& sort);

} // namespace harvest::cli
