// What a simulated evening has besides the live daemons: gateway, auth and metrics, with all that they ask of the
// world.
#pragma once

#include "common/adapters/crypto/totp.hpp"
#include "common/adapters/memory/memory_cache.hpp"
#include "common/adapters/sql/credentials.hpp"
#include "common/adapters/sql/progress.hpp"
#include "common/adapters/sql/second_factors.hpp"
#include "common/ports/mailer.hpp"
#include "common/ports/passwords.hpp"
#include "tests/support/hand_listener.hpp"
#include "tests/support/kept_notes.hpp"
#include "tests/support/small_quests.hpp"
#include "tests/support/world.hpp"

namespace harvest::test {

class Front {
public:
    explicit Front(World& world);
    // Before the world starts: the others cannot do without it.
    void start();
    // A request as a client sends it, answered by the gateway.
    AsyncResult<HttpResponse> ask(std::string method, std::string path, std::string body = {}, std::string token = {});

    sql::SqlProgress progress;

private:
    // Nobody signs in by a password here: hashing takes threads.
    class NoHasher final : public PasswordHasher {
    public:
        AsyncResult<std::string> hash(std::string, Deadline) override { co_return Errc::unavailable; }
        AsyncResult<bool> verify(std::string, std::string, Deadline) override { co_return Errc::unavailable; }
    };
    class NoMail final : public Mailer {
    public:
        AsyncResult<void> send(Mail, Deadline) override { co_return Errc::unavailable; }
    };

    World& world_;
    sql::SqlCredentials credentials_;
    sql::SqlSecondFactors factors_;
    crypto::Totp codes_;
    KeptNotes trail_;
    NoHasher hasher_;
    NoMail mailer_;
    PlainSigner signer_;
    PlainVerifier verifier_;
    memory::MemoryCache cache_;
    HandListener listener_;
    game::progress::Content quests_ = small_quests();
};

} // namespace harvest::test
