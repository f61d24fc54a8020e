#include "common/adapters/system/system_entropy.hpp"

#include "common/base/assert.hpp"

#include <sys/random.h>

#include <cerrno>

namespace harvest::system {

void SystemEntropy::fill(std::span<std::uint8_t> bytes)
{
    while (!bytes.empty()) {
        const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        HARVEST_ASSERT(got > 0); // without chance there are no keys: the process must not go on
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
}

} // namespace harvest::system
