#include "common/protocol/account_errc.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array rows{
    Refusal{AccountErrc::rename_too_soon, "account.rename_too_soon", Errc::failed_precondition,
            "the name was changed not long ago: wait"},
};

const DomainTable table(0x6861727665737419, "account", rows);

} // namespace

boost::system::error_code make_error_code(AccountErrc code)
{
    return {static_cast<int>(code), table};
}

} // namespace harvest::protocol
