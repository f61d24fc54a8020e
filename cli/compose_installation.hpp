// The part of the composition root that opens the data directory: keys, certificate, operator's token, audit log.
#pragma once

#include "cli/compose.hpp"
#include "common/crypto/key_directory.hpp"
#include "common/crypto/secret_file.hpp"
#include "common/telemetry/audit.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace harvest::cli {

struct Installation {
    // Makes what is not there yet. Throws boost::system::system_error with a line for people.
    Installation(const Settings& settings, const ComposeOptions& options, const Clock& clock, Entropy& entropy);

    std::filesystem::path shared, directory; // of the installation, and of this process in it
    std::optional<crypto::FileLock> making;  // of two that start at once, the second finds what the first has made
    crypto::KeyDirectory keys;
    crypto::TlsIdentity identity;
    std::string admin_token;
    telemetry::Audit audit;
};

// Whether this process runs auth, which alone holds the keys that sign tokens.
bool has_auth(const ComposeOptions& options);

} // namespace harvest::cli
