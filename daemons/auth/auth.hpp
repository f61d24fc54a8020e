// Signs players in, rotates their tokens, publishes the keys (RFC 7519, 9700). Served over Rpc as "auth": register,
// login, device, refresh, logout, password, rename, forget, link_device, link_password, totp,
// confirm_totp, drop_totp, email, confirm_email, ask_reset, reset, jwks, sign_ticket, rotate_keys (protocol/auth.hpp),
// name (protocol/names.hpp).
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/credentials.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/mailer.hpp"
#include "common/ports/one_time_codes.hpp"
#include "common/ports/passwords.hpp"
#include "common/ports/personal_data.hpp"
#include "common/ports/rate_limit.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/second_factors.hpp"
#include "common/ports/security_trail.hpp"
#include "common/ports/sessions.hpp"
#include "common/ports/tokens.hpp"
#include "common/runtime/signal.hpp"
#include "common/runtime/task_group.hpp"
#include "common/telemetry/metrics.hpp"
#include "daemons/auth/config.hpp"
#include "daemons/daemon.hpp"
#include "daemons/game_contents.hpp"

#include <memory>

namespace harvest::auth {

class Auth final : public Daemon {
public:
    // The whole world of this daemon. `id` is the slot's ("auth-0").
    Auth(Config config, std::string id, Executor executor, const GameContents& contents, Rpc& rpc, Accounts& accounts,
         Sessions& sessions, PersonalData& personal, Credentials& credentials, Mailer& mailer, SecondFactors& factors,
         OneTimeCodes& codes, PasswordHasher& hasher, TokenSigner& signer, RateLimit& limits, SecurityTrail& trail,
         Clock& clock, Entropy& entropy, telemetry::Metrics& metrics);
    ~Auth() override;

    std::string_view name() const override { return "auth"; }
    Task<void> run() override;
    void stop() override;
    bool ready() const override { return serving_; }
    std::map<std::string, std::int64_t> load() const override { return {{"calls", calls_}}; }

private:
    struct Parts;
    AsyncResult<std::string> answer(RpcRequest request);
    AsyncResult<std::string> dispatch(RpcRequest request);
    AsyncResult<std::string> dispatch_account(RpcRequest request);
    AsyncResult<std::string> dispatch_mail(RpcRequest request);

    std::string id_;
    Executor executor_;
    Rpc& rpc_;
    std::unique_ptr<Parts> parts_;
    bool serving_ = false, stopping_ = false;
    std::int64_t calls_ = 0;
    Signal changed_;    // stop() was called, or a call has ended
    TaskGroup letters_; // on their way, whoever asked for them being answered
    TaskGroup chores_;
};

} // namespace harvest::auth
