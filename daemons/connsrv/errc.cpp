#include "daemons/connsrv/errc.hpp"

#include <array>
#include <string>

namespace harvest::connsrv {
namespace {

struct Row {
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{"live.unknown_op", Errc::not_found, "there is no such op"},
    Row{"live.bad_message", Errc::invalid_argument, "the message is not valid"},
    Row{"live.too_big", Errc::invalid_argument, "the message is too big"},
    Row{"live.busy", Errc::resource_exhausted, "too many requests wait for a reply"},
    Row{"session.hello_required", Errc::unauthenticated, "send session.hello first"},
    Row{"session.already_signed_in", Errc::failed_precondition, "this connection is signed in already"},
    Row{"session.wrong_protocol", Errc::invalid_argument, "this server speaks harvest.v1"},
    Row{"session.cannot_resume", Errc::failed_precondition, "cannot be resumed: send session.hello"},
    Row{"chat.not_joined", Errc::failed_precondition, "join the channel first"},
};

class Category final : public DomainCategory {
public:
    Category() : DomainCategory(0x6861727665737414) {}
    const char* name() const noexcept override { return "connsrv"; }
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

boost::system::error_code make_error_code(LiveErrc code)
{
    static const Category category;
    return {static_cast<int>(code), category};
}

} // namespace harvest::connsrv
