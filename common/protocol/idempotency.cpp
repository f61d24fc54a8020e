#include "common/protocol/idempotency.hpp"

#include <string>

namespace harvest::protocol {
namespace {

class Category final : public DomainCategory {
public:
    Category() noexcept : DomainCategory(0x6861727665737413) {}
    const char* name() const noexcept override { return "idempotency"; }
    std::string message(int value) const override
    {
        return value == static_cast<int>(IdempotencyErrc::key_missing)
                   ? "give an idempotency key: 1 to 64 visible ASCII characters"
                   : "that idempotency key was used with another request";
    }
    std::string_view wire_code(int value) const noexcept override
    {
        if (value == static_cast<int>(IdempotencyErrc::key_missing)) return "idempotency.key_missing";
        if (value == static_cast<int>(IdempotencyErrc::key_reused)) return "idempotency.key_reused";
        return {};
    }
    boost::system::error_condition default_error_condition(int) const noexcept override
    {
        return {static_cast<int>(Errc::invalid_argument), errc_category()};
    }
};

const Category category; // from the start, so that from_wire_code() knows it

} // namespace

boost::system::error_code make_error_code(IdempotencyErrc code)
{
    return {static_cast<int>(code), category};
}

} // namespace harvest::protocol
