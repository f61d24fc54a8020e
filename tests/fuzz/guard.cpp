// H3: whatever arrives on a connected association, the bytes that ENet holds for its peer are no more than the guard's
// charge, and that is no more than 256 KiB. GuardedHost aborts otherwise.
#include "tests/unit/enet/guarded_host.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest::enet;
    test::GuardedHost host;
    if (size > 0 && data[0] == 0) { // raw datagrams to an association that has no peer yet
        for (std::size_t at = 1; at + 1 < size;) {
            const std::size_t length = std::min<std::size_t>(data[at], size - at - 1);
            host.feed({data + at + 1, length});
            at += 1 + length;
        }
        host.run();
        return 0;
    }
    if (!host.join()) std::abort();
    test::Traffic(host, {data, size}).drive();
    return 0;
}
