#include "cli/admin/client.hpp"

#include "cli/admin/consent.hpp"
#include "cli/admin/contexts.hpp"
#include "cli/compose.hpp"
#include "common/config/values.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace harvest::cli {
namespace {

// It was asked and did not answer: done or not, only the system can tell.
Failure unanswered(const std::string& what, const Error& error, bool out_of_time)
{
    Failure failure = failure_of(error, fmt::format("{} did not answer: it may have been done, or be under way", what),
                                 "see what was: harvestctl admin audit list");
    if (out_of_time) failure.exit = 124;
    return failure;
}

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

const std::string& AdminClient::protector() const
{
    return state_->protector;
}

Millis AdminClient::now() const
{
    return state_->clients.clock->now();
}

void AdminClient::agree()
{
    state_->consented = true;
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
    if (Failure* failed = std::get_if<Failure>(&planned); failed && failed->code == wire_code(Errc::in_doubt))
        return not_running(state_->where, make_error_code(Errc::timed_out)); // a plan changes nothing
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
    if (!*got && got->error() == Errc::in_doubt) return unanswered(state_->where, got->error(), left() <= Millis{0});
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
    const std::variant<Contexts, Failure> read = read_contexts();
    if (const Failure* failure = std::get_if<Failure>(&read)) return *failure;
    const Contexts& contexts = std::get<Contexts>(read);
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

} // namespace harvest::cli
