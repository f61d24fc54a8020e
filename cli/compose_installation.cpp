#include "cli/compose_installation.hpp"

#include "common/crypto/secret_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(Errc code, const std::string& what)
{
    throw boost::system::system_error(make_error_code(code), what);
}

// A data directory is ours alone: made with mode 0700.
fs::path prepare(const std::string& directory)
{
    std::error_code error;
    const fs::path path = fs::absolute(directory, error);
    const bool existed = fs::exists(path, error);
    fs::create_directories(path, error);
    if (error)
        fail(Errc::already_exists,
             fmt::format("the data directory {} cannot be made: {}", path.string(), error.message()));
    if (!existed) ::chmod(path.c_str(), 0700);
    if (!fs::is_directory(path, error)) fail(Errc::already_exists, fmt::format("{} is not a directory", path.string()));
    return path;
}

// Only auth signs tokens: no other process holds the keys for it.
crypto::KeyDirectory open_keys(const fs::path& directory, const ComposeOptions& options, Millis now)
{
    std::string why;
    const auto secrets = options.development ? crypto::Secrets::development : crypto::Secrets::own;
    const auto token_keys = has_auth(options) ? crypto::TokenKeys::held : crypto::TokenKeys::left;
    Result<crypto::KeyDirectory> keys = crypto::KeyDirectory::open(directory / "keys", secrets, now, why, token_keys);
    if (!keys)
        fail(classify(keys.error()),
             fmt::format("the keys in {} cannot be used: {}", (directory / "keys").string(), why));
    return std::move(*keys);
}

crypto::TlsIdentity open_identity(crypto::KeyDirectory& keys, const TlsSettings& tls, Millis now)
{
    std::string why;
    Result<crypto::TlsIdentity> identity = tls.certificate.empty()
                                               ? keys.tls_identity(tls.names, now, why)
                                               : crypto::load_tls_identity(tls.certificate, tls.key, now, why);
    if (!identity) fail(Errc::not_found, fmt::format("the certificate cannot be used: {}", why));
    return std::move(*identity);
}

// Processes of one daemon each stand side by side in one data directory: what they share is its own, the rest theirs.
fs::path own_directory(const fs::path& shared, const ComposeOptions& options)
{
    return options.slot_of.empty() ? shared
                                   : prepare(shared / fmt::format("{}-{}", options.slot_of, options.first_slot));
}

// The operator's token of this installation, made on first use.
std::string open_admin_token(const fs::path& directory, Entropy& entropy)
{
    const fs::path path = directory / "admin.token";
    if (Result<std::string> kept = crypto::read_file(path); kept && kept->size() >= 32) return *kept;
    const auto bytes = entropy.bytes<32>();
    const std::string token = "hop_" + to_base64url(bytes);
    if (!crypto::write_secret_file(path, token))
        fail(Errc::already_exists, fmt::format("{} cannot be written", path.string()));
    return token;
}

telemetry::Audit::Key audit_key(const crypto::KeyDirectory& keys)
{
    return crypto::hmac_sha256(keys.seal_key(), as_bytes("harvest audit checkpoints"));
}

} // namespace

bool has_auth(const ComposeOptions& options)
{
    return std::ranges::find(options.daemons, "auth") != options.daemons.end();
}

Installation::Installation(const Settings& settings, const ComposeOptions& options, const Clock& clock,
                           Entropy& entropy)
    : shared(prepare(data_directory(settings))),
      directory(own_directory(shared, options)),
      making(std::in_place, shared / "keys.lock"),
      keys(open_keys(shared, options, clock.now())),
      identity(open_identity(keys, settings.tls, clock.now())),
      admin_token(open_admin_token(shared, entropy)),
      audit(directory / "audit.log", audit_key(keys))
{
    making.reset();
}

} // namespace harvest::cli
