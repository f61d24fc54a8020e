#include "cli/serve/doors_file.hpp"

#include "common/protocol/json.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

namespace harvest::cli {
namespace {

std::filesystem::path path_in(const std::string& data_dir)
{
    return std::filesystem::path(data_dir) / "doors.json";
}

} // namespace

const DoorRecord* DoorsFile::find(const std::string& daemon, const std::string& transport) const
{
    for (const DoorRecord& door : doors)
        if (door.daemon == daemon && door.transport == transport) return &door;
    return nullptr;
}

Result<void> write_doors(const std::string& data_dir, const DoorsFile& doors)
{
    const std::filesystem::path path = path_in(data_dir);
    std::filesystem::path fresh = path;
    fresh += ".new";
    std::ofstream file(fresh);
    file << protocol::encode(doors) << '\n';
    if (!file.flush()) return Errc::unavailable;
    std::error_code error;
    std::filesystem::rename(fresh, path, error); // readers see the old one or the new one
    if (error) return Errc::unavailable;
    return {};
}

Result<DoorsFile> read_doors(const std::string& data_dir)
{
    std::ifstream file(path_in(data_dir));
    if (!file) return Errc::not_found;
    std::stringstream text;
    text << file.rdbuf();
    const Result<DoorsFile> doors = protocol::decode<DoorsFile>(text.str(), nullptr, protocol::Unknown::ignore);
    if (!doors) return Errc::data_loss;
    return *doors;
}

} // namespace harvest::cli
