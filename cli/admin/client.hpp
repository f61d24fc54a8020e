// Talks to the admin API of the system that --context or --data-dir names: admin.sock on this machine, else HTTP with
// the operator's token.
#pragma once

#include "cli/command.hpp"
#include "common/base/time.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace harvest::cli {

class AdminClient {
public:
    ~AdminClient();
    AdminClient(AdminClient&&) noexcept;
    AdminClient& operator=(AdminClient&&) noexcept;
    using Body = std::variant<json::object, Failure>;

    Body get(const std::string& path_and_query);
    // The plan of a change, at the level that it has in this context.
    Body plan(const std::string& path, json::object request);
    // Refused for a context that is read-only, and for a protected one to which consent() has not been given.
    Body post(const std::string& path, const std::string& body);
    bool is_protected() const { return !protector().empty(); }
    const std::string& protector() const; // the name of the protected context; "" if it is none
    void agree();                         // consent() was given
    Millis now() const;
    const std::string& context() const;     // its name, or the data directory
    const std::string& data_dir() const;    // "" for a system elsewhere
    std::chrono::milliseconds left() const; // of --timeout

private:
    friend std::variant<AdminClient, Failure> open_admin(const Invocation& invocation);
    struct State;
    explicit AdminClient(std::unique_ptr<State> state);
    Body send(const std::string& method, const std::string& target, const std::string& body);
    std::unique_ptr<State> state_;
};

std::variant<AdminClient, Failure> open_admin(const Invocation& invocation);

// Text for a query: "name=value" with what needs it escaped.
std::string query_pair(std::string_view name, std::string_view value);

// A member that is a string; "" if there is none.
std::string text_at(const json::object& object, std::string_view key);
// An argument as one part of a path.
std::string path_part(const std::string& text);

// GET, and what came back as a document with these columns.
Answer show(Invocation& invocation, const std::string& path_and_query, std::vector<Column> columns);
Document document_of(json::object body, std::vector<Column> columns);

} // namespace harvest::cli
