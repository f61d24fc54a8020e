// Holds a data directory: at most one process writes to the files in it. Released by the kernel when a process dies.
#pragma once

#include <string>

namespace harvest::sqlite {

class DataLock {
public:
    // Throws sql::OpenError, naming the process that holds the directory.
    explicit DataLock(const std::string& path);
    ~DataLock();
    DataLock(const DataLock&) = delete;
    DataLock& operator=(const DataLock&) = delete;

private:
    int file_;
};

// Makes a new entry of the directory outlive a power cut. Throws sql::OpenError.
void sync_directory(const std::string& directory);

} // namespace harvest::sqlite
