// What goes into a statement and comes out of it: NULL, bigint, text, blob.
#pragma once

#include "common/base/encoding.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace harvest::sql {

// What a view refers to must outlive the call that it is passed to.
using Param = std::variant<std::nullptr_t, std::int64_t, std::string_view, ByteView>;
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes>;

// Reading another type than the column's gives its empty value: a damaged row must not end the process.
class Row {
public:
    explicit Row(std::vector<Value> values) : values_(std::move(values)) {}

    bool is_null(std::size_t column) const { return std::holds_alternative<std::monostate>(values_.at(column)); }
    std::int64_t integer(std::size_t column) const
    {
        const auto* value = std::get_if<std::int64_t>(&values_.at(column));
        return value ? *value : 0;
    }
    const std::string& text(std::size_t column) const
    {
        static const std::string none;
        const auto* value = std::get_if<std::string>(&values_.at(column));
        return value ? *value : none;
    }
    const Bytes& blob(std::size_t column) const
    {
        static const Bytes none;
        const auto* value = std::get_if<Bytes>(&values_.at(column));
        return value ? *value : none;
    }

private:
    std::vector<Value> values_;
};

struct Rows {
    std::vector<Row> rows;
    std::int64_t changed{}; // rows inserted, updated or deleted

    bool empty() const { return rows.empty(); }
    std::size_t size() const { return rows.size(); }
    const Row& front() const { return rows.front(); }
    auto begin() const { return rows.begin(); }
    auto end() const { return rows.end(); }
};

} // namespace harvest::sql
