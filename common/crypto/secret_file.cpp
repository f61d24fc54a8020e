#include "common/crypto/secret_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <thread>

namespace harvest::crypto {
namespace {

constexpr std::size_t max_size = 64 * 1024;

class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    ~File()
    {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int get() const { return descriptor_; }
    explicit operator bool() const { return descriptor_ >= 0; }

private:
    int descriptor_;
};

bool write_all(int descriptor, std::string_view contents)
{
    while (!contents.empty()) {
        const ssize_t written = ::write(descriptor, contents.data(), contents.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        contents.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace

Result<std::string> read_file(const std::filesystem::path& path)
{
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return errno == ENOENT ? Errc::not_found : Errc::unavailable;
    std::string contents;
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got = ::read(file.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 || contents.size() > max_size) return Errc::unavailable;
        if (got == 0) return contents;
        contents.append(block.data(), static_cast<std::size_t>(got));
    }
}

Result<void> write_secret_file(const std::filesystem::path& path, std::string_view contents)
{
    const std::filesystem::path beside = path.string() + ".new";
    ::unlink(beside.c_str());
    {
        const File file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file || !write_all(file.get(), contents) || ::fsync(file.get()) != 0) return Errc::unavailable;
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return Errc::unavailable;
    const File folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) != 0) return Errc::unavailable;
    return {};
}

FileLock::FileLock(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600))
{
    for (int tries = 1'000; tries > 0 && descriptor_ >= 0; --tries) {
        if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
        if (errno != EWOULDBLOCK && errno != EINTR) break;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    if (descriptor_ >= 0) ::close(descriptor_);
    throw boost::system::system_error(make_error_code(Errc::unavailable), path.string() + " cannot be locked");
}

FileLock::~FileLock()
{
    ::close(descriptor_);
}

} // namespace harvest::crypto
