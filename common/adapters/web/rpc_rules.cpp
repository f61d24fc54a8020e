#include "common/adapters/web/rpc_rules.hpp"

#include <algorithm>

namespace harvest::web {
namespace {

bool fits(std::string_view pattern, std::string_view method)
{
    if (!pattern.ends_with('*')) return pattern == method;
    pattern.remove_suffix(1);
    return method.starts_with(pattern);
}

} // namespace

std::string_view daemon_of(std::string_view certificate_name)
{
    constexpr std::string_view suffix{".harvest"};
    if (!certificate_name.ends_with(suffix)) return {};
    certificate_name.remove_suffix(suffix.size());
    return certificate_name;
}

bool may_call(const RpcRules& rules, std::string_view caller, std::string_view daemon, std::string_view method)
{
    const auto decides = [&](const RpcRule& rule) { return rule.daemon == daemon && fits(rule.method, method); };
    const auto rule = std::ranges::find_if(rules, decides);
    if (rule == rules.end() || caller.empty()) return false;
    return std::ranges::any_of(rule->callers,
                               [caller](std::string_view each) { return each == "*" || each == caller; });
}

} // namespace harvest::web
