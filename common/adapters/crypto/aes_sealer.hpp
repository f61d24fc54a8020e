// Sealer with AES-256-GCM. For any thread.
#pragma once

#include "common/crypto/aes_gcm.hpp"
#include "common/crypto/digest.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/sealer.hpp"

namespace harvest::crypto {

class AesSealer final : public Sealer {
public:
    AesSealer(const AesKey& key, Entropy& entropy) : key_(key), entropy_(entropy) {}
    Bytes seal(ByteView secret, std::string_view purpose) override
    {
        return aes_gcm_seal(key_, entropy_.bytes<12>(), secret, as_bytes(purpose));
    }
    Result<Bytes> open(ByteView box, std::string_view purpose) override
    {
        return aes_gcm_open(key_, box, as_bytes(purpose));
    }
    std::string key_id() const override
    {
        return to_hex(ByteView(hmac_sha256(key_, as_bytes(std::string_view("key id")))).first(4));
    }
    std::shared_ptr<Sealer> under(const SealKey& key) override { return std::make_shared<AesSealer>(key, entropy_); }

private:
    AesKey key_;
    Entropy& entropy_;
};

} // namespace harvest::crypto
