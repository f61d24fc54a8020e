#include "common/crypto/private_ca.hpp"

#include "common/crypto/digest.hpp"
#include "common/crypto/secret_file.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace harvest::crypto {
namespace {

namespace fs = std::filesystem;

constexpr Millis clock_skew = std::chrono::hours{1}; // between the machines of an installation

// Two CAs that are trusted at once must not share a subject, or chains are built with the wrong one.
std::string fresh_ca(const PrivateKey& key, Millis now, Millis life)
{
    const std::string name = "Harvest CA " + key.public_key().thumbprint().substr(0, 8);
    return make_ca_certificate(key, name, now - clock_skew, now + life);
}

bool is_file_name(std::string_view name)
{
    if (name.empty() || name.size() > 64 || name == "ca" || name.front() == '.') return false;
    return std::ranges::all_of(name, [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
}

Result<void> put(const fs::path& path, std::string_view contents, std::string& why)
{
    why = path.string() + ": cannot be written";
    return write_secret_file(path, contents);
}

} // namespace

std::string daemon_certificate_name(std::string_view daemon)
{
    return std::string(daemon) + ".harvest";
}

Result<PrivateCa> PrivateCa::init(fs::path directory, Millis now, Millis life, std::string& why)
{
    std::error_code error;
    const bool existed = fs::exists(directory, error);
    fs::create_directories(directory, error);
    why = directory.string() + ": cannot be made";
    if (error) return Errc::unavailable;
    if (!existed) ::chmod(directory.c_str(), 0700);
    for (const char* const name : {"ca.key", "ca.crt"}) {
        why = (directory / name).string() + ": is there already";
        if (fs::exists(directory / name, error)) return Errc::already_exists;
    }
    PrivateKey key = PrivateKey::generate();
    std::vector<std::string> trusted{fresh_ca(key, now, life)};
    PrivateCa made(std::move(directory), std::move(key), std::move(trusted));
    if (const Result<void> written = made.write(why); !written) return written.error();
    return made;
}

Result<PrivateCa> PrivateCa::open(fs::path directory, std::string& why)
{
    const Result<std::string> bundle = read_file(directory / "ca.crt");
    why = (directory / "ca.crt").string() + ": cannot be read";
    if (!bundle) return Errc::not_found;
    const Result<std::string> key_pem = read_file(directory / "ca.key");
    why = (directory / "ca.key").string() + ": cannot be read";
    if (!key_pem) return Errc::not_found;
    std::vector<std::string> trusted = split_certificates(*bundle);
    why = (directory / "ca.crt").string() + ": holds no certificate in PEM";
    if (trusted.empty()) return Errc::data_loss;
    Result<PrivateKey> key = PrivateKey::from_pem(*key_pem);
    why = (directory / "ca.key").string() + ": is not a private key in PEM";
    if (!key) return Errc::data_loss;
    // A rotation that was cut off between its two files leaves the old key beside the new bundle: the old CA signs on.
    const auto own = std::ranges::find_if(trusted, [&key_pem](const std::string& ca) {
        const Result<bool> fits = certificate_fits(ca, *key_pem);
        return fits && *fits;
    });
    why = (directory / "ca.key").string() + ": is not the private key of a certificate in ca.crt";
    if (own == trusted.end()) return Errc::data_loss;
    std::rotate(trusted.begin(), own, own + 1);
    return PrivateCa(std::move(directory), std::move(*key), std::move(trusted));
}

Result<void> PrivateCa::write(std::string& why) const
{
    std::string bundle;
    for (const std::string& one : trusted_) bundle += one;
    if (Result<void> written = put(directory_ / "ca.crt", bundle, why); !written) return written;
    return put(directory_ / "ca.key", key_.to_pem(), why);
}

Result<CertificateInfo> PrivateCa::issue(const std::string& file, std::span<const std::string> names, Millis now,
                                         Millis life, std::string& why)
{
    why = "\"" + file + "\": a file is named by small letters, digits, '-', '_' and '.', and not ca";
    if (!is_file_name(file)) return Errc::invalid_argument;
    const Result<CertificateInfo> ca = certificate_info(trusted_.front());
    why = (directory_ / "ca.crt").string() + ": expired at " + to_rfc3339(ca->not_after);
    if (ca->not_after <= now) return Errc::failed_precondition;
    const PrivateKey key = PrivateKey::generate();
    why = "the names of the certificate: one is neither a DNS name nor an address";
    const Result<std::string> leaf = make_leaf_certificate(key, names, trusted_.front(), key_, now - clock_skew,
                                                           std::min(now + life, ca->not_after));
    if (!leaf) return leaf.error();
    if (const Result<void> written = put(directory_ / (file + ".key"), key.to_pem(), why); !written)
        return written.error();
    if (const Result<void> written = put(directory_ / (file + ".crt"), *leaf, why); !written) return written.error();
    return certificate_info(*leaf);
}

Result<void> PrivateCa::rotate(Millis now, Millis life, std::string& why)
{
    why = (directory_ / "ca.crt").string() + ": trusts two CAs already; issue anew, then retire the old one";
    if (trusted_.size() > 1) return Errc::failed_precondition;
    key_ = PrivateKey::generate();
    trusted_.insert(trusted_.begin(), fresh_ca(key_, now, life));
    return write(why);
}

Result<void> PrivateCa::retire(std::string& why)
{
    for (const CaEntry& entry : list()) {
        why = (directory_ / entry.file).string() + ": is still of the old CA; issue it anew first";
        if (!entry.is_ca && entry.generation > 1) return Errc::failed_precondition;
    }
    trusted_.resize(1);
    return write(why);
}

std::vector<CaEntry> PrivateCa::list() const
{
    std::vector<CaEntry> out;
    for (std::size_t i = 0; i < trusted_.size(); ++i)
        if (Result<CertificateInfo> info = certificate_info(trusted_[i])) out.push_back({"ca.crt", *info, true, i + 1});
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator at(directory_, error), end; !error && at != end; at.increment(error))
        if (at->path().extension() == ".crt" && at->path().filename() != "ca.crt") files.push_back(at->path());
    std::ranges::sort(files);
    for (const fs::path& path : files) {
        const Result<std::string> pem = read_file(path);
        Result<CertificateInfo> info = pem ? certificate_info(*pem) : Result<CertificateInfo>(pem.error());
        if (!info) continue;
        CaEntry entry{path.filename().string(), std::move(*info), false, 0};
        for (std::size_t i = 0; i < trusted_.size() && entry.generation == 0; ++i)
            if (is_signed_by(*pem, trusted_[i])) entry.generation = i + 1;
        out.push_back(std::move(entry));
    }
    return out;
}

Result<PeerIdentity> load_peer_identity(const PeerFiles& files, Millis now, std::string& why)
{
    PeerIdentity out;
    const auto fault = [&why](const fs::path& path, const std::string& what, std::string_view command) {
        why = path.string() + ": " + what + "; type: harvestctl admin key ca ";
        why.append(command).append(" --dir ").append(path.parent_path().empty() ? "." : path.parent_path().string());
    };
    const std::string issue = "issue " + files.certificate.stem().string();
    for (const auto& [path, into] :
         {std::pair{&files.ca, &out.ca_bundle}, std::pair{&files.certificate, &out.certificate},
          std::pair{&files.key, &out.private_key}}) {
        Result<std::string> pem = read_file(*path);
        fault(*path, "cannot be read", into == &out.ca_bundle ? "init" : issue);
        if (!pem) return Errc::not_found;
        *into = std::move(*pem);
    }
    const std::vector<std::string> trusted = split_certificates(out.ca_bundle);
    fault(files.ca, "holds no certificate in PEM", "list");
    if (trusted.empty()) return Errc::invalid_argument;
    Result<CertificateInfo> info = certificate_info(out.certificate);
    fault(files.certificate, "is not a certificate in PEM", issue);
    if (!info) return Errc::invalid_argument;
    fault(files.key, "is not the private key of " + files.certificate.string(), issue);
    const Result<bool> fits = certificate_fits(out.certificate, out.private_key);
    if (!fits || !*fits) return Errc::invalid_argument;
    fault(files.certificate, "expired at " + to_rfc3339(info->not_after), issue);
    if (info->not_after <= now) return Errc::failed_precondition;
    fault(files.certificate, "is valid from " + to_rfc3339(info->not_before) + " only; is the clock right?", issue);
    if (info->not_before > now) return Errc::failed_precondition;
    const auto issuer =
        std::ranges::find_if(trusted, [&out](const std::string& ca) { return is_signed_by(out.certificate, ca); });
    fault(files.certificate, "is signed by no CA in " + files.ca.string(), issue);
    if (issuer == trusted.end()) return Errc::invalid_argument;
    const Result<CertificateInfo> ca = certificate_info(*issuer);
    fault(files.ca, "expired at " + to_rfc3339(ca->not_after), "rotate");
    if (ca->not_after <= now) return Errc::failed_precondition;
    out.names = std::move(info->names);
    out.not_after = std::min(info->not_after, ca->not_after);
    why.clear();
    return out;
}

} // namespace harvest::crypto
