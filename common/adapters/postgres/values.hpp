// Parameters and results in the wire's binary format.
#pragma once

#include "common/adapters/sql/rows.hpp"

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace harvest::postgres {

struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

// The parameters of one call; views of what they were made from.
class Parameters {
public:
    explicit Parameters(std::span<const sql::Param> params);

    int count() const { return static_cast<int>(types_.size()); }
    const Oid* types() const { return types_.data(); }
    const char* const* values() const { return values_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }
    // One letter a parameter: the same text with other types is another statement.
    const std::string& signature() const { return signature_; }

private:
    void add(Oid type, char letter, const char* value, std::size_t length);

    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_, formats_;
    std::vector<std::array<char, 8>> integers_;
    std::string signature_;
};

sql::Rows to_rows(PGresult* result);

} // namespace harvest::postgres
