#include "tests/unit/sql/faulty_disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace harvest::test {
namespace {

// What one file would be if the power stayed on: the unsynced writes over the real file, shared by its handles.
struct Unsynced {
    std::mutex mutex;
    std::map<sqlite3_int64, std::vector<unsigned char>> writes; // by offset, none overlaps another
    sqlite3_int64 size = -1;                                    // -1: that of the real file
};

struct File {
    sqlite3_file base;
    sqlite3_file* real;
    Unsynced* unsynced; // null for files that may be forgotten
};

std::mutex files_mutex;
std::map<std::string, Unsynced> files;
std::atomic<DiskFault> planned{DiskFault::none};
std::atomic<int> countdown{0};

bool strikes(DiskFault fault)
{
    return planned == fault && countdown-- <= 0;
}

File& self(sqlite3_file* file)
{
    return *reinterpret_cast<File*>(file);
}

sqlite3_int64 size_of(File& file)
{
    if (file.unsynced && file.unsynced->size >= 0) return file.unsynced->size;
    sqlite3_int64 size = 0;
    file.real->pMethods->xFileSize(file.real, &size);
    return size;
}

// Cuts [from, to) out of the kept writes.
void forget(Unsynced& unsynced, sqlite3_int64 from, sqlite3_int64 to)
{
    auto it = unsynced.writes.upper_bound(from);
    if (it != unsynced.writes.begin()) --it;
    while (it != unsynced.writes.end() && it->first < to) {
        const sqlite3_int64 start = it->first;
        const auto end = start + static_cast<sqlite3_int64>(it->second.size());
        if (end <= from) {
            ++it;
            continue;
        }
        std::vector<unsigned char> bytes = std::move(it->second);
        it = unsynced.writes.erase(it);
        if (start < from) unsynced.writes[start].assign(bytes.begin(), bytes.begin() + (from - start));
        if (end > to) it = unsynced.writes.emplace(to, std::vector(bytes.begin() + (to - start), bytes.end())).first;
    }
}

int close_file(sqlite3_file* file)
{
    return self(file).real->pMethods->xClose(self(file).real);
}

int read_file(sqlite3_file* handle, void* into, int amount, sqlite3_int64 offset)
{
    File& file = self(handle);
    if (!file.unsynced) return file.real->pMethods->xRead(file.real, into, amount, offset);
    const std::lock_guard lock(file.unsynced->mutex);
    auto* bytes = static_cast<unsigned char*>(into);
    std::memset(bytes, 0, static_cast<std::size_t>(amount));
    const int code = file.real->pMethods->xRead(file.real, into, amount, offset);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return code;
    for (const auto& [at, data] : file.unsynced->writes) {
        const auto from = std::max(at, offset);
        const auto to = std::min(at + static_cast<sqlite3_int64>(data.size()), offset + amount);
        if (from < to)
            std::memcpy(bytes + (from - offset), data.data() + (from - at), static_cast<std::size_t>(to - from));
    }
    return offset + amount <= size_of(file) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* handle, const void* from, int amount, sqlite3_int64 offset)
{
    File& file = self(handle);
    if (strikes(DiskFault::write_fails)) return SQLITE_IOERR_WRITE;
    if (strikes(DiskFault::full)) return SQLITE_FULL;
    if (!file.unsynced) return file.real->pMethods->xWrite(file.real, from, amount, offset);
    const std::lock_guard lock(file.unsynced->mutex);
    const auto* bytes = static_cast<const unsigned char*>(from);
    const sqlite3_int64 size = std::max(size_of(file), offset + amount);
    forget(*file.unsynced, offset, offset + amount);
    file.unsynced->writes[offset].assign(bytes, bytes + amount);
    file.unsynced->size = size;
    return SQLITE_OK;
}

int truncate_file(sqlite3_file* handle, sqlite3_int64 size)
{
    File& file = self(handle);
    if (!file.unsynced) return file.real->pMethods->xTruncate(file.real, size);
    const std::lock_guard lock(file.unsynced->mutex);
    forget(*file.unsynced, size, std::max(size, size_of(file)));
    file.unsynced->size = size;
    return SQLITE_OK;
}

int sync_file(sqlite3_file* handle, int flags)
{
    File& file = self(handle);
    if (strikes(DiskFault::sync_fails)) return SQLITE_IOERR_FSYNC;
    if (!file.unsynced) return file.real->pMethods->xSync(file.real, flags);
    const std::lock_guard lock(file.unsynced->mutex);
    for (const auto& [at, data] : file.unsynced->writes) {
        const int code = file.real->pMethods->xWrite(file.real, data.data(), static_cast<int>(data.size()), at);
        if (code != SQLITE_OK) return code;
    }
    if (file.unsynced->size >= 0) file.real->pMethods->xTruncate(file.real, file.unsynced->size);
    file.unsynced->writes.clear();
    file.unsynced->size = -1;
    return SQLITE_OK; // the kernel keeps what it has been given: only this process dies
}

int file_size(sqlite3_file* handle, sqlite3_int64* size)
{
    File& file = self(handle);
    if (!file.unsynced) return file.real->pMethods->xFileSize(file.real, size);
    const std::lock_guard lock(file.unsynced->mutex);
    *size = size_of(file);
    return SQLITE_OK;
}

const sqlite3_io_methods methods{
    2,
    close_file,
    read_file,
    write_file,
    truncate_file,
    sync_file,
    file_size,
    [](sqlite3_file* f, int lock) { return self(f).real->pMethods->xLock(self(f).real, lock); },
    [](sqlite3_file* f, int lock) { return self(f).real->pMethods->xUnlock(self(f).real, lock); },
    [](sqlite3_file* f, int* out) { return self(f).real->pMethods->xCheckReservedLock(self(f).real, out); },
    [](sqlite3_file* f, int op, void* arg) {
        // The size hint would grow the real file past what has been synced.
        if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_OK;
        return self(f).real->pMethods->xFileControl(self(f).real, op, arg);
    },
    [](sqlite3_file* f) { return self(f).real->pMethods->xSectorSize(self(f).real); },
    [](sqlite3_file*) { return 0; },
    [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return self(f).real->pMethods->xShmMap(self(f).real, page, size, extend, out);
    },
    [](sqlite3_file* f, int offset, int n, int flags) {
        return self(f).real->pMethods->xShmLock(self(f).real, offset, n, flags);
    },
    [](sqlite3_file* f) { self(f).real->pMethods->xShmBarrier(self(f).real); },
    [](sqlite3_file* f, int remove) { return self(f).real->pMethods->xShmUnmap(self(f).real, remove); },
    nullptr,
    nullptr,
};

sqlite3_vfs* usual()
{
    static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
    return vfs;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* handle, int flags, int* out)
{
    File& file = self(handle);
    file.real = reinterpret_cast<sqlite3_file*>(&file + 1);
    const int code = usual()->xOpen(usual(), name, file.real, flags, out);
    file.base.pMethods = code == SQLITE_OK ? &methods : nullptr;
    file.unsynced = nullptr;
    if (name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0) {
        const std::lock_guard lock(files_mutex);
        file.unsynced = &files[name];
    }
    return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync)
{
    {
        const std::lock_guard lock(files_mutex);
        if (const auto found = files.find(name); found != files.end()) {
            found->second.writes.clear();
            found->second.size = -1;
        }
    }
    return usual()->xDelete(usual(), name, sync);
}

} // namespace

void use_faulty_disk()
{
    static sqlite3_vfs vfs = *usual();
    vfs.zName = "faulty";
    vfs.szOsFile = static_cast<int>(sizeof(File)) + usual()->szOsFile;
    vfs.pNext = nullptr;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    sqlite3_vfs_register(&vfs, 1);
}

void fail_disk(DiskFault fault, int after)
{
    countdown = after;
    planned = fault;
}

} // namespace harvest::test
