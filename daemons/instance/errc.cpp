#include "daemons/instance/errc.hpp"

#include <array>
#include <string>

namespace harvest::instance {
namespace {

struct Row {
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{"battle.not_joined", Errc::unauthenticated, "send battle.join with a ticket first"},
    Row{"battle.already_joined", Errc::failed_precondition, "this link has joined a match already"},
    Row{"battle.not_here", Errc::not_found, "that match is not on this instance: ask match.status"},
    Row{"battle.not_started", Errc::failed_precondition, "the cards are not dealt yet"},
    Row{"battle.nonces_fixed", Errc::failed_precondition, "this seat's nonce is fixed already"},
    Row{"battle.cannot_resume", Errc::failed_precondition, "those updates are gone: join without last_seq"},
    Row{"battle.moved", Errc::canceled, "the match goes on elsewhere: ask match.status"},
    Row{"spectate.full", Errc::resource_exhausted, "as many watch this match as may"},
    Row{"spectate.only_watching", Errc::permission_denied, "this link watches: it has no seat"},
};

class Category final : public DomainCategory {
public:
    Category() : DomainCategory(0x6861727665737403) {}
    const char* name() const noexcept override { return "instance"; }
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

boost::system::error_code make_error_code(InstanceErrc code)
{
    static const Category category;
    return {static_cast<int>(code), category};
}

} // namespace harvest::instance
