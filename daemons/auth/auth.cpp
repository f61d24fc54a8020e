#include "daemons/auth/auth.hpp"

#include "daemons/auth/handlers.hpp"
#include "daemons/auth/session_keeping.hpp"

namespace harvest::auth {

// What the handlers share, built once.
struct Auth::Parts {
    Parts(const std::string& id, Config settings, const GameContents& contents, Accounts& accounts_port,
          Sessions& sessions_port, PersonalData& personal_port, Credentials& credentials_port, Mailer& mailer,
          SecondFactors& factors_port, OneTimeCodes& codes_port, PasswordHasher& hasher, TokenSigner& signer_port,
          RateLimit& limits, SecurityTrail& trail_port, Clock& clock_port, Entropy& entropy_port,
          telemetry::Metrics& metrics)
        : config(settings),
          accounts(accounts_port),
          sessions(sessions_port),
          personal(personal_port),
          credentials(credentials_port),
          factors(factors_port),
          codes(codes_port),
          signer(signer_port),
          trail(trail_port),
          clock(clock_port),
          entropy(entropy_port),
          figures(metrics),
          events(id, clock_port, entropy),
          passwords(hasher, clock_port, figures, config.hash_wait),
          guesses(limits, clock),
          second(factors_port, codes_port, signer_port, clock_port),
          owner(passwords, guesses, second, signer_port, trail_port),
          letters(config, credentials_port, mailer, limits, signer_port, clock_port, entropy_port),
          issuer(config, accounts_port, sessions_port, signer_port, clock_port, entropy, events),
          newcomers{accounts_port, contents, clock_port, entropy, events, figures}
    {
    }

