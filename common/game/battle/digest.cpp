#include "common/game/battle/digest.hpp"

#include "common/base/assert.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

namespace harvest::game::battle {

namespace {

struct FreeDigest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// A digest that is fed in parts; failures of libcrypto itself (no memory, no provider) end the process.
class Hasher {
public:
    Hasher() : context_(EVP_MD_CTX_new())
    {
        static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
        HARVEST_ASSERT(context_ && algorithm && EVP_DigestInit_ex2(context_.get(), algorithm, nullptr) == 1);
    }
    void add(ByteView part) { HARVEST_ASSERT(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1); }
    Digest finish()
    {
        Digest digest{};
        HARVEST_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
        return digest;
    }

private:
    std::unique_ptr<EVP_MD_CTX, FreeDigest> context_;
};

} // namespace

Digest sha256(std::initializer_list<ByteView> parts)
{
    Hasher hasher;
    for (const ByteView part : parts) hasher.add(part);
    return hasher.finish();
}

// RFC 2104 over a block of 64 bytes.
Digest hmac_sha256(ByteView key, std::initializer_list<ByteView> parts)
{
    std::array<std::uint8_t, 64> block{};
    if (key.size() > block.size()) {
        const Digest shorter = sha256({key});
        std::copy(shorter.begin(), shorter.end(), block.begin());
    } else {
        std::copy(key.begin(), key.end(), block.begin());
    }
    Hasher inner, outer;
    std::array<std::uint8_t, 64> padded{};
    std::transform(block.begin(), block.end(), padded.begin(), [](std::uint8_t b) { return std::uint8_t(b ^ 0x36); });
    inner.add(padded);
    for (const ByteView part : parts) inner.add(part);
    std::transform(block.begin(), block.end(), padded.begin(), [](std::uint8_t b) { return std::uint8_t(b ^ 0x5C); });
    outer.add(padded);
    outer.add(inner.finish());
    return outer.finish();
}

} // namespace harvest::game::battle
