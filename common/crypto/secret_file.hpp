// Small files that must survive a power cut and be read by nobody else.
#pragma once

#include "common/base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace harvest::crypto {

// Whole contents, up to 64 KiB. Errors: not_found, unavailable.
Result<std::string> read_file(const std::filesystem::path& path);
// Mode 0600, complete or not at all: written beside, synced, renamed. Errors: unavailable.
Result<void> write_secret_file(const std::filesystem::path& path, std::string_view contents);

// One process at a time, while it lives: the lock of a file that is made for it. Waits for up to 10 s; throws
// boost::system::system_error (unavailable).
class FileLock {
public:
    explicit FileLock(const std::filesystem::path& path);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    int descriptor_;
};

} // namespace harvest::crypto
