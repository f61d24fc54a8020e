// A disk made to order, preloaded into the real binary. What the process does below SHIM_DIR is
// written to SHIM_RECORD, so that disk.py can tell what a power cut at any moment leaves; and the four numbers in
// the file SHIM_ORDERS, which the test changes while the process runs, make calls fail or lie.
// Not seen: mapped memory (SQLite's -shm, which it makes anew), duplicated descriptors, C streams' own buffers.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <string>

namespace {

enum class Kind : std::uint32_t { made, opened, wrote, cut_to, synced, renamed, removed, made_folder };

// Little-endian; a path and then data follow. `upto` of a sync is where the record stood when it began: what was
// written after that may not be on the disk.
struct Head {
    std::uint32_t kind, path_length;
    std::uint64_t at_ns, file, offset, length;
};

struct Orders {
    std::atomic<std::int32_t> sync_error, write_error; // errno of the next calls; 0: none
    std::atomic<std::int32_t> syncs_lie;               // 1: say yes and do nothing
    std::atomic<std::int32_t> writes_tear;             // 1: a write ends after 512 bytes
};

struct Shim {
    std::string folder;
    int record = -1;
    Orders* orders = nullptr;
    std::mutex mutex; // the order of calls is the order of the record
    std::uint64_t length = 0;
    std::array<std::atomic<std::uint64_t>, 65'536> files{}; // by descriptor; 0: not below the folder

