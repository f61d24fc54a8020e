#include "daemons/gateway/service.hpp"

#include "common/protocol/group_errc.hpp"

#include <algorithm>

namespace harvest::gateway {
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path)
{
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos) {
        if (pattern != path) return std::nullopt;
        return std::string_view();
    }
    const std::string_view before = pattern.substr(0, open), after = pattern.substr(pattern.find('}') + 1);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after))
        return std::nullopt;
    const std::string_view value = path.substr(before.size(), path.size() - before.size() - after.size());
    if (value.find('/') != std::string_view::npos) return std::nullopt;
    return value;
}

std::string_view bearer_token(std::string_view authorization)
{
    constexpr std::string_view scheme = "bearer ";
    if (authorization.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        const char c = authorization[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) return {};
    }
    return authorization.substr(scheme.size());
}

bool is_json_type(std::string_view content_type)
{
    constexpr std::string_view json = "application/json";
    if (content_type.size() < json.size()) return false;
    const bool same = std::equal(json.begin(), json.end(), content_type.begin(), [](char want, char c) {
        return want == (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    });
    const std::string_view rest = content_type.substr(json.size());
    return same && (rest.empty() || rest.front() == ';' || rest.front() == ' ');
}

Result<void> check_group_name(std::string_view name)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' || c == '-' ||
               c == '\'';
    };
    const bool spaced = name.starts_with(' ') || name.ends_with(' ') || name.find("  ") != std::string_view::npos;
    if (name.size() < 3 || name.size() > 30 || spaced || !std::all_of(name.begin(), name.end(), allowed))
        return protocol::GroupErrc::bad_name;
    return {};
}

Result<void> check_group_about(std::string_view about)
{
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (about.size() > 200 || std::any_of(about.begin(), about.end(), control)) return protocol::GroupErrc::bad_about;
    return {};
}

bool origin_allowed(std::string_view origin, std::span<const std::string> allowed)
{
    return !origin.empty() && std::find(allowed.begin(), allowed.end(), origin) != allowed.end();
}

std::int64_t whole_seconds(Millis length)
{
    return std::chrono::ceil<std::chrono::seconds>(length).count();
}

std::string rate_policy(std::string_view name, const RateRule& rule)
{
    std::string text = "\"";
    text += name;
    text += "\";q=";
    text += std::to_string(rule.burst);
    text += ";w=";
    text += std::to_string(whole_seconds(rule.burst * rule.interval));
    return text;
}

std::string rate_state(std::string_view name, const RateDecision& decision)
{
    std::string text = "\"";
    text += name;
    text += "\";r=";
    text += std::to_string(decision.remaining);
    text += ";t=";
    text += std::to_string(whole_seconds(decision.reset_after));
    return text;
}

} // namespace harvest::gateway