    Config config;
    Accounts& accounts;
    Sessions& sessions;
    PersonalData& personal;
    Credentials& credentials;
    SecondFactors& factors;
    OneTimeCodes& codes;
    TokenSigner& signer;
    SecurityTrail& trail;
    Clock& clock;
    Entropy& entropy;
    Figures figures;
    UserEvents events;
    Passwords passwords;
    GuessLimits guesses;
    SecondCheck second;
    OwnerCheck owner;
    Letters letters;
    Issuer issuer;
    Newcomers newcomers;
};

namespace {

constexpr std::size_t letters_at_once = 32;

template <class T>
Result<std::string> reply(const Result<T>& outcome)
{
    if (!outcome) return outcome.error();
    return protocol::encode(*outcome);
}

// Counts what came out of an attempt to sign in.
Result<std::string> counted(const Figures& figures, std::string_view method, const Result<TokenPair>& outcome)
{
    figures.logins(method, outcome.has_value()).add();
    return reply(outcome);
}

// What an owner has changed, or may have, for the audit log.
template <class T>
Result<std::string> noted(SecurityTrail& trail, SecurityNote note, const Result<T>& outcome)
{
    if (outcome || outcome.error() == Errc::in_doubt) trail.note(std::move(note));
    return reply(outcome);
}

} // namespace

Auth::Auth(Config config, std::string id, Executor executor, const GameContents& contents, Rpc& rpc, Accounts& accounts,
           Sessions& sessions, PersonalData& personal, Credentials& credentials, Mailer& mailer, SecondFactors& factors,
           OneTimeCodes& codes, PasswordHasher& hasher, TokenSigner& signer, RateLimit& limits, SecurityTrail& trail,
           Clock& clock, Entropy& entropy, telemetry::Metrics& metrics)
    : id_(std::move(id)),
      executor_(executor),
      rpc_(rpc),
      parts_(std::make_unique<Parts>(id_, config, contents, accounts, sessions, personal, credentials, mailer, factors,
                                     codes, hasher, signer, limits, trail, clock, entropy, metrics)),
      changed_(executor),
      letters_(executor),
      chores_(executor)
{
}

Auth::~Auth() = default;

Task<void> Auth::run()
{
    RpcHandler handler = [this](RpcRequest request) { return answer(std::move(request)); };
    rpc_.serve("auth", id_, executor_, std::move(handler));
    std::function<Task<void>()> keeping = [p = parts_.get()] {
        return drop_old_sessions(p->config, p->sessions, p->clock);
    };
    chores_.keep(parts_->clock, "drop_old_sessions", std::move(keeping));
    serving_ = true;
    while (!stopping_) {
        const Result<void> rung = co_await changed_.wait();
        if (!rung) break;
    }
    serving_ = false;
    rpc_.withdraw("auth", id_);
    while (calls_ > 0) {
        const Result<void> rung = co_await changed_.wait();
        if (!rung) break;
    }
    chores_.cancel();
    co_await chores_.join();
    co_await letters_.join();
}

void Auth::stop()
{
    stopping_ = true;
    changed_.ring();
}

AsyncResult<std::string> Auth::answer(RpcRequest request)
{
    ++calls_;
    Result<std::string> outcome = Errc::internal;
    try {
        outcome = co_await dispatch(std::move(request));
    }
    catch (...) {
        --calls_;
        changed_.ring();
        throw;
    }
    --calls_;
    changed_.ring();
    co_return outcome;
}

AsyncResult<std::string> Auth::dispatch(RpcRequest request)
{
    using namespace protocol;
    Parts& p = *parts_;
    const CallInfo call{request.traceparent, request.by};
    if (request.method == "register") {
        Result<RegisterCall> body = decode<RegisterCall>(request.body);
        if (!body) co_return body.error();
        co_return reply(
            co_await handle_register(p.accounts, p.passwords, p.newcomers, p.issuer, std::move(*body), call));
    }
    if (request.method == "login") {
        Result<LoginCall> body = decode<LoginCall>(request.body);
        if (!body) co_return body.error();
        co_return counted(p.figures, "password",
                          co_await handle_login(p.accounts, p.owner, p.issuer, std::move(*body), call));
    }
    if (request.method == "device") {
        Result<DeviceCall> body = decode<DeviceCall>(request.body);
        if (!body) co_return body.error();
        co_return counted(p.figures, "device",
                          co_await handle_device(p.accounts, p.signer, p.newcomers, p.issuer, std::move(*body), call));
    }
    if (request.method == "refresh") {
        Result<RefreshRequest> body = decode<RefreshRequest>(request.body);
        if (!body) co_return body.error();
        const Result<TokenPair> outcome =
            co_await handle_refresh(p.config, p.accounts, p.sessions, p.signer, p.clock, p.issuer, p.events, p.figures,
                                    p.trail, std::move(*body), call);
        if (!outcome && classify(outcome.error()) == Errc::unauthenticated) p.figures.token_rejects.add();
        co_return reply(outcome);
    }
    if (request.method == "logout") {
        Result<RefreshRequest> body = decode<RefreshRequest>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_logout(p.sessions, p.signer, p.events, std::move(*body), call));
    }
    if (request.method == "sign_ticket") {
        const Result<SignTicketRequest> body = decode<SignTicketRequest>(request.body);
        if (!body) co_return body.error();
        co_return reply(handle_sign_ticket(p.config, p.signer, p.clock, *body));
    }
    if (request.method == "name") {
        Result<NameRequest> body = decode<NameRequest>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_name(p.accounts, std::move(*body), request.by));
    }
    if (request.method == "jwks") co_return p.signer.jwks();
    if (request.method == "rotate_keys") {
        const Result<void> rotated = p.signer.rotate(p.clock.now());
        if (!rotated) co_return rotated.error();
        co_return p.signer.jwks();
    }
    co_return co_await dispatch_account(std::move(request));
}

