// Contexts: names for systems to administer, in ~/.config/harvest/contexts.yaml (mode 0600).
#pragma once

#include "cli/command.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace harvest::cli {

struct Context {
    std::string name;
    std::string data_dir; // of a system on this machine: its admin.sock
    std::string endpoint; // else "http://127.0.0.1:7600", with the token in token_file
    std::string token_file;
    bool read_only{}, is_protected{};
};

struct Contexts {
    std::string current; // the default
    std::vector<Context> all;
    const Context* find(const std::string& name) const;
};

// The context of this folder, by whatever path it is reached, for which `kept` is true; null if there is none.
const Context* context_of(const Contexts& contexts, const std::string& data_dir, bool Context::* kept);
// The name of the read-only context that a change would be made in: the line's, or one of this folder; "" if there is
// none.
std::string read_only_context(const Invocation& invocation, const Contexts& contexts, const std::string& data_dir);
Failure read_only_failure(const std::string& context);

std::string contexts_path();
// Empty where there is no file. What cannot be understood is a failure that names its place: whoever acted without it
// could open what is read_only or protected there.
std::variant<Contexts, Failure> read_contexts();
bool write_contexts(const Contexts& contexts);
// What `serve all` does: `local` or `demo` points to this data directory; it becomes the default where there is none,
// and keeps what the operator has set: read_only, protected.
// Whether it could be written (a malformed file stays as it is): without it, --data-dir still finds the system.
bool write_context(const std::string& name, const std::string& data_dir);

} // namespace harvest::cli
