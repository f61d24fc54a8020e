// config check: every fault of a configuration at once, with its place.
#include "cli/handlers.hpp"
#include "cli/settings.hpp"

#include <fmt/format.h>

namespace harvest::cli {
namespace {

struct FaultItem {
    std::string file;
    std::int64_t line{}, column{};
    std::string code, key, reason, suggestion;
    bool warning{};
};
BOOST_DESCRIBE_STRUCT(FaultItem, (), (file, line, column, code, key, reason, suggestion, warning))

} // namespace

Answer config_check(Invocation& invocation)
{
    const std::string path = invocation.arguments.empty() ? config_path(invocation) : invocation.argument(0);
    const LoadedSettings loaded = load_settings(invocation, path);
    Document document;
    document.kind = "ConfigCheck";
    document.list = true;
    document.name_key = "key";
    document.columns = {{"FILE", "file"},
                        {"LINE", "line", Form::number},
                        {"COLUMN", "column", Form::number},
                        {"CODE", "code"},
                        {"KEY", "key"},
                        {"REASON", "reason"}};
    std::string text;
    bool unreadable = false, bad = false;
    for (const config::Fault& fault : loaded.loaded.faults) {
        const FaultItem item{fault.file, fault.line,   fault.column,     fault.code,
                             fault.key,  fault.reason, fault.suggestion, fault.warning};
        document.items.push_back(to_object(item));
        text += (fault.warning ? "warning: " : "") + fault.text() + '\n';
        unreadable = unreadable || fault.code == "unreadable";
        bad = bad || !fault.warning || invocation.has("strict");
    }
    document.object["path"] = path;
    document.object["valid"] = !bad;
    if (!bad) text += path.empty() ? "ok: the defaults\n" : fmt::format("ok: {}\n", path);
    document.text = text;
    return {std::move(document), unreadable ? 66 : bad ? 78 : 0};
}

} // namespace harvest::cli
