#include "daemons/gateway/query.hpp"

#include <algorithm>

namespace harvest::gateway {

Result<std::vector<std::string>> read_query(std::string_view query, std::initializer_list<std::string_view> names)
{
    std::vector<std::string> values(names.size());
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const std::size_t equals = pair.find('=');
        const auto name = std::find(names.begin(), names.end(), pair.substr(0, equals));
        if (name == names.end() || equals == std::string_view::npos) return Errc::invalid_argument;
        std::string& value = values[static_cast<std::size_t>(name - names.begin())];
        if (!value.empty() || equals + 1 == pair.size()) return Errc::invalid_argument;
        value = pair.substr(equals + 1);
    }
    return values;
}

} // namespace harvest::gateway