// What a signed-in player does with the account.
AsyncResult<std::string> Auth::dispatch_account(RpcRequest request)
{
    using namespace protocol;
    Parts& p = *parts_;
    const CallInfo call{request.traceparent, request.by};
    if (request.method == "password") {
        Result<PasswordCall> body = decode<PasswordCall>(request.body);
        if (!body) co_return body.error();
        SecurityNote note{"account.password_changed", body->player.value, body->address};
        co_return noted(
            p.trail, std::move(note),
            co_await handle_password(p.accounts, p.passwords, p.owner, p.issuer, p.events, std::move(*body), call));
    }
    if (request.method == "rename") {
        Result<RenameCall> body = decode<RenameCall>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_rename(p.config, p.accounts, p.sessions, p.clock, p.issuer, p.events,
                                               std::move(*body), call));
    }
    if (request.method == "forget") {
        Result<OwnerCall> body = decode<OwnerCall>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_forget(p.accounts, p.personal, p.owner, p.clock, p.entropy, p.events, p.trail,
                                               std::move(*body), call));
    }
    if (request.method == "link_device") {
        Result<LinkDeviceCall> body = decode<LinkDeviceCall>(request.body);
        if (!body) co_return body.error();
        SecurityNote note{"account.device_linked", body->player.value, body->address};
        co_return noted(
            p.trail, std::move(note),
            co_await handle_link_device(p.accounts, p.credentials, p.owner, p.signer, std::move(*body), call));
    }
    if (request.method == "link_password") {
        Result<LinkPasswordCall> body = decode<LinkPasswordCall>(request.body);
        if (!body) co_return body.error();
        SecurityNote note{"account.password_set", body->player.value, body->address};
        co_return noted(
            p.trail, std::move(note),
            co_await handle_link_password(p.accounts, p.credentials, p.passwords, p.owner, std::move(*body), call));
    }
    if (request.method == "totp") {
        Result<OwnerCall> body = decode<OwnerCall>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_totp(p.accounts, p.factors, p.owner, p.codes, std::move(*body), call));
    }
    if (request.method == "confirm_totp") {
        Result<CodeCall> body = decode<CodeCall>(request.body);
        if (!body) co_return body.error();
        SecurityNote note{"account.totp_on", body->player.value, body->address};
        co_return noted(
            p.trail, std::move(note),
            co_await handle_confirm_totp(p.factors, p.codes, p.signer, p.clock, p.entropy, std::move(*body), call));
    }
    if (request.method == "drop_totp") {
        Result<OwnerCall> body = decode<OwnerCall>(request.body);
        if (!body) co_return body.error();
        SecurityNote note{"account.totp_off", body->player.value, body->address};
        co_return noted(p.trail, std::move(note),
                        co_await handle_drop_totp(p.accounts, p.factors, p.owner, std::move(*body), call));
    }
    co_return co_await dispatch_mail(std::move(request));
}

// What goes by mail.
AsyncResult<std::string> Auth::dispatch_mail(RpcRequest request)
{
    using namespace protocol;
    Parts& p = *parts_;
    const CallInfo call{request.traceparent, request.by};
    if (request.method == "email") {
        Result<EmailCall> body = decode<EmailCall>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_email(p.accounts, p.owner, p.letters, std::move(*body), call));
    }
    if (request.method == "confirm_email") {
        Result<ConfirmCall> body = decode<ConfirmCall>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_confirm_email(p.credentials, p.signer, p.clock, std::move(*body), call));
    }
    if (request.method == "ask_reset") {
        Result<AskResetCall> body = decode<AskResetCall>(request.body);
        if (!body) co_return body.error();
        if (body->name.has_value() == body->email.has_value()) co_return Errc::invalid_argument;
        if (letters_.size() >= letters_at_once) co_return AuthErrc::busy;
        // The answer waits for nothing, so that its time does not tell whether there is such an account.
        std::function<Task<void>()> work = [&p, asked = std::move(*body), call] {
            return handle_ask_reset(p.accounts, p.credentials, p.letters, asked, call);
        };
        letters_.spawn(std::move(work));
        co_return encode(Nothing{});
    }
    if (request.method == "reset") {
        Result<ResetCall> body = decode<ResetCall>(request.body);
        if (!body) co_return body.error();
        co_return reply(co_await handle_reset(p.accounts, p.credentials, p.passwords, p.events, p.signer, p.trail,
                                              p.clock, std::move(*body), call));
    }
    co_return Errc::not_found;
}

} // namespace harvest::auth
