// H6: whatever bytes come, reading ends with a value or a reason; what was read is written and read back the same.
#include "common/protocol/json.hpp"

#include <cstdlib>

namespace {

struct Sample {
    std::string text;
    std::int64_t number{};
    std::optional<std::vector<harvest::protocol::Amount>> amounts;
    harvest::protocol::RawJson raw;
    friend bool operator==(const Sample&, const Sample&) = default;
};
BOOST_DESCRIBE_STRUCT(Sample, (), (text, number, amounts, raw))

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string why;
    for (const auto unknown : {protocol::Unknown::refuse, protocol::Unknown::ignore}) {
        const Result<Sample> read = protocol::decode<Sample>(text, &why, unknown);
        if (!read) {
            if (why.empty()) std::abort();
            continue;
        }
        const Result<Sample> again = protocol::decode<Sample>(protocol::encode(*read));
        if (!again || !(*again == *read)) std::abort();
    }
    return 0;
}
