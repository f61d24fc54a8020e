// The auth daemon on real stores in a temporary folder, with fast hashes and a clock that is moved by hand.
#pragma once

#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/crypto/argon2_hasher.hpp"
#include "common/adapters/crypto/es256_signer.hpp"
#include "common/adapters/crypto/jwt_verifier.hpp"
#include "common/adapters/crypto/totp.hpp"
#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/manual_clock.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "common/adapters/memory/seeded_entropy.hpp"
#include "common/adapters/sql/accounts.hpp"
#include "common/adapters/sql/credentials.hpp"
#include "common/adapters/sql/decks.hpp"
#include "common/adapters/sql/event_log.hpp"
#include "common/adapters/sql/ledger.hpp"
#include "common/adapters/sql/matches.hpp"
#include "common/adapters/sql/personal_data.hpp"
#include "common/adapters/sql/second_factors.hpp"
#include "common/adapters/sql/sessions.hpp"
#include "common/adapters/sqlite/database.hpp"
#include "common/protocol/auth.hpp"
#include "common/protocol/credentials.hpp"
#include "common/telemetry/trace.hpp"
#include "daemons/auth/auth.hpp"
#include "tests/support/fixed_contents.hpp"
#include "tests/support/kept_notes.hpp"
#include "tests/support/small_content.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>

namespace harvest::test {

struct TemporaryFolder {
    TemporaryFolder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "harvest-test-XXXXXX").string();
        path = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

inline crypto::KeyDirectory test_keys(const std::filesystem::path& path, Millis now)
{
    std::string why;
    Result<crypto::KeyDirectory> keys = crypto::KeyDirectory::open(path, crypto::Secrets::development, now, why);
    INFO(why);
    REQUIRE(keys.has_value());
    return std::move(*keys);
}

inline sqlite::Options test_database(const std::filesystem::path& path)
{
    sqlite::Options options;
    options.path = (path / "data" / "harvest.db").string();
    options.threads = false;
    return options;
}

// Of a device.
inline std::string secret_of(std::uint8_t number)
{
    return to_base64url(std::array<std::uint8_t, 32>{number});
}

// Letters as they were handed over.
class KeptMail final : public Mailer {
public:
    AsyncResult<void> send(Mail mail, Deadline) override
    {
        if (broken) co_return Errc::unavailable;
        letters.push_back(std::move(mail));
        co_return Result<void>{};
    }
    // The code in the newest letter: a line of its own.
    std::string code() const
    {
        const std::string& text = letters.back().text;
        const std::size_t from = text.find("\n    ") + 5;
        return text.substr(from, text.find('\n', from) - from);
    }
    std::vector<Mail> letters;
    bool broken = false;
};

// Sessions that cannot be made at times.
class MoodySessions final : public Sessions {
public:
    explicit MoodySessions(Sessions& inner) : inner_(inner) {}
    AsyncResult<void> create(Session session, SignInGrounds grounds, std::vector<OutboxEvent> events,
                             Deadline by) override
    {
        if (none_made) co_return *none_made;
        co_return co_await inner_.create(std::move(session), std::move(grounds), std::move(events), by);
    }
    AsyncResult<Session> get(SessionId id, Deadline by) override { return inner_.get(std::move(id), by); }
    AsyncResult<Session> find(TokenHash token, Deadline by) override { return inner_.find(token, by); }
    AsyncResult<void> rotate(SessionId id, std::int64_t generation, TokenHash next, Millis now, Deadline by) override
    {
        return inner_.rotate(std::move(id), generation, next, now, by);
    }
    AsyncResult<void> revoke(SessionId id, std::vector<OutboxEvent> events, Deadline by) override
    {
        return inner_.revoke(std::move(id), std::move(events), by);
    }
    AsyncResult<std::vector<SessionId>> revoke_all(PlayerId player, std::vector<OutboxEvent> events,
                                                   Deadline by) override
    {
        return inner_.revoke_all(std::move(player), std::move(events), by);
    }
    AsyncResult<std::vector<Session>> list(PlayerId player, Millis now, Deadline by) override
    {
        return inner_.list(std::move(player), now, by);
    }
    AsyncResult<std::size_t> drop_expired(SessionId made_before, Millis until, std::size_t limit, Deadline by) override
    {
        return inner_.drop_expired(std::move(made_before), until, limit, by);
    }
    std::optional<Errc> none_made;

private:
    Sessions& inner_;
};

class AuthWorld {
public:
    explicit AuthWorld(crypto::Argon2Options hashing = {.cost = {.memory_kib = 64, .passes = 1},
                                                        .threads = 2,
                                                        .queue = 16})
        : database(test_database(folder.path), clock),
          log(database, clock),
          hasher(hashing, clock, entropy),
          signer(test_keys(folder.path / "keys", clock.now()), {}, clock, entropy),
          rpc(clock),
          limits(clock),
          auth({}, "auth-0", loop.get_executor(), contents, rpc, accounts, sessions, personal, credentials, mailer,
               factors, codes, hasher, signer, limits, trail, clock, entropy, metrics)
    {
        start(auth);
        REQUIRE(verifier.use_keys(signer.jwks()).has_value());
    }

