#include "cli/admin/contexts.hpp"

#include "common/config/yaml_document.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

// What the file says wrongly, and where.
struct Misread {
    YAML::Mark at;
    std::string why;
};

std::string scalar_text(const YAML::Node& node, std::string_view key)
{
    if (!node.IsScalar()) throw Misread{node.Mark(), fmt::format("{}: a text is expected", key)};
    return node.Scalar();
}

// Strict: a slip must not open what a person has closed.
bool scalar_flag(const YAML::Node& node, std::string_view key)
{
    bool flag = false;
    if (!node.IsScalar() || !YAML::convert<bool>::decode(node, flag))
        throw Misread{node.Mark(), fmt::format("{}: true or false is expected", key)};
    return flag;
}

Context context_at(const std::string& name, const YAML::Node& node)
{
    Context context;
    context.name = name;
    if (!node.IsMap()) throw Misread{node.Mark(), fmt::format("{}: keys are expected", name)};
    for (const auto& each : node) {
        const std::string key = scalar_text(each.first, "key");
        if (key == "data_dir")
            context.data_dir = scalar_text(each.second, key);
        else if (key == "endpoint")
            context.endpoint = scalar_text(each.second, key);
        else if (key == "token_file")
            context.token_file = scalar_text(each.second, key);
        else if (key == "read_only")
            context.read_only = scalar_flag(each.second, key);
        else if (key == "protected")
            context.is_protected = scalar_flag(each.second, key);
        else
            throw Misread{
                each.first.Mark(),
                fmt::format("{}: no such key; there are data_dir, endpoint, token_file, read_only, protected", key)};
    }
    return context;
}

Contexts contexts_in(const YAML::Node& root)
{
    Contexts out;
    if (root.IsNull()) return out;
    if (!root.IsMap()) throw Misread{root.Mark(), "current and contexts are expected"};
    for (const auto& each : root) {
        const std::string key = scalar_text(each.first, "key");
        if (key == "current") {
            out.current = each.second.IsNull() ? "" : scalar_text(each.second, key);
        } else if (key == "contexts") {
            if (each.second.IsNull()) continue;
            if (!each.second.IsMap()) throw Misread{each.second.Mark(), "contexts: names are expected"};
            for (const auto& named : each.second)
                out.all.push_back(context_at(scalar_text(named.first, "name"), named.second));
        } else {
            throw Misread{each.first.Mark(), fmt::format("{}: no such key; there are current, contexts", key)};
        }
    }
    return out;
}

Failure malformed(const YAML::Mark& at, std::string_view why)
{
    return Failure{78,
                   "bad_configuration",
                   "the contexts cannot be read",
                   fmt::format("{}:{}:{}: {}", contexts_path(), at.line + 1, at.column + 1, why),
                   "mend the file, or move it away: the next start of serve writes a new one",
                   false,
                   {}};
}

// Whether somebody listens there.
bool answers(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return false;
    path.copy(address.sun_path, path.size());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool up = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return up;
}

} // namespace

const Context* Contexts::find(const std::string& name) const
{
    const auto found = std::ranges::find(all, name, &Context::name);
    return found == all.end() ? nullptr : &*found;
}

std::string contexts_path()
{
    if (const char* given = std::getenv("HARVESTCTL_CONTEXTS"); given && *given) return given;
    if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config)
        return std::string(config) + "/harvest/contexts.yaml";
    const char* home = std::getenv("HOME");
    return std::string(home && *home ? home : "/tmp") + "/.config/harvest/contexts.yaml";
}

std::variant<Contexts, Failure> read_contexts()
{
    std::ifstream file(contexts_path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    try {
        return contexts_in(config::read_yaml(text));
    }
    catch (const YAML::Exception& error) {
        return malformed(error.mark, error.msg);
    }
    catch (const Misread& misread) {
        return malformed(misread.at, misread.why);
    }
}

bool write_contexts(const Contexts& contexts)
{
    const fs::path path = contexts_path();
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    YAML::Emitter out;
    out << YAML::BeginMap << YAML::Key << "current" << YAML::Value << YAML::DoubleQuoted << contexts.current;
    out << YAML::Key << "contexts" << YAML::Value << YAML::BeginMap;
    for (const Context& context : contexts.all) {
        out << YAML::Key << context.name << YAML::Value << YAML::BeginMap;
        const auto text = [&out](const char* key, const std::string& value) {
            if (!value.empty()) out << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << value;
        };
        text("data_dir", context.data_dir);
        text("endpoint", context.endpoint);
        text("token_file", context.token_file);
        if (context.read_only) out << YAML::Key << "read_only" << YAML::Value << true;
        if (context.is_protected) out << YAML::Key << "protected" << YAML::Value << true;
        out << YAML::EndMap;
    }
    out << YAML::EndMap << YAML::EndMap;
    const std::string temporary = fmt::format("{}.{}", path.string(), ::getpid());
    {
        std::ofstream file(temporary, std::ios::trunc);
        ::chmod(temporary.c_str(), 0600);
        file << out.c_str() << '\n';
        if (!file) return false;
    }
    fs::rename(temporary, path, error);
    return !error;
}

const Context* context_of(const Contexts& contexts, const std::string& data_dir, bool Context::* kept)
{
    std::error_code error;
    const auto folder = fs::weakly_canonical(data_dir, error);
    const auto found = std::ranges::find_if(contexts.all, [&](const Context& each) {
        return each.*kept && !each.data_dir.empty() && fs::weakly_canonical(each.data_dir, error) == folder;
    });
    return found == contexts.all.end() ? nullptr : &*found;
}

std::string read_only_context(const Invocation& invocation, const Contexts& contexts, const std::string& data_dir)
{
    const Context* named = contexts.find(invocation.value_or("context", ""));
    if (named && named->read_only) return named->name;
    const Context* here = data_dir.empty() ? nullptr : context_of(contexts, data_dir, &Context::read_only);
    return here ? here->name : "";
}

Failure read_only_failure(const std::string& context)
{
    return Failure{4,
                   "declined",
                   fmt::format("the context '{}' is read-only", context),
                   fmt::format("it says read_only: true in {}", contexts_path()),
                   "choose another: --context NAME",
                   false,
                   {}};
}

bool write_context(const std::string& name, const std::string& data_dir)
{
    std::variant<Contexts, Failure> read = read_contexts();
    if (std::holds_alternative<Failure>(read)) return false;
    Contexts& contexts = std::get<Contexts>(read);
    std::error_code error;
    const std::string whole = fs::absolute(data_dir, error);
    const Context* current = contexts.find(contexts.current);
    const bool gone = current && !current->data_dir.empty() && !answers(current->data_dir + "/admin.sock");
    if (!current || gone) contexts.current = name;
    auto found = std::ranges::find(contexts.all, name, &Context::name);
    if (found == contexts.all.end()) found = contexts.all.insert(contexts.all.end(), Context{});
    *found = Context{name, whole, "", "", found->read_only, found->is_protected};
    return write_contexts(contexts);
}

} // namespace harvest::cli
