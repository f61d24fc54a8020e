// H4: the DTLS door. Whatever a datagram holds, reading a ClientHello ends with spans inside it or with nothing, and
// only a hello that carries the cookie made for its own address and random is let in.
#include "common/adapters/enet/cookie.hpp"
#include "common/adapters/enet/dtls.hpp"

#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

class Fixed final : public harvest::Entropy {
public:
    void fill(std::span<std::uint8_t> bytes) override
    {
        for (auto& each : bytes) each = 42;
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest::enet;
    static Fixed entropy;
    static const CookieJar jar(entropy);
    const std::vector<std::uint8_t> exact(data, data + size); // so that a read past the end is seen
    const std::optional<ClientHello> hello = read_hello(exact);
    if (!hello) return 0;
    const auto inside = [&](std::span<const std::uint8_t> part) {
        return part.data() >= exact.data() && part.data() + part.size() <= exact.data() + exact.size();
    };
    if (!inside(hello->random) || !inside(hello->cookie) || !inside(hello->record_sequence)) std::abort();
    Address from;
    from.port = 7;
    const Cookie cookie = jar.bake(from, *hello);
    const auto answer = hello_verify(*hello, cookie);
    if (answer.size() > size) std::abort(); // never more out than in
    const bool same =
        hello->cookie.size() == cookie.size() && std::memcmp(hello->cookie.data(), cookie.data(), cookie.size()) == 0;
    if (jar.accepts(from, *hello) != same) std::abort();

    // OpenSSL goes on with what the door lets in.
    static const auto context = DtlsSide::client("", [](std::span<const std::uint8_t>) {}).value().release();
    static const auto session = DtlsSession::connect(*context, "", "127.0.0.1").release();
    session->handshake(exact);
    return 0;
}
