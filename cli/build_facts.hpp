// What the build knows of itself.
#pragma once

#include <string_view>

namespace harvest::cli {

struct BuildFacts {
    std::string_view version;
    std::string_view compiler; // name and version
    std::string_view build_type;
};

const BuildFacts& build_facts();

} // namespace harvest::cli
