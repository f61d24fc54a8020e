#include "common/protocol/idempotency.hpp"

#include "common/base/domain_table.hpp"

#include <array>

namespace harvest::protocol {
namespace {

constexpr std::array idempotency_rows{
    Refusal{IdempotencyErrc::key_missing, "idempotency.key_missing", Errc::invalid_argument,
            "give an idempotency key: 1 to 64 visible ASCII characters"},
    Refusal{IdempotencyErrc::key_reused, "idempotency.key_reused", Errc::invalid_argument,
            "that idempotency key was used with another request"},
};

const DomainTable idempotency_table(0x6861727665737413, "idempotency", idempotency_rows);

} // namespace

boost::system::error_code make_error_code(IdempotencyErrc code)
{
    return {static_cast<int>(code), idempotency_table};
}

} // namespace harvest::protocol
