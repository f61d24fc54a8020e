// What auth and the token check cost beside the bare library calls: a login (name look-up, limits, Argon2id on its own
// thread, session row on SQLite, both tokens) against argon2id_hash_raw, an access token against ECDSA P-256 verify.
// CPU time of the whole process, user and system, rounds interleaved. bench_auth [ROUNDS]
#include "common/adapters/crypto/aes_sealer.hpp"
#include "common/adapters/crypto/argon2_hasher.hpp"
#include "common/adapters/crypto/es256_signer.hpp"
#include "common/adapters/crypto/jwt_verifier.hpp"
#include "common/adapters/crypto/totp.hpp"
#include "common/adapters/memory/memory_rate_limit.hpp"
#include "common/adapters/sql/accounts.hpp"
#include "common/adapters/sql/second_factors.hpp"
#include "common/adapters/sql/sessions.hpp"
#include "common/adapters/sqlite/database.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "daemons/auth/handlers.hpp"
#include "tests/support/kept_notes.hpp"

#include <argon2.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>

using namespace harvest;

namespace {

const std::string password = "correct horse battery";

double cpu_seconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double cpu_of(const std::function<void()>& work)
{
    const double begun = cpu_seconds();
    work();
    return cpu_seconds() - begun;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void require(bool holds, const char* what)
{
    if (!holds) throw std::runtime_error(what);
}

struct Row {
    std::string name, unit, note;
    double ours{}, yardstick{};
};

void print(const Row& row)
{
    fmt::print(R"({{"row":"{}","ours":{:.4g},"yardstick":{:.4g},"ratio":{:.4g},"unit":"{}","note":"{}"}})"
               "\n",
               row.name, row.ours, row.yardstick, row.ours / row.yardstick, row.unit, row.note);
    std::fflush(stdout);
}

struct Folder {
    Folder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "harvest-bench-XXXXXX").string();
        path = ::mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

crypto::KeyDirectory open_keys(const std::filesystem::path& path, Millis now)
{
    std::string why;
    Result<crypto::KeyDirectory> keys = crypto::KeyDirectory::open(path, crypto::Secrets::own, now, why);
    require(keys.has_value(), why.c_str());
    return std::move(*keys);
}

sqlite::Options database_in(const std::filesystem::path& folder)
{
    sqlite::Options options;
    options.path = (folder / "data" / "harvest.db").string();
    return options;
}

// The parts of the auth daemon that a login passes, as it composes them.
struct World {
    Task<void> sign_up()
    {
        NewAccount newcomer;
        newcomer.account.id = new_id<PlayerId>(clock, entropy);
        newcomer.account.name = "kestrel";
        newcomer.account.created_at = clock.now();
        const Result<std::string> phc = co_await hasher.hash(password, clock.after(10s));
        require(phc.has_value(), "the password was not hashed");
        newcomer.account.password_hash = *phc;
        const Result<void> created = co_await accounts.create(std::move(newcomer), clock.after(10s));
        require(created.has_value(), "the account was not made");
    }

    Task<void> logins(int count)
    {
        for (int i = 0; i < count; ++i) {
            protocol::LoginCall request;
            request.name = "kestrel";
            request.password = password;
            request.address = "192.0.2.1";
            auth::CallInfo call;
            call.by = clock.after(10s);
            const Result<protocol::TokenPair> pair =
                co_await auth::handle_login(accounts, owner, issuer, std::move(request), std::move(call));
            require(pair.has_value(), "the login was refused");
        }
    }

    void run(Task<void> task)
    {
        asio::io_context loop{1};
        asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure) {
            if (failure) std::rethrow_exception(failure);
        });
        loop.run();
    }

    Folder folder;
    system::SystemClock clock;
    system::SystemEntropy entropy;
    sqlite::SqliteDatabase database{database_in(folder.path), clock};
    sql::SqlAccounts accounts{database};
    sql::SqlSessions sessions{database};
    crypto::Argon2Hasher hasher{{}, clock, entropy};
    crypto::Es256Signer signer{open_keys(folder.path / "keys", clock.now()), {}, clock, entropy};
    memory::MemoryRateLimit limits{clock};
    telemetry::Metrics metrics;
    auth::Config config;
    auth::Figures figures{metrics};
    auth::UserEvents events{"auth-0", clock, entropy};
    auth::GuessLimits guesses{limits, clock};
    auth::Passwords passwords{hasher, clock, figures, 10s};
    sql::SqlSecondFactors factors{database};
    crypto::AesSealer sealer{crypto::AesKey{7}, entropy};
    crypto::Totp codes{sealer, entropy};
    auth::SecondCheck second{factors, codes, signer, clock};
    harvest::test::KeptNotes trail;
    auth::OwnerCheck owner{passwords, guesses, second, signer, trail};
    auth::Issuer issuer{config, accounts, sessions, signer, clock, entropy, events};
};

