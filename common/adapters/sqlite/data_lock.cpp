#include "common/adapters/sqlite/data_lock.hpp"

#include "common/adapters/sql/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace harvest::sqlite {

DataLock::DataLock(const std::string& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600))
{
    if (file_ < 0) {
        const Errc code = errno == EACCES || errno == EROFS ? Errc::permission_denied : Errc::unavailable;
        throw sql::OpenError(code, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
    }
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        char holder[32] = {};
        const ssize_t length = ::pread(file_, holder, sizeof holder - 1, 0);
        std::string pid(holder, length > 0 ? static_cast<std::size_t>(length) : 0);
        while (!pid.empty() && pid.back() == '\n') pid.pop_back();
        ::close(file_);
        throw sql::OpenError(Errc::unavailable, fmt::format("the data directory is in use by process {} (it holds {})",
                                                            pid.empty() ? "?" : pid, path));
    }
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, pid.data(), pid.size(), 0) < 0) {
        // The number is for people only: the lock itself holds without it, on a full disk too.
    }
}

DataLock::~DataLock()
{
    ::close(file_);
}

void sync_directory(const std::string& directory)
{
    const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool synced = file >= 0 && ::fsync(file) == 0;
    const int reason = errno;
    if (file >= 0) ::close(file);
    if (!synced)
        throw sql::OpenError(Errc::unavailable, fmt::format("cannot sync {}: {}", directory, std::strerror(reason)));
}

} // namespace harvest::sqlite
