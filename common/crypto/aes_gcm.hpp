// AES-256-GCM (NIST SP 800-38D): a box is nonce (12 bytes) ‖ ciphertext ‖ tag (16 bytes).
#pragma once

#include "common/base/encoding.hpp"

#include <array>

namespace harvest::crypto {

using AesKey = std::array<std::uint8_t, 32>;
using AesNonce = std::array<std::uint8_t, 12>;

// A nonce must never be used twice under a key: take random ones, and fewer than 2^32.
Bytes aes_gcm_seal(const AesKey& key, const AesNonce& nonce, ByteView plain, ByteView associated);
Result<Bytes> aes_gcm_open(const AesKey& key, ByteView box, ByteView associated); // Errors: data_loss

} // namespace harvest::crypto
