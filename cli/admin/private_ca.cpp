// admin key ca: the private CA by which daemons know each other under mutual TLS. Works on files, without a daemon.
#include "common/crypto/private_ca.hpp"

#include "cli/command_audit.hpp"
#include "cli/compose.hpp"
#include "cli/handlers.hpp"
#include "common/base/suggest.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

Millis wall_clock()
{
    return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

fs::path directory_of(const Invocation& invocation)
{
    if (const auto given = invocation.value("dir")) return *given;
    Settings settings;
    settings.data_dir = invocation.value_or("data-dir", "");
    return fs::path(data_directory(settings)) / "keys" / "rpc";
}

// Of a CA that is elsewhere, the log is beside it.
std::string audit_directory_of(const Invocation& invocation)
{
    if (const auto given = invocation.value("dir"); given && !invocation.has("data-dir")) return *given;
    Settings settings;
    settings.data_dir = invocation.value_or("data-dir", "");
    return data_directory(settings);
}

std::variant<Millis, Failure> life_of(const Invocation& invocation, std::string standard)
{
    const std::string text = invocation.value_or("life", std::move(standard));
    const Result<Millis> life = config::parse_duration(text);
    constexpr Millis longest = std::chrono::hours{24 * 365 * 30};
    if (!life || *life < std::chrono::hours{1} || *life > longest)
        return usage_failure(fmt::format("--life {} is not from 1h to 10950d", text),
                             "a certificate lives that long from now on", "type: --life 90d");
    return *life;
}

Failure failed(const Error& error, const std::string& why, std::string hint)
{
    Failure failure = failure_of(error, why, std::move(hint));
    if (error == Errc::unavailable) failure.exit = 73;
    if (error == Errc::not_found) failure.exit = 66;
    return failure;
}

std::variant<crypto::PrivateCa, Failure> open_ca(const Invocation& invocation)
{
    std::string why;
    Result<crypto::PrivateCa> ca = crypto::PrivateCa::open(directory_of(invocation), why);
    if (ca) return std::move(*ca);
    return failed(ca.error(), why, "make one: harvestctl admin key ca init --dir DIR");
}

json::object row_of(const crypto::CaEntry& entry)
{
    json::array names;
    for (const std::string& name : entry.info.names) names.emplace_back(name);
    json::object row;
    row["file"] = entry.file;
    row["is_ca"] = entry.is_ca;
    row["signed_by"] = entry.generation == 0 ? "another" : entry.generation == 1 ? "newest" : "older";
    row["names"] = std::move(names);
    row["not_before"] = to_rfc3339(entry.info.not_before);
    row["not_after"] = to_rfc3339(entry.info.not_after);
    row["state"] = entry.info.not_after <= wall_clock() ? "expired" : "valid";
    row["fingerprint"] = entry.info.fingerprint;
    return row;
}

Document ca_document(const fs::path& directory, std::string_view kind, std::string text)
{
    Document document;
    document.kind = kind;
    document.name_key = "dir";
    document.object["dir"] = directory.string();
    document.text = std::move(text);
    return document;
}

bool is_daemon(std::string_view name)
{
    return std::ranges::any_of(daemon_rows(), [name](const DaemonRow& row) { return row.name == name; });
}

// The daemons that the certificate is for, or what is wrong with the words.
std::variant<std::vector<std::string>, Failure> daemons_of(const Invocation& invocation)
{
    const std::string process = invocation.argument(0);
    std::vector<std::string> daemons = invocation.values("daemon");
    if (daemons.empty() && process == "all")
        for (const DaemonRow& row : daemon_rows()) daemons.emplace_back(row.name);
    if (daemons.empty()) daemons.push_back(process);
    for (const std::string& daemon : daemons) {
        if (is_daemon(daemon)) continue;
        std::vector<std::string_view> known{"all"};
        for (const DaemonRow& row : daemon_rows()) known.push_back(row.name);
        return usage_failure(fmt::format("'{}' is no daemon", daemon),
                             fmt::format("known are: {}", fmt::join(known, ", ")),
                             "a process of another name lists what is in it: --daemon auth --daemon chat");
    }
    return daemons;
}

Answer init_ca(const Invocation& invocation)
{
    auto life = life_of(invocation, "3650d");
    if (Failure* bad = std::get_if<Failure>(&life)) return *bad;
    const fs::path directory = directory_of(invocation);
    std::string why;
    const Result<crypto::PrivateCa> ca = crypto::PrivateCa::init(directory, wall_clock(), std::get<Millis>(life), why);
    if (!ca) return failed(ca.error(), why, "look at it: harvestctl admin key ca list --dir " + directory.string());
    return ca_document(directory, "PrivateCa",
                       fmt::format("{0}/ca.crt is the CA of this installation; keep {0}/ca.key away from the daemons\n"
                                   "next: harvestctl admin key ca issue auth --dir {0}\n",
                                   directory.string()));
}

Answer issue_certificate(const Invocation& invocation)
{
    auto life = life_of(invocation, "90d");
    if (Failure* bad = std::get_if<Failure>(&life)) return *bad;
    auto daemons = daemons_of(invocation);
    if (Failure* bad = std::get_if<Failure>(&daemons)) return *bad;
    auto opened = open_ca(invocation);
    if (Failure* bad = std::get_if<Failure>(&opened)) return *bad;
    std::vector<std::string> names;
    for (const std::string& daemon : std::get<std::vector<std::string>>(daemons))
        names.push_back(crypto::daemon_certificate_name(daemon));
    for (std::string& host : invocation.values("host")) names.push_back(std::move(host));
    const fs::path directory = directory_of(invocation);
    const std::string file = invocation.argument(0);
    std::string why;
    const Result<crypto::CertificateInfo> made =
        std::get<crypto::PrivateCa>(opened).issue(file, names, wall_clock(), std::get<Millis>(life), why);
    if (!made) return failed(made.error(), why, "type: harvestctl admin key ca issue --help");
    Document document = ca_document(directory, "PeerCertificate",
                                    fmt::format("{}/{}.crt for {}, until {}\n", directory.string(), file,
                                                fmt::join(made->names, ", "), to_rfc3339(made->not_after)));
    document.object["file"] = file + ".crt";
    json::array listed;
    for (const std::string& name : made->names) listed.emplace_back(name);
    document.object["names"] = std::move(listed);
    document.object["not_after"] = to_rfc3339(made->not_after);
    document.object["fingerprint"] = made->fingerprint;
    document.name_key = "file";
    return document;
}

Answer rotate_ca(const Invocation& invocation)
{
    auto life = life_of(invocation, "3650d");
    if (Failure* bad = std::get_if<Failure>(&life)) return *bad;
    auto opened = open_ca(invocation);
    if (Failure* bad = std::get_if<Failure>(&opened)) return *bad;
    auto& ca = std::get<crypto::PrivateCa>(opened);
    const fs::path directory = directory_of(invocation);
    const bool retire = invocation.has("retire");
    std::string why;
    const Result<void> done = retire ? ca.retire(why) : ca.rotate(wall_clock(), std::get<Millis>(life), why);
    if (!done) {
        Failure failure = failed(done.error(), why, "type: harvestctl admin key ca list --dir " + directory.string());
        if (done.error() == Errc::failed_precondition) failure.exit = 4;
        return failure;
    }
    Document document = ca_document(
        directory, "PrivateCa",
        retire ? fmt::format("only the newest CA is trusted; give {}/ca.crt to every daemon\n", directory.string())
               : fmt::format("a new CA signs, the old one stays trusted\n"
                             "next: give {0}/ca.crt to every daemon; then issue each certificate anew; then\n"
                             "      harvestctl admin key ca rotate --retire --dir {0}\n",
                             directory.string()));
    document.object["trusted"] = ca.trusted().size();
    return document;
}

Answer audited_ca(const Invocation& invocation, const std::string& action, Answer (*act)(const Invocation&))
{
    const std::function<Answer()> work = [&] { return act(invocation); };
    const std::string file = invocation.argument(0);
    return audited(invocation, audit_directory_of(invocation), action,
                   (directory_of(invocation) / (file.empty() ? "ca.crt" : file + ".crt")).string(), work);
}

} // namespace

Answer admin_key_ca_init(Invocation& invocation)
{
    return audited_ca(invocation, "key.ca.init", init_ca);
}

Answer admin_key_ca_issue(Invocation& invocation)
{
    return audited_ca(invocation, "key.ca.issue", issue_certificate);
}

Answer admin_key_ca_rotate(Invocation& invocation)
{
    return audited_ca(invocation, invocation.has("retire") ? "key.ca.retire" : "key.ca.rotate", rotate_ca);
}

Answer admin_key_ca_list(Invocation& invocation)
{
    auto opened = open_ca(invocation);
    if (Failure* bad = std::get_if<Failure>(&opened)) return *bad;
    Document document;
    document.kind = "CertificateList";
    document.list = true;
    document.name_key = "file";
    document.columns = {{"FILE", "file"},   {"SIGNED BY", "signed_by"},
                        {"STATE", "state"}, {"NOT AFTER", "not_after"},
                        {"NAMES", "names"}, {"FINGERPRINT", "fingerprint", Form::text, true}};
    for (const crypto::CaEntry& entry : std::get<crypto::PrivateCa>(opened).list())
        document.items.push_back(row_of(entry));
    return document;
}

} // namespace harvest::cli
