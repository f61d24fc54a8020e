#include "common/config/merge.hpp"

#include "common/base/assert.hpp"

namespace harvest::config {
namespace {

void check_same_field(const Field& now, const Field& fresh)
{
    HARVEST_ASSERT(now.path == fresh.path && now.target.index() == fresh.target.index());
}

bool same_value(const Field& now, const Field& fresh)
{
    check_same_field(now, fresh);
    return std::visit([&fresh](auto* value) { return *value == *std::get<decltype(value)>(fresh.target); }, now.target);
}

} // namespace

Differences differences(const std::vector<Field>& now, const std::vector<Field>& fresh)
{
    HARVEST_ASSERT(now.size() == fresh.size());
    Differences found;
    for (std::size_t i = 0; i < now.size(); ++i)
        if (!same_value(now[i], fresh[i]))
            (now[i].info.reloadable ? found.reloadable : found.other).push_back(now[i].path);
    return found;
}

void take_reloadable(const std::vector<Field>& now, const std::vector<Field>& fresh)
{
    HARVEST_ASSERT(now.size() == fresh.size());
    for (std::size_t i = 0; i < now.size(); ++i) {
        if (!now[i].info.reloadable) continue;
        check_same_field(now[i], fresh[i]);
        std::visit([&from = fresh[i]](auto* value) { *value = *std::get<decltype(value)>(from.target); },
                   now[i].target);
    }
}

} // namespace harvest::config
