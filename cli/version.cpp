#include "cli/version.hpp"

#include "cli/handlers.hpp"

#include <boost/version.hpp>
#include <fmt/format.h>

namespace harvest::cli {

std::string_view version_text()
{
    return HARVEST_VERSION;
}

Answer version(Invocation&)
{
    Document document;
    document.kind = "Version";
    document.object["version"] = version_text();
    document.object["compiler"] = fmt::format("{} {}", HARVEST_COMPILER, __VERSION__);
    document.object["build_type"] = HARVEST_BUILD_TYPE;
    document.object["boost"] = BOOST_LIB_VERSION;
    document.text = fmt::format("harvestctl {}\n", version_text());
    document.name_key = "version";
    return document;
}

} // namespace harvest::cli
