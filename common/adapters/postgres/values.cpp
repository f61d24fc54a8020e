#include "common/adapters/postgres/values.hpp"

#include "common/base/log.hpp"

#include <charconv>
#include <cstring>

namespace harvest::postgres {
namespace {

// Types of the catalogue (pg_type.dat); libpq-dev has no header for them.
enum : Oid { bool_type = 16, bytea_type = 17, int8_type = 20, int2_type = 21, int4_type = 23, text_type = 25 };
constexpr Oid varchar_type = 1043, name_type = 19, unknown_type = 705, void_type = 2278;

std::array<char, 8> to_network(std::int64_t number)
{
    std::array<char, 8> bytes{};
    auto rest = static_cast<std::uint64_t>(number);
    for (std::size_t i = bytes.size(); i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest & 0xff);
    return bytes;
}

std::int64_t from_network(const char* bytes, int length)
{
    std::uint64_t number = length > 0 && (static_cast<unsigned char>(bytes[0]) & 0x80U) ? ~std::uint64_t{0} : 0;
    for (int i = 0; i < length; ++i) number = (number << 8) | static_cast<unsigned char>(bytes[i]);
    return static_cast<std::int64_t>(number);
}

sql::Value value(const PGresult* result, int row, int column)
{
    if (PQgetisnull(result, row, column)) return std::monostate{};
    const char* data = PQgetvalue(result, row, column);
    const int length = PQgetlength(result, row, column);
    switch (const Oid type = PQftype(result, column)) {
    case int8_type:
    case int4_type:
    case int2_type:
        return from_network(data, length);
    case bool_type:
        return std::int64_t{data[0]};
    case bytea_type:
        return Bytes(data, data + length);
    case text_type:
    case varchar_type:
    case name_type:
    case unknown_type:
        return std::string(data, static_cast<std::size_t>(length));
    default:
        if (type != void_type) log::error("a result has a type outside the shared SQL", {{"type", std::int64_t{type}}});
        return std::monostate{};
    }
}

// The number of rows that a statement changed; SELECT tells one, too, but has changed none.
std::int64_t changed(PGresult* result)
{
    const std::string_view tag = PQcmdStatus(result);
    if (tag.starts_with("SELECT")) return 0;
    const std::string_view digits = PQcmdTuples(result);
    std::int64_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

} // namespace

Parameters::Parameters(std::span<const sql::Param> params)
{
    integers_.reserve(params.size()); // values_ points into it
    for (const sql::Param& param : params) {
        if (const auto* number = std::get_if<std::int64_t>(&param)) {
            integers_.push_back(to_network(*number));
            add(int8_type, 'i', integers_.back().data(), integers_.back().size());
        } else if (const auto* text = std::get_if<std::string_view>(&param)) {
            add(text_type, 't', text->empty() ? "" : text->data(), text->size());
        } else if (const auto* blob = std::get_if<ByteView>(&param)) {
            add(bytea_type, 'b', blob->empty() ? "" : reinterpret_cast<const char*>(blob->data()), blob->size());
        } else {
            add(0, 'n', nullptr, 0); // the server infers its type
        }
    }
}

void Parameters::add(Oid type, char letter, const char* data, std::size_t length)
{
    types_.push_back(type);
    values_.push_back(data);
    lengths_.push_back(static_cast<int>(length));
    formats_.push_back(1);
    signature_ += letter;
}

sql::Rows to_rows(PGresult* result)
{
    sql::Rows rows;
    const int columns = PQnfields(result);
    for (int row = 0; row < PQntuples(result); ++row) {
        std::vector<sql::Value> values;
        values.reserve(static_cast<std::size_t>(columns));
        for (int column = 0; column < columns; ++column) values.push_back(value(result, row, column));
        rows.rows.emplace_back(std::move(values));
    }
    rows.changed = changed(result);
    return rows;
}

} // namespace harvest::postgres
