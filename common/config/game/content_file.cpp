#include "common/config/game/content_file.hpp"

#include "common/config/yaml_document.hpp"

#include <fstream>

namespace harvest::config::content {

std::optional<YAML::Node> parse_file(const ContentText& file, FaultList& faults)
{
    try {
        YAML::Node node = read_yaml(file.text);
        if (node.IsMap()) return node;
        faults.add(file.name, YAML::Mark(), "", "must be a mapping of keys to values");
    }
    catch (const YAML::Exception& e) {
        faults.add(file.name, e.mark, "", e.msg);
    }
    return std::nullopt;
}

std::string read_file(const std::string& path, const std::string& name, FaultList& faults)
{
    constexpr std::size_t limit = max_yaml_bytes;
    std::ifstream in(path, std::ios::binary);
    std::string text;
    if (in) {
        text.resize(limit + 1);
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
    }
    if (!in.is_open() || in.bad()) faults.add(name, YAML::Mark(), "", "cannot be read: " + path);
    if (text.size() > limit) faults.add(name, YAML::Mark(), "", "is larger than 1 MiB");
    return text;
}

} // namespace harvest::config::content
