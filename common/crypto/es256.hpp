// ECDSA over P-256 with SHA-256 as JWS has it (RFC 7518 §3.4): signatures are r ‖ s, 64 bytes; low s only.
#pragma once

#include "common/base/encoding.hpp"

#include <array>
#include <memory>
#include <string>

namespace harvest::crypto {

using Signature = std::array<std::uint8_t, 64>;

// A point on the curve. Copies share it.
class PublicKey {
public:
    // Coordinates of 32 bytes each. Errors: invalid_argument (not on the curve).
    static Result<PublicKey> from_coordinates(ByteView x, ByteView y);
    bool verify(ByteView message, ByteView signature) const;
    const std::array<std::uint8_t, 32>& x() const { return x_; }
    const std::array<std::uint8_t, 32>& y() const { return y_; }
    // Names it: the JWK thumbprint (RFC 7638) in base64url.
    std::string thumbprint() const;
    struct Key;

private:
    friend class PrivateKey;
    std::array<std::uint8_t, 32> x_{}, y_{};
    std::shared_ptr<const Key> key_;
};

class PrivateKey {
public:
    static PrivateKey generate();
    // The key that follows from a text: for development secrets only.
    static PrivateKey derive(std::string_view text);
    static Result<PrivateKey> from_pem(std::string_view pem); // Errors: invalid_argument
    std::string to_pem() const;                               // PKCS #8
    Signature sign(ByteView message) const;
    const PublicKey& public_key() const { return public_; }
    struct Key;
    const Key& handle() const { return *key_; }

private:
    explicit PrivateKey(std::shared_ptr<const Key> key);
    std::shared_ptr<const Key> key_;
    PublicKey public_;
};

} // namespace harvest::crypto