    Shim()
    {
        const char* const watched = std::getenv("SHIM_DIR");
        folder = watched ? watched : "";
        if (const char* const path = std::getenv("SHIM_RECORD"))
            record = static_cast<int>(
                ::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        if (record >= 0) length = static_cast<std::uint64_t>(::lseek(record, 0, SEEK_END));
        if (const char* const path = std::getenv("SHIM_ORDERS")) {
            const auto file = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0));
            void* const seen = ::mmap(nullptr, sizeof(Orders), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (seen != MAP_FAILED) orders = static_cast<Orders*>(seen);
        }
    }
};

Shim& shim()
{
    static Shim* const one = new Shim; // calls come until the very end of the process
    return *one;
}

template <class Function>
Function* next(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}
#define NEXT(name)                                                                                                     \
    ([] {                                                                                                              \
        static auto* const found = next<decltype(::name)>(#name);                                                      \
        return found;                                                                                                  \
    }())

// With the lock held.
void note(Kind kind, std::uint64_t file, std::string_view path, std::uint64_t offset = 0, const void* data = nullptr,
          std::size_t size = 0)
{
    if (shim().record < 0) return;
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    Head head{static_cast<std::uint32_t>(kind),
              static_cast<std::uint32_t>(path.size()),
              static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec),
              file,
              offset,
              size};
    const std::array<iovec, 3> parts{
        {{&head, sizeof head}, {const_cast<char*>(path.data()), path.size()}, {const_cast<void*>(data), size}}};
    const auto written = ::syscall(SYS_writev, shim().record, parts.data(), parts.size());
    if (written != static_cast<ssize_t>(sizeof head + path.size() + size)) std::abort(); // a record with holes lies
    shim().length += static_cast<std::uint64_t>(written);
}

// Below the folder; empty: elsewhere.
std::string below(const std::string& path)
{
    const std::string& folder = shim().folder;
    if (folder.empty() || !path.starts_with(folder)) return {};
    if (path.size() == folder.size()) return ".";
    return path[folder.size()] == '/' ? path.substr(folder.size() + 1) : std::string();
}

std::string path_of(int descriptor)
{
    char path[PATH_MAX];
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t length = ::readlink(link.c_str(), path, sizeof path);
    return length > 0 ? below(std::string(path, static_cast<std::size_t>(length))) : std::string();
}

std::string path_of(int folder, const char* path)
{
    if (*path == '/') return below(path);
    if (folder == AT_FDCWD) {
        char current[PATH_MAX];
        return ::getcwd(current, sizeof current) ? below(std::string(current) + '/' + path) : std::string();
    }
    const std::string parent = path_of(folder);
    return parent.empty() ? parent : parent == "." ? path : parent + '/' + path;
}

bool is_there(int folder, const char* path)
{
    return ::faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

// With the lock held, after the real call.
int opened(int descriptor, bool existed, int flags)
{
    if (descriptor < 0 || static_cast<std::size_t>(descriptor) >= shim().files.size()) return descriptor;
    const int kept = errno;
    const std::string path = path_of(descriptor);
    struct stat status{};
    if (!path.empty() && ::fstat(descriptor, &status) == 0) {
        shim().files[static_cast<std::size_t>(descriptor)] = status.st_ino;
        note(existed ? Kind::opened : Kind::made, status.st_ino, path);
        if (existed && (flags & O_TRUNC) != 0) note(Kind::cut_to, status.st_ino, {}, 0);
    }
    errno = kept;
    return descriptor;
}

std::uint64_t file_of(int descriptor)
{
    return descriptor >= 0 && static_cast<std::size_t>(descriptor) < shim().files.size()
               ? shim().files[static_cast<std::size_t>(descriptor)].load()
               : 0;
}

bool refuses(std::atomic<std::int32_t> Orders::* which)
{
    const int error = shim().orders ? (shim().orders->*which).load() : 0;
    if (error) errno = error;
    return error != 0;
}

// `call` writes so many of the bytes; `offset` below 0: where the descriptor stands.
template <class Call>
ssize_t write_seen(int descriptor, const void* data, std::size_t size, off_t offset, Call call)
{
    const std::uint64_t file = file_of(descriptor);
    if (!file) return call(size);
    const std::lock_guard lock(shim().mutex);
    if (refuses(&Orders::write_error)) return -1;
    const bool tears = shim().orders && shim().orders->writes_tear != 0;
    const ssize_t written = call(tears ? std::min<std::size_t>(size, 512) : size);
    if (written <= 0) return written;
    const int kept = errno;
    const off_t from = offset >= 0 ? offset : ::lseek(descriptor, 0, SEEK_CUR) - written;
    if (from < 0) shim().files[static_cast<std::size_t>(descriptor)] = 0; // closed unseen, a socket meanwhile
    if (from >= 0)
        note(Kind::wrote, file, {}, static_cast<std::uint64_t>(from), data, static_cast<std::size_t>(written));
    errno = kept;
    return written;
}

template <class Call>
int sync_seen(int descriptor, Call call)
{
    const std::uint64_t file = file_of(descriptor);
    if (!file) return call();
    if (refuses(&Orders::sync_error)) return -1;
    if (shim().orders && shim().orders->syncs_lie != 0) return 0;
    std::uint64_t upto = 0;
    {
        const std::lock_guard lock(shim().mutex);
        upto = shim().length;
    }
    const int done = call();
    const std::lock_guard lock(shim().mutex);
    if (done == 0) note(Kind::synced, file, path_of(descriptor), upto);
    return done;
}

template <class Call>
int cut_seen(int descriptor, off_t size, Call call)
{
    const std::uint64_t file = file_of(descriptor);
    if (!file) return call();
    const std::lock_guard lock(shim().mutex);
    if (refuses(&Orders::write_error)) return -1;
    const int done = call();
    if (done == 0) note(Kind::cut_to, file, {}, static_cast<std::uint64_t>(size));
    return done;
}

template <class Call>
int entry_seen(Kind kind, const std::string& path, const std::string& other, Call call)
{
    if (path.empty()) return call();
    const std::lock_guard lock(shim().mutex);
    const int done = call();
    if (done == 0) note(kind, 0, path, 0, other.data(), other.size());
    return done;
}

template <class Call>
int open_seen(int folder, const char* path, int flags, Call call)
{
    if (shim().folder.empty()) return call();
    const std::lock_guard lock(shim().mutex);
    const bool existed = (flags & O_CREAT) == 0 || is_there(folder, path);
    return opened(call(), existed, flags);
}

std::FILE* stream_seen(const char* path, const char* mode, decltype(::fopen)* call)
{
    if (shim().folder.empty()) return call(path, mode);
    const std::lock_guard lock(shim().mutex);
    const bool existed = is_there(AT_FDCWD, path);
    std::FILE* const stream = call(path, mode);
    if (stream) opened(::fileno(stream), existed, *mode == 'w' ? O_TRUNC : 0);
    return stream;
}

} // namespace

#define MODE_OF(flags)                                                                                                 \
    mode_t mode = 0;                                                                                                   \
    if (((flags) & (O_CREAT | O_TMPFILE)) != 0) {                                                                      \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }

extern "C" {

int open(const char* path, int flags, ...)
{
    MODE_OF(flags)
    return open_seen(AT_FDCWD, path, flags, [&] { return NEXT(open)(path, flags, mode); });
}

int open64(const char* path, int flags, ...)
{
    MODE_OF(flags)
    return open_seen(AT_FDCWD, path, flags, [&] { return NEXT(open64)(path, flags, mode); });
}

int openat(int folder, const char* path, int flags, ...)
{
    MODE_OF(flags)
    return open_seen(folder, path, flags, [&] { return NEXT(openat)(folder, path, flags, mode); });
}

int openat64(int folder, const char* path, int flags, ...)
{
    MODE_OF(flags)
    return open_seen(folder, path, flags, [&] { return NEXT(openat64)(folder, path, flags, mode); });
}

std::FILE* fopen(const char* path, const char* mode)
{
    return stream_seen(path, mode, NEXT(fopen));
}

std::FILE* fopen64(const char* path, const char* mode)
{
    return stream_seen(path, mode, NEXT(fopen64));
}

int close(int descriptor)
{
    if (file_of(descriptor)) shim().files[static_cast<std::size_t>(descriptor)] = 0;
    return NEXT(close)(descriptor);
}

int fclose(std::FILE* stream)
{
    const int descriptor = ::fileno(stream);
    if (file_of(descriptor)) shim().files[static_cast<std::size_t>(descriptor)] = 0;
    return NEXT(fclose)(stream);
}

ssize_t write(int descriptor, const void* data, size_t size)
{
    return write_seen(descriptor, data, size, -1, [&](size_t most) { return NEXT(write)(descriptor, data, most); });
}

ssize_t writev(int descriptor, const iovec* parts, int count)
{
    if (!file_of(descriptor)) return NEXT(writev)(descriptor, parts, count);
    std::string all;
    for (int i = 0; i < count; ++i) all.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
    return write(descriptor, all.data(), all.size());
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset)
{
    return write_seen(descriptor, data, size, offset,
                      [&](size_t most) { return NEXT(pwrite)(descriptor, data, most, offset); });
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset)
{
    return write_seen(descriptor, data, size, offset,
                      [&](size_t most) { return NEXT(pwrite64)(descriptor, data, most, offset); });
}

int ftruncate(int descriptor, off_t size) noexcept
{
    return cut_seen(descriptor, size, [&] { return NEXT(ftruncate)(descriptor, size); });
}

int ftruncate64(int descriptor, off64_t size) noexcept
{
    return cut_seen(descriptor, size, [&] { return NEXT(ftruncate64)(descriptor, size); });
}

int fsync(int descriptor)
{
    return sync_seen(descriptor, [&] { return NEXT(fsync)(descriptor); });
}

int fdatasync(int descriptor)
{
    return sync_seen(descriptor, [&] { return NEXT(fdatasync)(descriptor); });
}

int rename(const char* from, const char* to) noexcept
{
    return entry_seen(Kind::renamed, path_of(AT_FDCWD, from), path_of(AT_FDCWD, to),
                      [&] { return NEXT(rename)(from, to); });
}

int unlink(const char* path) noexcept
{
    return entry_seen(Kind::removed, path_of(AT_FDCWD, path), {}, [&] { return NEXT(unlink)(path); });
}

int unlinkat(int folder, const char* path, int flags) noexcept
{
    return entry_seen(Kind::removed, path_of(folder, path), {}, [&] { return NEXT(unlinkat)(folder, path, flags); });
}

int remove(const char* path) noexcept
{
    return entry_seen(Kind::removed, path_of(AT_FDCWD, path), {}, [&] { return NEXT(remove)(path); });
}

int mkdir(const char* path, mode_t mode) noexcept
{
    return entry_seen(Kind::made_folder, path_of(AT_FDCWD, path), {}, [&] { return NEXT(mkdir)(path, mode); });
}

} // extern "C"