void raw_argon2(int count)
{
    const crypto::Argon2Cost cost;
    const std::array<std::uint8_t, 16> salt{7};
    std::array<std::uint8_t, 32> hash{};
    for (int i = 0; i < count; ++i) {
        const int code = ::argon2id_hash_raw(cost.passes, cost.memory_kib, 1, password.data(), password.size(),
                                             salt.data(), salt.size(), hash.data(), hash.size());
        require(code == ARGON2_OK, "argon2id_hash_raw failed");
    }
}

// One login, one raw call, and so on: how fast memory answers changes by the second where neighbours share it, and
// Argon2 is little but memory.
void bench_login(World& world, int rounds)
{
    world.run(world.sign_up());
    world.run(world.logins(2)); // the first ones grow the heap and prepare the statements
    raw_argon2(2);
    std::vector<double> ours, raw;
    for (int pair = 0; pair < 20 * rounds; ++pair) {
        ours.push_back(cpu_of([&] { world.run(world.logins(1)); }) * 1e3);
        raw.push_back(cpu_of([&] { raw_argon2(1); }) * 1e3);
    }
    Row row{"login", "ms CPU a login", "", median(ours), median(raw)};
    row.note =
        "look-up, limits, Argon2id 19 MiB t=2 p=1, session row and event on SQLite, both tokens; one by one in turns";
    print(row);
}

std::vector<std::string> make_tokens(World& world, std::size_t count)
{
    std::vector<std::string> tokens;
    AccessClaims claims;
    claims.name = "kestrel-of-the-farm";
    claims.issued_at = world.clock.now();
    claims.expires_at = claims.issued_at + world.config.access_life;
    for (std::size_t i = 0; i < count; ++i) {
        claims.player = new_id<PlayerId>(world.clock, world.entropy);
        claims.session = new_id<SessionId>(world.clock, world.entropy);
        tokens.push_back(world.signer.access_token(claims));
    }
    return tokens;
}

void check_all(crypto::JwtVerifier& verifier, const std::vector<std::string>& tokens, Millis now)
{
    for (const std::string& token : tokens) require(verifier.access(token, now).has_value(), "a token was refused");
}

// The least that OpenSSL does for ES256: SHA-256, then ECDSA with a key and a context that are ready, DER at hand.
class RawVerify {
public:
    struct Signed {
        std::string text;
        std::vector<unsigned char> der;
    };

    explicit RawVerify(const crypto::PrivateKey& key)
    {
        const std::string pem = key.to_pem();
        const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
            BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free_all);
        key_.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
        require(key_ != nullptr, "the key is unreadable");
        context_.reset(EVP_PKEY_CTX_new(key_.get(), nullptr));
        require(context_ && EVP_PKEY_verify_init(context_.get()) == 1, "no context for the key");
    }

    static Signed take_apart(const std::string& token)
    {
        const std::size_t dot = token.rfind('.');
        const Result<Bytes> raw = from_base64url(std::string_view(token).substr(dot + 1));
        require(raw && raw->size() == 64, "no signature");
        const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), &ECDSA_SIG_free);
        ECDSA_SIG_set0(pair.get(), BN_bin2bn(raw->data(), 32, nullptr), BN_bin2bn(raw->data() + 32, 32, nullptr));
        unsigned char* der = nullptr;
        const int length = i2d_ECDSA_SIG(pair.get(), &der);
        require(length > 0, "no DER");
        Signed out{token.substr(0, dot), {der, der + length}};
        OPENSSL_free(der);
        return out;
    }

    void verify(const Signed& item) const
    {
        std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
        SHA256(reinterpret_cast<const unsigned char*>(item.text.data()), item.text.size(), digest.data());
        const int code =
            EVP_PKEY_verify(context_.get(), item.der.data(), item.der.size(), digest.data(), digest.size());
        require(code == 1, "a signature was refused");
    }

    // The same in one call with a context of its own, as most programs do it.
    void verify_once(const Signed& item) const
    {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
        const int begun = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
        require(begun == 1, "no context for the key");
        const int code = EVP_DigestVerify(context.get(), item.der.data(), item.der.size(),
                                          reinterpret_cast<const unsigned char*>(item.text.data()), item.text.size());
        require(code == 1, "a signature was refused");
    }

