#include "common/crypto/key_directory.hpp"
#include "common/crypto/secret_file.hpp"
#include "common/crypto/x509.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <cstdlib>
#include <thread>
#include <vector>

using namespace harvest;
using namespace harvest::crypto;

namespace {

constexpr Millis now{1'790'000'000'000};

struct Folder {
    Folder()
    {
        std::string pattern = (std::filesystem::temp_directory_path() / "harvest-keys-XXXXXX").string();
        path = mkdtemp(pattern.data());
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

Result<KeyDirectory> open(const Folder& folder, Secrets secrets = Secrets::own)
{
    std::string why;
    Result<KeyDirectory> keys = KeyDirectory::open(folder.path / "keys", secrets, now, why);
    if (!keys) UNSCOPED_INFO(why);
    return keys;
}

unsigned mode(const std::filesystem::path& path)
{
    struct stat status{};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

} // namespace

TEST_CASE("keys are made once, for the owner's eyes only, and are the same the next time", "[crypto]")
{
    const Folder folder;
    std::string why;
    const std::vector<std::string> names{"localhost", "127.0.0.1"};
    Result<KeyDirectory> first = open(folder);
    REQUIRE(first.has_value());
    const Result<TlsIdentity> identity = first->tls_identity(names, now, why);
    REQUIRE(identity.has_value());
    CHECK(mode(folder.path / "keys") == 0700);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path / "keys"))
        CHECK(mode(entry.path()) == 0600);
    Result<KeyDirectory> second = open(folder);
    REQUIRE(second.has_value());
    CHECK(second->refresh_key() == first->refresh_key());
    CHECK(second->seal_key() == first->seal_key());
    CHECK(second->token_keys().front().kid == first->token_keys().front().kid);
    CHECK(second->tls_identity(names, now, why)->fingerprint == identity->fingerprint);
}

TEST_CASE("two installations share no secret, two development ones share all", "[crypto]")
{
    const Folder a, b, c, d;
    CHECK(open(a)->refresh_key() != open(b)->refresh_key());
    CHECK(open(a)->seal_key() != open(b)->seal_key());
    CHECK(open(c, Secrets::development)->refresh_key() == open(d, Secrets::development)->refresh_key());
    CHECK(open(c, Secrets::development)->token_keys()[0].kid == open(d, Secrets::development)->token_keys()[0].kid);
    CHECK(open(a, Secrets::development).has_value()); // own secrets are accepted everywhere
}

TEST_CASE("who does not sign neither reads nor makes the token keys", "[crypto]")
{
    const Folder folder;
    const auto signs = [&folder](TokenKeys token_keys) {
        std::string reason;
        return KeyDirectory::open(folder.path / "keys", Secrets::own, now, reason, token_keys);
    };
    REQUIRE(signs(TokenKeys::left)->token_keys().empty());
    for (const auto& entry : std::filesystem::directory_iterator(folder.path / "keys"))
        CHECK_FALSE(entry.path().filename().string().starts_with("token-"));
    CHECK(signs(TokenKeys::held)->token_keys().size() == 1);
    CHECK(signs(TokenKeys::left)->token_keys().empty());
    CHECK(signs(TokenKeys::left)->seal_key() == signs(TokenKeys::held)->seal_key());
}

TEST_CASE("development secrets start nothing else", "[crypto]")
{
    const Folder folder;
    REQUIRE(open(folder, Secrets::development).has_value());
    CHECK(open(folder, Secrets::own).error() == Errc::failed_precondition);
}

TEST_CASE("a damaged key file is named", "[crypto]")
{
    const Folder folder;
    REQUIRE(open(folder).has_value());
    REQUIRE(write_secret_file(folder.path / "keys" / "refresh.key", "rubbish").has_value());
    std::string why;
    CHECK(KeyDirectory::open(folder.path / "keys", Secrets::own, now, why).error() == Errc::data_loss);
    CHECK(why.find("refresh.key") != std::string::npos);
}

TEST_CASE("token keys rotate; old ones go when they are told to, the newest stays", "[crypto]")
{
    const Folder folder;
    Result<KeyDirectory> keys = open(folder);
    REQUIRE(keys->add_token_key(now + 1h).has_value());
    REQUIRE(keys->add_token_key(now + 2h).has_value());
    CHECK(open(folder)->token_keys().size() == 3);
    REQUIRE(keys->drop_token_keys(now + 90min).has_value());
    CHECK(keys->token_keys().size() == 1);
    REQUIRE(keys->drop_token_keys(now + 100h).has_value());
    CHECK(open(folder)->token_keys().size() == 1);
}

TEST_CASE("a certificate names each address as IP and as DNS name, and is renewed in time", "[crypto]")
{
    const Folder folder;
    std::string why;
    Result<KeyDirectory> keys = open(folder);
    const std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
    const Result<TlsIdentity> identity = keys->tls_identity(names, now, why);
    REQUIRE(identity.has_value());
    const Result<CertificateInfo> info = certificate_info(identity->certificate);
    REQUIRE(info.has_value());
    CHECK(info->names == names);
    CHECK(info->fingerprint == identity->fingerprint);
    CHECK(info->not_after > now + std::chrono::days{365});
    CHECK(*certificate_fits(identity->certificate, identity->private_key));
    const std::vector<std::string> more{"localhost", "play.example.org"};
    const Result<TlsIdentity> renamed = keys->tls_identity(more, now, why);
    REQUIRE(renamed.has_value());
    CHECK(renamed->fingerprint != identity->fingerprint);
    CHECK(renamed->private_key == identity->private_key);
    const Result<TlsIdentity> later = keys->tls_identity(more, renamed->not_after - std::chrono::days{29}, why);
    REQUIRE(later.has_value());
    CHECK(later->fingerprint != renamed->fingerprint);
    const std::vector<std::string> bad{"not a name"};
    CHECK(keys->tls_identity(bad, now, why).error() == Errc::invalid_argument);
}

TEST_CASE("an operator's certificate is taken if it is whole, current and fits its key", "[crypto]")
{
    const Folder folder;
    std::string why;
    const std::vector<std::string> names{"example.org"};
    const PrivateKey key = PrivateKey::generate(), other = PrivateKey::generate();
    const auto certificate = make_certificate(key, names, now - 1h, now + 1h);
    const auto path = [&folder](const char* name) { return folder.path / name; };
    REQUIRE(write_secret_file(path("a.crt"), *certificate).has_value());
    REQUIRE(write_secret_file(path("a.key"), key.to_pem()).has_value());
    REQUIRE(write_secret_file(path("b.key"), other.to_pem()).has_value());
    CHECK(load_tls_identity(path("a.crt"), path("a.key"), now, why).has_value());
    CHECK(load_tls_identity(path("a.crt"), path("b.key"), now, why).error() == Errc::invalid_argument);
    CHECK(load_tls_identity(path("a.key"), path("a.key"), now, why).error() == Errc::invalid_argument);
    CHECK(load_tls_identity(path("none"), path("a.key"), now, why).error() == Errc::not_found);
    CHECK(load_tls_identity(path("a.crt"), path("a.key"), now + 2h, why).error() == Errc::failed_precondition);
    CHECK(why.find("a.crt: expired at 20") != std::string::npos);
}

TEST_CASE("of two that make an installation at once the second finds what the first has made", "[crypto]")
{
    const Folder folder;
    const auto open = [&folder](Digest& seal) {
        const FileLock making(folder.path / "keys.lock");
        std::string why;
        const auto keys = KeyDirectory::open(folder.path / "keys", Secrets::own, now, why);
        if (keys) seal = keys->seal_key();
    };
    std::vector<Digest> seals(8);
    std::vector<std::thread> threads;
    for (Digest& seal : seals) threads.emplace_back([&open, &seal] { open(seal); });
    for (std::thread& thread : threads) thread.join();
    CHECK(seals.front() != Digest{});
    for (const Digest& seal : seals) CHECK(seal == seals.front());
}
