#include "daemons/auth/letters.hpp"

#include "common/base/encoding.hpp"
#include "daemons/auth/service.hpp"

#include <fmt/format.h>

namespace harvest::auth {
namespace {

constexpr RateRule letters_to_one{3, 10min};
constexpr Millis verify_life = 24h, reset_life = 1h;

} // namespace

Mail write_letter(const std::string& name, MailPurpose purpose, const std::string& email, const std::string& token,
                  const std::string& link)
{
    const bool verify = purpose == MailPurpose::verify;
    Mail mail;
    mail.to = email;
    mail.subject = verify ? "Harvest Battles: is this your address?" : "Harvest Battles: another password";
    mail.text = verify
                    ? fmt::format("Hello {},\n\nthis address was given for your account. If that was you, enter this "
                                  "code in the game within 24 hours:\n",
                                  name)
                    : fmt::format("Hello {},\n\nsomebody asked for another password for your account. If that was "
                                  "you, enter this code in the game within an hour:\n",
                                  name);
    mail.text += fmt::format("\n    {}\n", token);
    if (!link.empty()) mail.text += fmt::format("\nor open\n\n    {}{}\n", link, token);
    mail.text += "\nIf it was not you, there is nothing to do. Give the code to nobody.\n";
    return mail;
}

AsyncResult<void> Letters::send(Account to, MailPurpose purpose, std::string email, Deadline by)
{
    const Result<RateDecision> decision =
        co_await limits_.admit_shared("mail:" + name_key(email), letters_to_one, 1, by);
    if (!decision) co_return Errc::unavailable;
    if (!decision->admitted) co_return Errc::resource_exhausted;
    const bool verify = purpose == MailPurpose::verify;
    const std::string secret = to_base64url(entropy_.bytes<32>());
    MailToken token;
    token.hash = signer_.hash(secret);
    token.player = to.id;
    token.purpose = purpose;
    token.email = email;
    token.expires_at = clock_.now() + (verify ? verify_life : reset_life);
    const Result<void> kept = co_await credentials_.put_token(std::move(token), by);
    if (!kept) co_return kept.error();
    Mail mail = write_letter(to.name, purpose, email, secret, verify ? config_.confirm_link : config_.reset_link);
    co_return co_await mailer_.send(std::move(mail), by);
}

} // namespace harvest::auth