    ~AuthWorld()
    {
        auth.stop();
        drain();
    }

    void start(Daemon& daemon)
    {
        ++running_;
        auto ended = [this](std::exception_ptr failure) {
            --running_;
            if (failure) std::rethrow_exception(failure);
        };
        asio::co_spawn(loop, daemon.run(), std::move(ended));
        loop.poll();
    }

    // Until every daemon that start() began has ended.
    void drain()
    {
        while (running_ > 0) loop.run_one();
        loop.poll();
    }

    template <class T>
    Result<T> wait(AsyncResult<T> call)
    {
        std::vector<AsyncResult<T>> calls;
        calls.push_back(std::move(call));
        return std::move(wait_all(std::move(calls)).front());
    }

    // All at once; results in the order given.
    template <class T>
    std::vector<Result<T>> wait_all(std::vector<AsyncResult<T>> calls)
    {
        std::vector<std::optional<Result<T>>> outcomes(calls.size());
        std::size_t left = calls.size();
        for (std::size_t i = 0; i < calls.size(); ++i) {
            auto ended = [&outcomes, &left, i](std::exception_ptr failure, Result<T> outcome) {
                if (failure) std::rethrow_exception(failure);
                outcomes[i].emplace(std::move(outcome));
                --left;
            };
            asio::co_spawn(loop, std::move(calls[i]), std::move(ended));
        }
        while (left > 0) loop.run_one();
        std::vector<Result<T>> out;
        for (auto& outcome : outcomes) out.push_back(std::move(*outcome));
        return out;
    }

    Deadline by() const { return clock.after(5s); }

    template <class Reply, class Request>
    AsyncResult<Reply> call(std::string method, Request body)
    {
        RpcRequest request;
        request.daemon = "auth";
        request.method = std::move(method);
        request.body = protocol::encode(body);
        request.by = by();
        const Result<std::string> reply = co_await rpc.call(std::move(request));
        if (!reply) co_return reply.error();
        co_return protocol::decode<Reply>(*reply);
    }

    template <class Request>
    Result<protocol::TokenPair> sign_in(std::string method, Request body)
    {
        return wait(call<protocol::TokenPair>(std::move(method), std::move(body)));
    }

    Result<protocol::TokenPair> register_player(std::string name, std::string password = "correct horse")
    {
        protocol::RegisterCall body;
        body.name = std::move(name);
        body.password = std::move(password);
        body.address = "192.0.2.1";
        return sign_in("register", body);
    }

    Result<protocol::TokenPair> login(std::string name, std::string password, std::string address = "192.0.2.1")
    {
        protocol::LoginCall body;
        body.name = std::move(name);
        body.password = std::move(password);
        body.address = std::move(address);
        return sign_in("login", body);
    }

    // `number` makes the secret.
    Result<protocol::TokenPair> device(std::uint8_t number, std::optional<std::string> name = std::nullopt)
    {
        protocol::DeviceCall body;
        body.secret = secret_of(number);
        body.name = std::move(name);
        body.address = "192.0.2.1";
        return sign_in("device", body);
    }

    Result<protocol::TokenPair> refresh(std::string token)
    {
        protocol::RefreshRequest body;
        body.refresh_token = std::move(token);
        return sign_in("refresh", body);
    }

    std::vector<StoredEvent> user_events()
    {
        const auto events = wait(log.read("harvest.user", "", 0, 1'000, by()));
        REQUIRE(events.has_value());
        return *events;
    }

    std::size_t count_events(std::string_view type)
    {
        std::size_t count = 0;
        for (const StoredEvent& event : user_events()) count += event.event.type == type;
        return count;
    }

    TemporaryFolder folder;
    asio::io_context loop;
    asio::executor_work_guard<asio::io_context::executor_type> open = asio::make_work_guard(loop);
    memory::ManualClock clock;
    memory::SeededEntropy entropy{1};
    game::battle::Content content = small_content();
    FixedContents contents{game_data_of(content)};
    telemetry::Metrics metrics;
    telemetry::Spans spans;
    sqlite::SqliteDatabase database;
    sql::SqlEventLog log;
    sql::SqlAccounts accounts{database};
    sql::SqlSessions stored_sessions{database};
    MoodySessions sessions{stored_sessions};
    sql::SqlPersonalData personal{database};
    sql::SqlCredentials credentials{database};
    sql::SqlSecondFactors factors{database};
    crypto::AesSealer sealer{crypto::AesKey{7}, entropy};
    crypto::Totp codes{sealer, entropy};
    KeptMail mailer;
    sql::SqlLedger ledger{database};
    sql::SqlDecks decks{database};
    sql::SqlMatches matches{database};
    crypto::Argon2Hasher hasher;
    crypto::Es256Signer signer;
    crypto::JwtVerifier verifier;
    local::LocalRpc rpc;
    memory::MemoryRateLimit limits;
    KeptNotes trail;
    auth::Auth auth;

private:
    int running_ = 0;
};

} // namespace harvest::test
