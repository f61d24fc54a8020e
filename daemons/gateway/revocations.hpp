// Sessions that ended before their access tokens: learned from harvest.user, remembered as long as a token can live.
#pragma once

#include "common/ports/records/event.hpp"
#include "common/ports/tokens.hpp"

#include <unordered_map>

namespace harvest::gateway {

class Revocations {
public:
    explicit Revocations(Millis token_life) : token_life_(token_life) {}

    void learn(const Event& event, Millis now);
    bool revoked(const AccessClaims& claims) const;
    std::size_t size() const { return sessions_.size() + players_.size(); }

private:
    void forget(Millis now);

    Millis token_life_;
    std::unordered_map<std::string, Millis> sessions_; // id → when
    std::unordered_map<std::string, Millis> players_;  // sessions begun until then
    Millis forgot_at_{};
};

} // namespace harvest::gateway
