// A disk that forgets: an SQLite VFS over the usual one that keeps every write in memory until the file is synced, so
// that a process killed at any moment leaves what a power cut would; and that fails a chosen sync or write.
#pragma once

namespace harvest::test {

enum class DiskFault { none, sync_fails, write_fails, full };

// For the whole process, from now on; call it once, before a database is opened.
void use_faulty_disk();
// The next matching operation after `after` others fails, and all later ones.
void fail_disk(DiskFault fault, int after);

} // namespace harvest::test
