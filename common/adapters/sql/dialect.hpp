// Where the two databases truly differ: the text of a schema statement, and where they list their tables.
#pragma once

#include <string>
#include <string_view>

namespace harvest::sql {

// Statements are written for PostgreSQL: bigint, text, bytea; a table marked /*clustered*/ is kept in the order of its
// primary key where the database can do that.
class Dialect {
public:
    virtual ~Dialect() = default;
    virtual std::string schema(std::string_view statement) const = 0;
    // A statement that counts the tables of the name $1 in the schema in use.
    virtual std::string_view count_tables() const = 0;
};

} // namespace harvest::sql
