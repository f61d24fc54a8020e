#include "daemons/gateway/page.hpp"

#include "daemons/gateway/query.hpp"

#include <charconv>

namespace harvest::gateway {
namespace {

constexpr std::string_view asset_characters = "abcdefghijklmnopqrstuvwxyz0123456789_.-";
constexpr std::size_t longest_asset_cursor = 100;

} // namespace

Result<PageAsked> read_page(std::string_view query, std::string_view& why)
{
    why = "query: cursor and limit are known";
    Result<std::vector<std::string>> values = read_query(query, {"cursor", "limit"});
    if (!values) return values.error();
    PageAsked page;
    page.cursor = std::move(values->at(0));
    if (const std::string& limit = values->at(1); !limit.empty()) {
        why = "query: limit is 1 to 200";
        const auto [end, fault] = std::from_chars(limit.data(), limit.data() + limit.size(), page.limit);
        if (fault != std::errc() || end != limit.data() + limit.size()) return Errc::invalid_argument;
        if (page.limit < 1 || page.limit > items_a_page_at_most) return Errc::invalid_argument;
    }
    return page;
}

bool is_asset_cursor(std::string_view text)
{
    return !text.empty() && text.size() <= longest_asset_cursor && text.front() >= 'a' && text.front() <= 'z' &&
           text.find_first_not_of(asset_characters) == std::string_view::npos;
}

} // namespace harvest::gateway
