#include "daemons/chat/errc.hpp"

#include <array>
#include <string>

namespace harvest::chat {
namespace {

struct Row {
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{"chat.no_such_channel", Errc::not_found, "there is no such channel"},
    Row{"chat.not_a_member", Errc::permission_denied, "not a member of that channel"},
    Row{"chat.muted", Errc::permission_denied, "muted for now"},
    Row{"chat.blocked", Errc::permission_denied, "not possible with this player"},
    Row{"chat.too_fast", Errc::resource_exhausted, "too many messages: wait a little"},
    Row{"chat.too_long", Errc::invalid_argument, "a message has at most 500 characters"},
    Row{"chat.bad_text", Errc::invalid_argument, "the text is empty or has characters that are not allowed"},
};

class Category final : public DomainCategory {
public:
    Category() : DomainCategory(0x6861727665737412) {}
    const char* name() const noexcept override { return "chat"; }
    std::string message(int value) const override { return std::string(row(value).message); }
    std::string_view wire_code(int value) const noexcept override
    {
        return value >= 1 && static_cast<std::size_t>(value) <= rows.size() ? row(value).wire_code : std::string_view{};
    }
    boost::system::error_condition default_error_condition(int value) const noexcept override
    {
        return {static_cast<int>(row(value).meaning), errc_category()};
    }

private:
    static const Row& row(int value)
    {
        const auto index = static_cast<std::size_t>(value - 1);
        return rows[index < rows.size() ? index : 0];
    }
};

} // namespace

boost::system::error_code make_error_code(ChatErrc code)
{
    static const Category category;
    return {static_cast<int>(code), category};
}

} // namespace harvest::chat