private:
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_{nullptr, &EVP_PKEY_free};
    std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context_{nullptr, &EVP_PKEY_CTX_free};
};

// Gives the yardstick's rate.
double bench_cold(World& world, const RawVerify& raw_verify, int rounds)
{
    constexpr std::size_t each = 3'000;
    crypto::JwtVerifier verifier;
    require(verifier.use_keys(world.signer.jwks()).has_value(), "the keys were refused");
    check_all(verifier, make_tokens(world, 200), world.clock.now());
    std::vector<double> ours, raw, once;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<std::string> tokens = make_tokens(world, each);
        std::vector<RawVerify::Signed> items;
        std::transform(tokens.begin(), tokens.end(), std::back_inserter(items), RawVerify::take_apart);
        const Millis now = world.clock.now();
        ours.push_back(each / cpu_of([&] { check_all(verifier, tokens, now); }));
        raw.push_back(each / cpu_of([&] {
                          for (const RawVerify::Signed& item : items) raw_verify.verify(item);
                      }));
        once.push_back(each / cpu_of([&] {
                           for (const RawVerify::Signed& item : items) raw_verify.verify_once(item);
                       }));
    }
    Row row{"token_check_cold", "checks/CPU-s", "", median(ours), median(raw)};
    row.note =
        fmt::format("beside SHA-256 and EVP_PKEY_verify with a context made once; beside EVP_DigestVerify with a "
                    "context each ({:.3g} checks/CPU-s) the ratio is {:.2f}",
                    median(once), median(ours) / median(once));
    print(row);
    return median(raw);
}

// Checks a CPU-second of `count` tokens in no order, each seen before.
class Warm {
public:
    Warm(World& world, std::size_t count) : tokens_(make_tokens(world, count)), now_(world.clock.now())
    {
        require(verifier_.use_keys(world.signer.jwks()).has_value(), "the keys were refused");
        check_all(verifier_, tokens_, now_);
        std::shuffle(tokens_.begin(), tokens_.end(), std::mt19937_64{42});
    }

    double rate()
    {
        const std::size_t passes = 200'000 / tokens_.size();
        const double cpu = cpu_of([&] {
            for (std::size_t pass = 0; pass < passes; ++pass) check_all(verifier_, tokens_, now_);
        });
        return static_cast<double>(passes * tokens_.size()) / cpu;
    }

private:
    std::vector<std::string> tokens_;
    Millis now_;
    crypto::JwtVerifier verifier_;
};

void bench_warm(World& world, double raw_rate, int rounds)
{
    std::array<Warm, 3> sizes{Warm{world, 400}, Warm{world, 4'000}, Warm{world, 40'000}};
    std::array<std::vector<double>, 3> rates;
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < sizes.size(); ++i) rates[i].push_back(sizes[i].rate());
    Row row{"token_check_warm", "checks/CPU-s", "", median(rates[1]), raw_rate};
    row.note = "4,000 tokens in no order; the yardstick is a raw verify";
    print(row);
    fmt::print(
        "{{\"growth\":\"token_check_warm\",\"by\":\"tokens\",\"rates\":{{\"400\":{},\"4000\":{},\"40000\":{}}}}}\n",
        median(rates[0]), median(rates[1]), median(rates[2]));
}

} // namespace

int main(int argc, char** argv)
{
    const int rounds = argc > 1 ? std::max(5, std::stoi(argv[1])) : 9;
    try {
        World world;
        bench_login(world, rounds);
        const crypto::KeyDirectory keys = open_keys(world.folder.path / "keys", world.clock.now());
        const RawVerify raw_verify{keys.token_keys().front().key};
        const double raw_rate = bench_cold(world, raw_verify, rounds);
        bench_warm(world, raw_rate, rounds);
    }
    catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
