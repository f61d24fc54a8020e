#include "cli/version.hpp"

#include "cli/build_facts.hpp"
#include "cli/handlers.hpp"

#include <boost/version.hpp>
#include <fmt/format.h>

namespace harvest::cli {

std::string_view version_text()
{
    return build_facts().version;
}

Answer version(Invocation&)
{
    Document document;
    document.kind = "Version";
    document.object["version"] = version_text();
    document.object["compiler"] = build_facts().compiler;
    document.object["build_type"] = build_facts().build_type;
    document.object["boost"] = BOOST_LIB_VERSION;
    document.text = fmt::format("harvestctl {}\n", version_text());
    document.name_key = "version";
    return document;
}

} // namespace harvest::cli
