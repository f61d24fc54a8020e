#include "common/protocol/auth_errc.hpp"

#include <array>
#include <string>

namespace harvest::protocol {
namespace {

struct Row {
    AuthErrc code;
    std::string_view wire_code;
    Errc meaning;
    std::string_view message;
};

constexpr std::array rows{
    Row{AuthErrc::bad_credentials, "auth.bad_credentials", Errc::unauthenticated, "name or password is wrong"},
    Row{AuthErrc::banned, "auth.banned", Errc::permission_denied, "this account is banned"},
    Row{AuthErrc::name_taken, "auth.name_taken", Errc::already_exists, "this name is taken"},
    Row{AuthErrc::bad_name, "auth.bad_name", Errc::invalid_argument,
        "a name has 3 to 20 letters a-z, digits, '_', '-' or '.', and begins with a letter or digit"},
    Row{AuthErrc::bad_password, "auth.bad_password", Errc::invalid_argument,
        "a password has 8 to 128 bytes, no control characters, and is not the name"},
    Row{AuthErrc::bad_device_secret, "auth.bad_device_secret", Errc::invalid_argument,
        "a device secret is 32 random bytes in base64url"},
    Row{AuthErrc::too_many_failures, "auth.too_many_failures", Errc::resource_exhausted,
        "too many failed attempts: wait"},
    Row{AuthErrc::busy, "auth.busy", Errc::unavailable, "too many people sign in at once: try again"},
    Row{AuthErrc::session_ended, "auth.session_ended", Errc::unauthenticated, "sign in again"},
    Row{AuthErrc::no_password, "auth.no_password", Errc::failed_precondition, "this account has no password"},
};

class Category final : public DomainCategory {
public:
    Category() noexcept : DomainCategory(0x6861727665737410) {}
    const char* name() const noexcept override { return "auth"; }
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

boost::system::error_code make_error_code(AuthErrc code)
{
    return {static_cast<int>(code), category};
}

} // namespace harvest::protocol
