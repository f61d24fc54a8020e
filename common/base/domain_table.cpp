#include "common/base/domain_table.hpp"

#include "common/base/assert.hpp"

namespace harvest {

DomainTable::DomainTable(unsigned long long id, const char* name, std::span<const Refusal> rows) noexcept
    : DomainCategory(id),
      name_(name),
      rows_(rows)
{
    for (std::size_t i = 0; i < rows_.size(); ++i) HARVEST_ASSERT(rows_[i].code == static_cast<int>(i) + 1);
}

const Refusal* DomainTable::find(int value) const noexcept
{
    return value >= 1 && static_cast<std::size_t>(value) <= rows_.size() ? &rows_[static_cast<std::size_t>(value - 1)]
                                                                         : nullptr;
}

std::string DomainTable::message(int value) const
{
    const Refusal* row = find(value);
    return row ? std::string(row->message) : "unknown";
}

std::string_view DomainTable::wire_code(int value) const noexcept
{
    const Refusal* row = find(value);
    return row ? row->wire_code : std::string_view{};
}

boost::system::error_condition DomainTable::default_error_condition(int value) const noexcept
{
    const Refusal* row = find(value);
    return {static_cast<int>(row ? row->meaning : Errc::internal), errc_category()};
}

} // namespace harvest
