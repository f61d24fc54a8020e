// TokenVerifier over a JWKS (RFC 7517). What it has verified it keeps until that expires, at most `capacity` tokens.
#pragma once

#include "common/crypto/es256.hpp"
#include "common/ports/tokens.hpp"

#include <map>
#include <unordered_map>

namespace harvest::crypto {

class JwtVerifier final : public TokenVerifier {
public:
    explicit JwtVerifier(std::size_t capacity = 50'000);

    Result<AccessClaims> access(std::string_view token, Millis now) override;
    Result<TicketClaims> ticket(std::string_view token, std::string_view instance, Millis now) override;
    Result<void> use_keys(std::string_view jwks) override;

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    // Signature and header are right; gives the payload's JSON.
    Result<std::string> verified_payload(std::string_view token, std::string_view type) const;
    void keep(std::string_view token, const AccessClaims& claims, Millis now);

    std::size_t capacity_;
    std::map<std::string, PublicKey, std::less<>> keys_;
    std::unordered_map<std::string, AccessClaims, TextHash, std::equal_to<>> seen_;
};

} // namespace harvest::crypto
