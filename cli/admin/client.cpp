#include "cli/admin/client.hpp"

#include "cli/admin/contexts.hpp"
#include "cli/admin/protection.hpp"
#include "cli/compose.hpp"
#include "cli/terminal.hpp"
#include "common/config/values.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace harvest::cli {
namespace {

Failure not_running(const std::string& what, const Error& error)
{
    Failure failure =
        failure_of(error, fmt::format("no system answers at {}", what), "start one: harvestctl serve all");
    if (classify(error) == Errc::timed_out) {
        failure.hint = "look again: harvestctl admin health";
        return failure;
    }
    failure.exit = 69;
    failure.code = "unavailable";
    return failure;
}

Failure refused(const HttpResponse& response)
{
    Failure failure{76, "protocol", "the admin API gave an answer that cannot be read", "", "", false, {}};
    boost::system::error_code error;
    const json::value value = json::parse(response.body, error);
    const json::value* body = error || !value.is_object() ? nullptr : value.get_object().if_contains("error");
    if (!body || !body->is_object()) return failure;
    const std::string code(body->at("code").as_string());
    failure.message = std::string(body->at("message").as_string());
    failure.code = code;
    const Error meant = from_wire_code(code);
    const ErrcRow& row = errc_row(classify(meant));
    failure.exit = row.exit_code;
    failure.retryable = row.retryable;
    if (meant != Errc::internal && meant.message() != failure.message) failure.why = meant.message();
    return failure;
}

Millis total_timeout(const Invocation& invocation)
{
    const Result<Millis> given = config::parse_duration(invocation.value_or("timeout", "30s"));
    return given ? *given : Millis{30'000};
}

constexpr std::array<std::string_view, 4> levels{"read", "mild", "moderate", "severe"};

std::string_view raised_level(std::string_view level)
{
    const auto at = std::ranges::find(levels, level);
    if (at == levels.end()) return level;
    return levels[static_cast<std::size_t>(raised(static_cast<Danger>(at - levels.begin())))];
}

constexpr std::string_view plan_anew = "see the new one: --dry-run";

Failure told_of_plan(Failure failure, bool by_plan)
{
    if (failure.code != "conflict") return failure;
    failure.exit = 4;
    if (by_plan && failure.message.starts_with("the plan")) {
        failure.code = "stale_plan";
        failure.why.clear(); // the message says it
        failure.hint = plan_anew;
        failure.retryable = false;
    }
    return failure;
}

Failure nobody_to_ask(const Invocation& invocation, std::string hint)
{
    return Failure{64,
                   "invalid_argument",
                   fmt::format("'{}' changes things and nobody can be asked", invocation.command->path),
                   "stdin or stderr is no terminal, or --no-input is set",
                   std::move(hint),
                   false,
                   {}};
}

// More targets than --max-affected are refused, whatever was agreed to.
std::optional<Failure> too_many(const Invocation& invocation, const json::object& plan)
{
    const std::string_view what = invocation.command->reach;
    const json::value* affects = what.empty() ? nullptr : plan.if_contains("affects");
    const json::value* count = affects && affects->is_object() ? affects->get_object().if_contains(what) : nullptr;
    const std::int64_t hit = count && count->is_number() ? count->to_number<std::int64_t>() : 0;
    const std::int64_t most = std::stoll(invocation.value_or("max-affected", "50"));
    if (hit <= most) return std::nullopt;
    return Failure{4,
                   "declined",
                   fmt::format("that would hit {} {}, more than {}", hit, what, most),
                   "nothing was done",
                   fmt::format("look at it with --dry-run, then add: --max-affected {}", hit),
                   false,
                   {}};
}

std::optional<Failure> agreed(const Invocation& invocation, const std::string& text)
{
    if (invocation.has("plan") || invocation.has("yes")) return std::nullopt;
    if (!invocation.terminal)
        return nobody_to_ask(invocation,
                             invocation.command->planned ? "add --yes, or --plan ID of a --dry-run" : "add --yes");
    write_stderr(text);
    const std::string said = ask("do it? [y/N] ");
    if (said == "y" || said == "Y" || said == "yes") return std::nullopt;
    return Failure{4, "declined", "nothing was done", "", "", false, {}};
}

std::optional<Failure> named(const Invocation& invocation, const std::string& text, const std::string& name)
{
    const auto given = invocation.value("confirm");
    if (!invocation.terminal && (!given || !invocation.has("plan")))
        return nobody_to_ask(invocation,
                             fmt::format("this is severe: add --confirm '{}' --plan ID of a --dry-run", name));
    if (!given) write_stderr(text);
    const std::string said = given ? *given : ask(fmt::format("type {} to go on: ", name));
    if (said == name) return std::nullopt;
    return Failure{4,
                   "declined",
                   fmt::format("nothing was done: '{}' is not the name", said),
                   "",
                   fmt::format("type it as it is: {}", name),
                   false,
                   {}};
}

} // namespace

struct AdminClient::State {
    asio::io_context loop{1};
    Clients clients;
    std::unique_ptr<HttpClient> http;
    std::string token, context, data_dir, where;
    std::string protector; // the name of the protected context; "" if it is none
    std::string read_only; // of the read-only one
    bool consented = false;
    Deadline by;
};

AdminClient::AdminClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
AdminClient::AdminClient(AdminClient&&) noexcept = default;
AdminClient& AdminClient::operator=(AdminClient&&) noexcept = default;
AdminClient::~AdminClient() = default;

const std::string& AdminClient::context() const
{
    return state_->context;
}

bool AdminClient::is_protected() const
{
    return !state_->protector.empty();
}

const std::string& AdminClient::data_dir() const
{
    return state_->data_dir;
}

std::chrono::milliseconds AdminClient::left() const
{
    return state_->by.at - state_->clients.clock->monotonic();
}

AdminClient::Body AdminClient::get(const std::string& path_and_query)
{
    return send("GET", path_and_query, "");
}

AdminClient::Body AdminClient::plan(const std::string& path, json::object request)
{
    if (!state_->read_only.empty()) return read_only_failure(state_->read_only);
    request["dry_run"] = true;
    Body planned = send("POST", path, json::serialize(request));
    json::object* const plan = std::get_if<json::object>(&planned);
    if (plan && is_protected()) (*plan)["level"] = raised_level(text_at(*plan, "level"));
    return planned;
}

AdminClient::Body AdminClient::post(const std::string& path, const std::string& body)
{
    if (!state_->read_only.empty()) return read_only_failure(state_->read_only);
    if (is_protected() && !state_->consented)
        return Failure{4,     "declined", fmt::format("the context '{}' is protected", state_->protector), "", "",
                       false, {}};
    return send("POST", path, body);
}

AdminClient::Body AdminClient::send(const std::string& method, const std::string& target, const std::string& body)
{
    HttpRequest request;
    request.method = method;
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    if (!state_->token.empty()) request.headers.emplace_back("authorization", "Bearer " + state_->token);
    request.body = body;
    std::optional<Result<HttpResponse>> got;
    auto ask = [this, &request, &got]() -> Task<void> {
        Result<HttpResponse> response = co_await state_->http->send(std::move(request), state_->by);
        got = std::move(response);
        state_->loop.stop();
    };
    state_->loop.restart();
    asio::co_spawn(state_->loop, ask, [](const std::exception_ptr&) {});
    state_->loop.run();
    if (!got) return not_running(state_->where, make_error_code(Errc::unavailable));
    if (!*got) return not_running(state_->where, got->error());
    if ((*got)->status != 200) return refused(**got);
    boost::system::error_code error;
    json::value value = json::parse((*got)->body, error);
    if (error || !value.is_object()) return refused(HttpResponse{});
    return std::move(value.get_object());
}

std::variant<AdminClient, Failure> open_admin(const Invocation& invocation)
{
    auto state = std::make_unique<AdminClient::State>();
    HttpTarget target;
    target.tls = false;
    Context context;
    const Contexts contexts = read_contexts();
    if (const auto data = invocation.value("data-dir")) {
        context.data_dir = *data;
        context.name = *data;
    } else {
        const std::string name = invocation.value_or("context", contexts.current);
        const Context* found = contexts.find(name);
        if (!found && invocation.has("context")) {
            std::vector<std::string> names;
            names.reserve(contexts.all.size());
            for (const Context& each : contexts.all) names.push_back(each.name);
            return usage_failure(fmt::format("no context '{}'", name),
                                 fmt::format("the contexts are {}", fmt::join(names, ", ")),
                                 "type: harvestctl admin context list");
        }
        if (found)
            context = *found;
        else
            context.data_dir = context.name = data_directory(Settings{});
    }
    state->context = context.name;
    state->data_dir = context.data_dir;
    state->read_only = context.read_only ? context.name : read_only_context(invocation, contexts, context.data_dir);
    if (context.is_protected)
        state->protector = context.name;
    else if (!context.data_dir.empty())
        if (const Context* guarded = context_of(contexts, context.data_dir, &Context::is_protected))
            state->protector = guarded->name;
    if (!context.data_dir.empty()) {
        target.unix_socket = context.data_dir + "/admin.sock";
        state->where = target.unix_socket;
    } else {
        const std::size_t colon = context.endpoint.rfind(':');
        const std::size_t start = context.endpoint.find("//");
        const std::size_t host_at = start == std::string::npos ? 0 : start + 2;
        target.host = context.endpoint.substr(host_at, colon - host_at);
        const std::string port = context.endpoint.substr(colon + 1);
        std::from_chars(port.data(), port.data() + port.size(), target.port);
        state->where = context.endpoint;
        std::ifstream file(context.token_file);
        std::getline(file, state->token);
    }
    state->clients = make_clients(state->loop.get_executor(), "", "");
    state->http = state->clients.http->make(std::move(target));
    state->by = state->clients.clock->after(total_timeout(invocation));
    return AdminClient(std::move(state));
}

std::string query_pair(std::string_view name, std::string_view value)
{
    std::string out = std::string(name) + '=';
    for (const char c : value) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                           c == '-' || c == '.' || c == ':';
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string path_part(const std::string& text)
{
    std::string out;
    for (const char c : text)
        out += c == '/' || c == '?' || c == '%' || c == '#' || c == ' ' ? std::string("_") : std::string(1, c);
    return out;
}

Document document_of(json::object body, std::vector<Column> columns)
{
    Document document;
    document.columns = std::move(columns);
    for (auto& [key, value] : body) {
        if (key == "kind")
            document.kind = std::string(value.as_string());
        else if (key == "items" && value.is_array()) {
            document.list = true;
            document.items = std::move(value.get_array());
        } else if (key == "next_cursor" && value.is_string())
            document.next_cursor = std::string(value.get_string());
        else
            document.object[key] = std::move(value);
    }
    return document;
}

Answer show(Invocation& invocation, const std::string& path_and_query, std::vector<Column> columns)
{
    auto client = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&client)) return *failed;
    AdminClient::Body body = std::get<AdminClient>(client).get(path_and_query);
    if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
    return document_of(std::move(std::get<json::object>(body)), std::move(columns));
}

