#include "cli/admin/contexts.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;

// What follows a key: without the comment behind it and the quotes around it.
std::string unquoted(std::string text)
{
    if (text.find('"') == std::string::npos) text.resize(std::min(text.find(" #"), text.size()));
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.pop_back();
    while (!text.empty() && text.front() == ' ') text.erase(0, 1);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    return text;
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

// Reads the form that write_contexts() writes: `current:` and one block a context, all values on one line.
Contexts read_contexts()
{
    Contexts out;
    std::ifstream file(contexts_path());
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(':');
        if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
        const std::size_t indent = line.find_first_not_of(' ');
        const std::string key = line.substr(indent, colon - indent);
        const std::string value = unquoted(line.substr(colon + 1));
        if (indent == 0 && key == "current")
            out.current = value;
        else if (indent == 2)
            out.all.emplace_back().name = key;
        else if (indent >= 4 && !out.all.empty()) {
            Context& context = out.all.back();
            if (key == "data_dir")
                context.data_dir = value;
            else if (key == "endpoint")
                context.endpoint = value;
            else if (key == "token_file")
                context.token_file = value;
            else if (key == "read_only")
                context.read_only = value != "false"; // a slip must not open what a person has closed
            else if (key == "protected")
                context.is_protected = value != "false";
        }
    }
    return out;
}

bool write_contexts(const Contexts& contexts)
{
    const fs::path path = contexts_path();
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    std::string text = fmt::format("current: \"{}\"\ncontexts:\n", contexts.current);
    for (const Context& context : contexts.all) {
        text += fmt::format("  {}:\n", context.name);
        if (!context.data_dir.empty()) text += fmt::format("    data_dir: \"{}\"\n", context.data_dir);
        if (!context.endpoint.empty()) text += fmt::format("    endpoint: \"{}\"\n", context.endpoint);
        if (!context.token_file.empty()) text += fmt::format("    token_file: \"{}\"\n", context.token_file);
        if (context.read_only) text += "    read_only: true\n";
        if (context.is_protected) text += "    protected: true\n";
    }
    const std::string temporary = fmt::format("{}.{}", path.string(), ::getpid());
    {
        std::ofstream file(temporary, std::ios::trunc);
        ::chmod(temporary.c_str(), 0600);
        file << text;
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
    Contexts contexts = read_contexts();
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
