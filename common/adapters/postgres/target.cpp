#include "common/adapters/postgres/target.hpp"

#include "common/adapters/sql/database.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <map>
#include <memory>

namespace harvest::postgres {
namespace {

constexpr auto margin = 1s; // for the server's own limit to be heard of first

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::map<std::string, std::string> parse(const std::string& dsn)
{
    char* reason = nullptr; // repeats a part of the DSN, with its password
    const std::unique_ptr<PQconninfoOption, FreeOptions> options(PQconninfoParse(dsn.c_str(), &reason));
    PQfreemem(reason);
    if (dsn.empty() || !options)
        throw sql::OpenError(
            Errc::invalid_argument,
            "the DSN of the store is not one of PostgreSQL: write postgresql://USER:PASSWORD@HOST:5432/"
            "DATABASE?sslmode=verify-full, with % escapes in the password");
    std::map<std::string, std::string> parameters;
    for (const PQconninfoOption* option = options.get(); option->keyword; ++option)
        if (option->val) parameters[option->keyword] = option->val;
    return parameters;
}

std::string name_of(const std::map<std::string, std::string>& parameters)
{
    const auto get = [&parameters](const char* key, const char* otherwise) {
        const auto found = parameters.find(key);
        return found == parameters.end() ? std::string(otherwise) : found->second;
    };
    return fmt::format("{}:{}/{}", get("host", "localhost"), get("port", "5432"),
                       get("dbname", get("user", "").c_str()));
}

} // namespace

Target make_target(const std::string& dsn, const std::string& schema, const SessionLimits& limits,
                   Millis connect_timeout)
{
    if (!schema.empty() && !valid_schema_name(schema))
        throw sql::OpenError(Errc::invalid_argument,
                             fmt::format("'{}' is no name for a schema: use a-z, 0-9 and _", schema));
    std::map<std::string, std::string> parameters = parse(dsn);
    Target target;
    target.schema = schema;
    target.name = name_of(parameters);
    target.answer_within = limits.statement + margin;
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(connect_timeout).count();
    parameters.emplace("connect_timeout", std::to_string(seconds));
    parameters.emplace("application_name", "harvest");
    parameters.emplace("target_session_attrs", "read-write"); // never a standby: its order of commits may differ
    parameters.emplace("tcp_user_timeout", std::to_string(target.answer_within.count()));
    parameters.emplace("keepalives_idle", "10");
    parameters.emplace("keepalives_interval", "2");
    parameters.emplace("keepalives_count", "3");
    std::string& options = parameters["options"];
    options = session_options(limits, schema) + " " + options; // the last one counts
    parameters["client_encoding"] = "UTF8";
    target.parameters.assign(parameters.begin(), parameters.end());
    return target;
}

} // namespace harvest::postgres
