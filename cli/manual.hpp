// Man pages in mdoc(7), made from the table of commands and the config structs.
#pragma once

#include <string>
#include <vector>

namespace harvest::cli {

// "harvestctl.1", "harvestctl-config.1", "harvestctl-admin-match.1", …, "harvest.yaml.5".
std::vector<std::string> man_page_names();
// Empty if there is no such page.
std::string man_page(const std::string& name);

} // namespace harvest::cli
