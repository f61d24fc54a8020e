// doors.json in the data directory: where a running system's doors are, for load tests on the same machine.
#pragma once

#include "common/base/result.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace harvest::cli {

struct DoorRecord {
    std::string daemon, transport, address; // "connsrv", "enet", "127.0.0.1"
    std::uint16_t port{};
};
BOOST_DESCRIBE_STRUCT(DoorRecord, (), (daemon, transport, address, port))

struct DoorsFile {
    std::string fingerprint; // hex SHA-256 of the servers' certificate
    std::string ca_file;
    std::string content_dir;
    std::vector<DoorRecord> doors;

    const DoorRecord* find(const std::string& daemon, const std::string& transport) const;
};
BOOST_DESCRIBE_STRUCT(DoorsFile, (), (fingerprint, ca_file, content_dir, doors))

// Errors: unavailable (cannot be written).
Result<void> write_doors(const std::string& data_dir, const DoorsFile& doors);
// Errors: not_found (no system has run there), data_loss.
Result<DoorsFile> read_doors(const std::string& data_dir);

} // namespace harvest::cli
