// PasswordHasher with Argon2id on threads of its own. For any thread.
#pragma once

#include "common/crypto/argon2id.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/passwords.hpp"
#include "common/runtime/blocking_pool.hpp"

namespace harvest::crypto {

struct Argon2Options {
    Argon2Cost cost;
    std::size_t threads{2};
    std::size_t queue{64}; // waiting hashes; more are refused
};

class Argon2Hasher final : public PasswordHasher {
public:
    Argon2Hasher(Argon2Options options, const Clock& clock, Entropy& entropy);

    AsyncResult<std::string> hash(std::string password, Deadline by) override;
    AsyncResult<bool> verify(std::string password, std::string phc, Deadline by) override;
    std::size_t waiting() const { return pool_.waiting(); }

private:
    Argon2Cost cost_;
    Entropy& entropy_;
    std::string dummy_; // what a password of no account is compared with
    BlockingPool pool_;
};

} // namespace harvest::crypto
