#include "common/crypto/key_directory.hpp"

#include "common/base/assert.hpp"
#include "common/crypto/secret_file.hpp"
#include "common/crypto/x509.hpp"

#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

namespace harvest::crypto {
namespace {

constexpr std::string_view token_prefix = "token-", pem_suffix = ".pem";
constexpr auto certificate_life = std::chrono::days{825}, certificate_margin = std::chrono::days{30};

std::string development_text(std::string_view name)
{
    return "harvest development secret: " + std::string(name);
}

// All token keys of a development directory but the first are random: they are made by a rotation.
const std::string& development_token_pem()
{
    static const std::string pem = PrivateKey::derive(development_text("token")).to_pem();
    return pem;
}

std::string token_file(Millis created_at)
{
    std::string digits = std::to_string(created_at.count());
    return std::string(token_prefix) + std::string(15 - std::min<std::size_t>(15, digits.size()), '0') + digits +
           std::string(pem_suffix);
}

// The time in "token-000001790000000.pem", negative if it is another file.
Millis token_time(std::string_view name)
{
    if (!name.starts_with(token_prefix) || !name.ends_with(pem_suffix)) return Millis{-1};
    const std::string_view digits =
        name.substr(token_prefix.size(), name.size() - token_prefix.size() - pem_suffix.size());
    std::int64_t time = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), time);
    return error == std::errc{} && end == digits.data() + digits.size() ? Millis{time} : Millis{-1};
}

Digest random_digest()
{
    Digest digest{};
    HARVEST_ASSERT(RAND_bytes(digest.data(), static_cast<int>(digest.size())) == 1);
    return digest;
}

TokenKey token_key(PrivateKey key, Millis created_at)
{
    std::string kid = key.public_key().thumbprint();
    return {std::move(key), std::move(kid), created_at};
}

bool covers(const CertificateInfo& info, std::span<const std::string> names)
{
    return std::all_of(names.begin(), names.end(), [&info](const std::string& name) {
        return std::find(info.names.begin(), info.names.end(), name) != info.names.end();
    });
}

} // namespace

Result<KeyDirectory> KeyDirectory::open(std::filesystem::path directory, Secrets secrets, Millis now, std::string& why,
                                        TokenKeys token_keys)
{
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    if (failed || ::chmod(directory.c_str(), 0700) != 0) {
        why = directory.string() + ": cannot be made or is not ours";
        return Errc::unavailable;
    }
    KeyDirectory keys(std::move(directory), secrets);
    const Result<Digest> refresh = keys.secret("refresh", why);
    if (!refresh) return refresh.error();
    const Result<Digest> seal = keys.secret("seal", why);
    if (!seal) return seal.error();
    keys.refresh_key_ = *refresh;
    keys.seal_key_ = *seal;
    if (token_keys == TokenKeys::left) return keys;
    if (const Result<void> loaded = keys.load_token_keys(now, why); !loaded) return loaded.error();
    return keys;
}

Result<Digest> KeyDirectory::secret(const std::string& name, std::string& why)
{
    const std::filesystem::path path = directory_ / (name + ".key");
    const Digest development = sha256(as_bytes(development_text(name)));
    const Result<std::string> text = read_file(path);
    if (!text && text.error() == Errc::not_found) {
        const Digest fresh = secrets_ == Secrets::development ? development : random_digest();
        why = path.string() + ": cannot be written";
        if (const Result<void> written = write_secret_file(path, to_hex(fresh) + "\n"); !written)
            return written.error();
        return fresh;
    }
    why = path.string() + ": cannot be read";
    if (!text) return text.error();
    const Result<Bytes> bytes = from_hex(std::string_view(*text).substr(0, 64));
    why = path.string() + ": is not a key of 32 bytes in hex";
    if (!bytes || bytes->size() != 32) return Errc::data_loss;
    Digest digest{};
    std::copy(bytes->begin(), bytes->end(), digest.begin());
    why = path.string() + ": is a development secret, good only with --dev or --ephemeral";
    if (secrets_ == Secrets::own && digest == development) return Errc::failed_precondition;
    return digest;
}

Result<PrivateKey> KeyDirectory::private_key(const std::string& name, std::string& why)
{
    const std::filesystem::path path = directory_ / name;
    const Result<std::string> text = read_file(path);
    why = path.string() + ": cannot be read";
    if (!text) return text.error();
    Result<PrivateKey> key = PrivateKey::from_pem(*text);
    why = path.string() + ": is not a P-256 private key in PEM";
    if (!key) return Errc::data_loss;
    const bool development = key->to_pem() == development_token_pem() ||
                             key->to_pem() == PrivateKey::derive(development_text("tls")).to_pem();
    why = path.string() + ": is a development secret, good only with --dev or --ephemeral";
    if (secrets_ == Secrets::own && development) return Errc::failed_precondition;
    return key;
}