std::string text_at(const json::object& object, std::string_view key)
{
    const json::value* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::string plan_text(const json::object& plan, const AdminClient& client)
{
    std::string out = fmt::format("{} {} \"{}\"   level {}   context {}{}\n", text_at(plan, "action"),
                                  short_id(text_at(plan, "target")), sanitized(text_at(plan, "target_name")),
                                  text_at(plan, "level"), client.context(), client.is_protected() ? "  PROTECTED" : "");
    for (const json::value& line : plan.at("changes").as_array()) out += "  " + sanitized(line.as_string()) + '\n';
    const json::value* affects = plan.if_contains("affects");
    if (affects && affects->is_object() && !affects->get_object().empty()) {
        out += "  affects";
        for (const auto& [what, count] : affects->get_object())
            out += fmt::format("  {} {}", std::string(what), to_json_text(count));
        out += '\n';
    }
    if (const std::string undo = text_at(plan, "undo"); !undo.empty()) out += fmt::format("  undo: {}\n", undo);
    const std::string id = text_at(plan, "id");
    return id.empty() ? out : out + fmt::format("  plan {} until {}\n", id, text_at(plan, "expires_at"));
}

Document plan_document(json::object plan, const AdminClient& client)
{
    std::string text = plan_text(plan, client);
    Document document = document_of(std::move(plan), {});
    document.text = std::move(text);
    return document;
}

Document done_document(json::object body)
{
    Document document = document_of(std::move(body), {});
    document.name_key = "target";
    const json::object& object = document.object;
    std::string text = text_at(object, "action");
    if (document.kind != "Done") return document;
    text += fmt::format(" {} {}   audit {}", short_id(text_at(object, "target")),
                        sanitized(text_at(object, "target_name")), short_id(text_at(object, "audit")));
    if (const std::string undo = text_at(object, "undo"); !undo.empty()) text += fmt::format("   undo: {}", undo);
    document.text = text + '\n';
    return document;
}

std::optional<Failure> consent(const Invocation& invocation, AdminClient& client, const json::object& plan)
{
    const std::string wanted = invocation.value_or("plan", "");
    if (!wanted.empty() && wanted != text_at(plan, "id"))
        return Failure{4,
                       "stale_plan",
                       fmt::format("the plan {} no longer holds", wanted),
                       "the state has changed since, or it is a plan of something else",
                       std::string(plan_anew),
                       false,
                       {}};
    if (auto refused_by = too_many(invocation, plan)) return refused_by;
    Danger level = invocation.command->danger;
    if (client.is_protected()) {
        if (auto locked = why_locked(invocation, client.state_->protector, client.state_->clients.clock->now()))
            return locked;
        level = raised(level);
    }
    const std::string name = text_at(plan, "target_name");
    std::optional<Failure> refused_by;
    if (level == Danger::severe)
        refused_by = named(invocation, plan_text(plan, client), name.empty() ? text_at(plan, "target") : name);
    else if (level == Danger::moderate)
        refused_by = agreed(invocation, plan_text(plan, client));
    client.state_->consented = !refused_by;
    return refused_by;
}

Answer plain_change(Invocation& invocation, const std::string& path, const std::string& action, const std::string& what)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    json::object plan{{"kind", "Plan"}, {"action", action}, {"level", "mild"}, {"target", "all"}};
    if (client.is_protected()) plan["level"] = raised_level("mild");
    plan["changes"] = json::array{json::value(what)};
    plan["undo"] = "cannot be undone: put back what was there, and do the same again";
    if (invocation.has("dry-run")) return plan_document(std::move(plan), client);
    if (auto refused_by = consent(invocation, client, plan)) return *refused_by;
    AdminClient::Body body = client.post(path, "{}");
    if (Failure* failed = std::get_if<Failure>(&body)) return *failed;
    Document document = document_of(std::move(std::get<json::object>(body)), {});
    document.text = text_at(document.object, "result") + '\n';
    return document;
}

Answer change(Invocation& invocation, const std::string& path, json::object request)
{
    auto opened = open_admin(invocation);
    if (Failure* failed = std::get_if<Failure>(&opened)) return *failed;
    AdminClient& client = std::get<AdminClient>(opened);
    if (const auto ticket = invocation.value("ticket")) request["ticket"] = *ticket;
    const bool by_plan = invocation.has("plan");
    if (by_plan) request["plan"] = *invocation.value("plan");
    AdminClient::Body planned = client.plan(path, request);
    if (Failure* failed = std::get_if<Failure>(&planned)) return told_of_plan(std::move(*failed), by_plan);
    json::object plan = std::get<json::object>(planned);
    if (invocation.has("dry-run")) return plan_document(std::move(plan), client);
    if (auto refused_by = consent(invocation, client, plan)) return *refused_by;
    if (by_plan || path.ends_with("ban") || path.ends_with("/undo")) request["plan"] = text_at(plan, "id");
    AdminClient::Body done = client.post(path, json::serialize(request));
    if (Failure* failed = std::get_if<Failure>(&done)) return told_of_plan(std::move(*failed), by_plan);
    return done_document(std::move(std::get<json::object>(done)));
}

} // namespace harvest::cli
