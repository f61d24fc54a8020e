#include "common/adapters/crypto/argon2_hasher.hpp"

#include "common/base/assert.hpp"
#include "common/crypto/digest.hpp"

namespace harvest::crypto {

Argon2Hasher::Argon2Hasher(Argon2Options options, const Clock& clock, Entropy& entropy)
    : cost_(options.cost),
      entropy_(entropy),
      pool_(options.threads, options.queue, clock)
{
    const auto salt = entropy_.bytes<16>();
    Result<std::string> dummy = argon2id_hash("a password that nobody has", salt, cost_);
    HARVEST_ASSERT(dummy.has_value());
    dummy_ = std::move(*dummy);
}

AsyncResult<std::string> Argon2Hasher::hash(std::string password, Deadline by)
{
    const auto salt = entropy_.bytes<16>();
    std::function<Result<std::string>()> job = [&password, &salt, this] {
        return argon2id_hash(password, salt, cost_);
    };
    Result<std::string> phc = co_await pool_.compute<std::string>(std::move(job), by);
    wipe(password);
    co_return phc;
}

AsyncResult<bool> Argon2Hasher::verify(std::string password, std::string phc, Deadline by)
{
    const bool known = !phc.empty();
    if (!known) phc = dummy_;
    Result<bool> same = Errc::internal;
    std::function<void()> job = [&password, &phc, &same] { same = argon2id_verify(password, phc); };
    const Result<void> ran = co_await pool_.run(std::move(job), by);
    wipe(password);
    if (!ran) same = Result<bool>(boost::system::in_place_error, ran.error());
    if (same && !known) same = false;
    co_return same;
}

} // namespace harvest::crypto