Result<void> KeyDirectory::load_token_keys(Millis now, std::string& why)
{
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(directory_, failed)) {
        const std::string name = entry.path().filename().string();
        const Millis created_at = token_time(name);
        if (created_at < Millis{0}) continue;
        Result<PrivateKey> key = private_key(name, why);
        if (!key) return key.error();
        token_keys_.push_back(token_key(std::move(*key), created_at));
    }
    why = directory_.string() + ": cannot be listed";
    if (failed) return Errc::unavailable;
    std::sort(token_keys_.begin(), token_keys_.end(),
              [](const TokenKey& left, const TokenKey& right) { return left.created_at < right.created_at; });
    if (!token_keys_.empty()) return {};
    PrivateKey first =
        secrets_ == Secrets::development ? PrivateKey::derive(development_text("token")) : PrivateKey::generate();
    why = (directory_ / token_file(now)).string() + ": cannot be written";
    const Result<void> written = write_secret_file(directory_ / token_file(now), first.to_pem());
    if (written) token_keys_.push_back(token_key(std::move(first), now));
    return written;
}

Result<TokenKey> KeyDirectory::add_token_key(Millis now)
{
    const Millis created_at = std::max(now, token_keys_.back().created_at + Millis{1});
    TokenKey fresh = token_key(PrivateKey::generate(), created_at);
    const Result<void> written = write_secret_file(directory_ / token_file(created_at), fresh.key.to_pem());
    if (!written) return written.error();
    token_keys_.push_back(fresh);
    return fresh;
}

Result<void> KeyDirectory::drop_token_keys(Millis created_before)
{
    while (token_keys_.size() > 1 && token_keys_.front().created_at < created_before) {
        std::error_code failed;
        std::filesystem::remove(directory_ / token_file(token_keys_.front().created_at), failed);
        if (failed) return Errc::unavailable;
        token_keys_.erase(token_keys_.begin());
    }
    return {};
}

Result<TlsIdentity> KeyDirectory::tls_identity(std::span<const std::string> names, Millis now, std::string& why)
{
    const std::filesystem::path certificate_path = directory_ / "tls.crt";
    Result<PrivateKey> key = private_key("tls.key", why);
    if (!key && key.error() != Errc::not_found) return key.error();
    if (!key) {
        key = secrets_ == Secrets::development ? PrivateKey::derive(development_text("tls")) : PrivateKey::generate();
        why = (directory_ / "tls.key").string() + ": cannot be written";
        const Result<void> written = write_secret_file(directory_ / "tls.key", key->to_pem());
        if (!written) return written.error();
    }
    const std::string key_pem = key->to_pem();
    const Result<std::string> kept = read_file(certificate_path);
    if (kept) {
        const Result<CertificateInfo> info = certificate_info(*kept);
        const Result<bool> fits = certificate_fits(*kept, key_pem);
        if (info && fits && *fits && covers(*info, names) && info->not_after - certificate_margin > now)
            return TlsIdentity{*kept, key_pem, info->fingerprint, info->not_after};
    }
    why = "the names of the certificate: one is neither a DNS name nor an address";
    const Result<std::string> fresh =
        make_certificate(*key, names, now - std::chrono::hours{24}, now + certificate_life);
    if (!fresh) return fresh.error();
    why = certificate_path.string() + ": cannot be written";
    if (const Result<void> written = write_secret_file(certificate_path, *fresh); !written) return written.error();
    const Result<CertificateInfo> info = certificate_info(*fresh);
    return TlsIdentity{*fresh, key_pem, info->fingerprint, info->not_after};
}

Result<TlsIdentity> load_tls_identity(const std::filesystem::path& certificate, const std::filesystem::path& key,
                                      Millis now, std::string& why)
{
    const Result<std::string> certificate_pem = read_file(certificate);
    why = certificate.string() + ": cannot be read";
    if (!certificate_pem) return Errc::not_found;
    const Result<std::string> key_pem = read_file(key);
    why = key.string() + ": cannot be read";
    if (!key_pem) return Errc::not_found;
    const Result<CertificateInfo> info = certificate_info(*certificate_pem);
    why = certificate.string() + ": is not a certificate in PEM";
    if (!info) return Errc::invalid_argument;
    const Result<bool> fits = certificate_fits(*certificate_pem, *key_pem);
    why = key.string() + ": is not the private key of " + certificate.string();
    if (!fits || !*fits) return Errc::invalid_argument;
    why = certificate.string() + ": expired at " + to_rfc3339(info->not_after);
    if (info->not_after <= now) return Errc::failed_precondition;
    return TlsIdentity{*certificate_pem, *key_pem, info->fingerprint, info->not_after};
}

} // namespace harvest::crypto
