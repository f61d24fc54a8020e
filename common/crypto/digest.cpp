#include "common/crypto/digest.hpp"

#include "common/base/assert.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

namespace harvest::crypto {

Digest sha256(ByteView bytes)
{
    Digest digest{};
    SHA256(bytes.data(), bytes.size(), digest.data());
    return digest;
}

Digest hmac_sha256(ByteView key, ByteView bytes)
{
    Digest digest{};
    unsigned int length = digest.size();
    const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes.data(), bytes.size(),
                            digest.data(), &length);
    HARVEST_ASSERT(done && length == digest.size());
    return digest;
}

bool equal(ByteView left, ByteView right)
{
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

void wipe(std::string& secret)
{
    OPENSSL_cleanse(secret.data(), secret.size());
    secret.clear();
}

} // namespace harvest::crypto
