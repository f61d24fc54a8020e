// What a request passes before its handler: limits of address, account and route, and the bearer token.
#pragma once

#include "common/ports/http.hpp"
#include "daemons/gateway/config.hpp"
#include "daemons/gateway/figures.hpp"
#include "daemons/gateway/revocations.hpp"
#include "daemons/gateway/routes.hpp"
#include "daemons/gateway/token_keys.hpp"

#include <optional>

namespace harvest::gateway {

// The tightest limit that a request was counted against, for its headers.
struct Tightest {
    std::string_view name;
    RateRule rule;
    std::optional<RateDecision> decision;
};

class Gate {
public:
    Gate(const Config& config, RateLimit& limits, TokenKeys& keys, const Revocations& revocations,
         const Figures& figures)
        : config_(config),
          limits_(limits),
          keys_(keys),
          revocations_(revocations),
          figures_(figures)
    {
    }

    // Errors: resource_exhausted.
    Result<void> admit_address(const Call& call, Tightest& tightest);
    // Fills in who calls. Errors: unauthenticated, unavailable (no keys yet).
    AsyncResult<void> identify(Call& call);
    // By account and route. Errors: resource_exhausted; unavailable: logins stay shut without the shared limiter.
    AsyncResult<void> admit_route(const Route& route, const Call& call, Tightest& tightest);

private:
    bool admit(std::string_view name, std::string_view key, const Limit& limit, Tightest& tightest);
    const Limit& limit_of(Quota quota) const;

    const Config& config_;
    RateLimit& limits_;
    TokenKeys& keys_;
    const Revocations& revocations_;
    const Figures& figures_;
};

} // namespace harvest::gateway
