#include "common/protocol/social_errc.hpp"

#include <array>
#include <string>

namespace harvest::protocol {
namespace {

struct Row {
    SocialErrc code;
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{SocialErrc::self, "social.self", Errc::invalid_argument, "this is your own account"},
    Row{SocialErrc::no_such_player, "social.no_such_player", Errc::not_found, "there is no such player"},
    Row{SocialErrc::already_friends, "social.already_friends", Errc::already_exists, "you are friends already"},
    Row{SocialErrc::already_asked, "social.already_asked", Errc::already_exists, "your request is still open"},
    Row{SocialErrc::no_request, "social.no_request", Errc::not_found, "this player has no open request to you"},
    Row{SocialErrc::blocked, "social.blocked", Errc::failed_precondition,
        "you have blocked this player: unblock first"},
    Row{SocialErrc::too_many_friends, "social.too_many_friends", Errc::failed_precondition,
        "you have as many friends as one can have"},
    Row{SocialErrc::friends_full, "social.friends_full", Errc::failed_precondition,
        "this player has as many friends as one can have"},
    Row{SocialErrc::too_many_requests, "social.too_many_requests", Errc::failed_precondition,
        "too many of your requests are open"},
    Row{SocialErrc::inbox_full, "social.inbox_full", Errc::failed_precondition,
        "this player has too many open requests"},
    Row{SocialErrc::too_many_blocks, "social.too_many_blocks", Errc::failed_precondition,
        "you have blocked as many players as one can"},
};

class Category final : public DomainCategory {
public:
    Category() noexcept : DomainCategory(0x6861727665737415) {}
    const char* name() const noexcept override { return "social"; }
    std::string message(int value) const override { return std::string(known(value) ? row(value).message : "unknown"); }
    std::string_view wire_code(int value) const noexcept override { return known(value) ? row(value).wire_code : ""; }
    boost::system::error_condition default_error_condition(int value) const noexcept override
    {
        return {static_cast<int>(known(value) ? row(value).meaning : Errc::internal), errc_category()};
    }

private:
    static bool known(int value) { return value >= 1 && static_cast<std::size_t>(value) <= rows.size(); }
    static const Row& row(int value) { return rows[static_cast<std::size_t>(value - 1)]; }
};

const Category category; // from the start, so that from_wire_code() knows it

} // namespace

boost::system::error_code make_error_code(SocialErrc code)
{
    return {static_cast<int>(code), category};
}

} // namespace harvest::protocol
