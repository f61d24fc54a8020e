#include "common/adapters/sql/numbering.hpp"

namespace harvest::sql {
namespace {

// Writing the row also locks it, where several connections write.
Result<std::int64_t> load(Connection& connection, const Sequence& sequence)
{
    const std::int64_t part = sequence.partition;
    const Result<Rows> rows =
        part < 0
            ? connection.execute("UPDATE counters SET value = value WHERE name = $1 RETURNING value", {sequence.name})
            : connection.execute("UPDATE topics SET next_offset = next_offset WHERE topic = $1 AND part = $2 "
                                 "RETURNING next_offset",
                                 {sequence.name, part});
    if (!rows) return rows.error();
    if (!rows->empty()) return rows->front().integer(0);
    const Result<Rows> made =
        part < 0 ? connection.execute("INSERT INTO counters (name, value) VALUES ($1, 0)", {sequence.name})
                 : connection.execute("INSERT INTO topics (topic, part, first_offset, next_offset) "
                                      "VALUES ($1, $2, 0, 0)",
                                      {sequence.name, part});
    if (!made) return made.error();
    return 0;
}

} // namespace

Result<std::int64_t> take_number(Connection& connection, const std::string& name, std::int32_t partition)
{
    auto& numbers = connection.next_numbers();
    auto found = numbers.find(Sequence{name, partition});
    if (found == numbers.end()) {
        const Sequence sequence{name, partition};
        const Result<std::int64_t> next = load(connection, sequence);
        if (!next) return next.error();
        found = numbers.emplace(sequence, *next).first;
    }
    const std::int64_t number = found->second;
    connection.set_next(found, number + 1);
    return number;
}

Result<void> store_numbers(Connection& connection)
{
    for (const auto& [sequence, next] : connection.next_numbers()) {
        const std::int64_t part = sequence.partition;
        // The row may have gone with the savepoint of the job that made it.
        const Result<Rows> stored =
            part < 0 ? connection.execute("INSERT INTO counters (name, value) VALUES ($1, $2) "
                                          "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                                          {sequence.name, next})
                     : connection.execute("INSERT INTO topics (topic, part, first_offset, next_offset) "
                                          "VALUES ($1, $2, 0, $3) "
                                          "ON CONFLICT (topic, part) DO UPDATE SET next_offset = excluded.next_offset",
                                          {sequence.name, part, next});
        if (!stored) return stored.error();
    }
    return {};
}

std::vector<Appended> appended(Connection& connection)
{
    std::vector<Appended> list;
    for (const auto& [sequence, next] : connection.next_numbers())
        if (sequence.partition >= 0) list.push_back({sequence.name, sequence.partition, next});
    return list;
}

} // namespace harvest::sql
