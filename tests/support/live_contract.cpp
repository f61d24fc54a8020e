#include "tests/support/live_contract.hpp"

#include "common/protocol/json_schema.hpp"
#include "tests/support/schema_document.hpp"

#include <boost/json/parse.hpp>

#include <set>
#include <stdexcept>

namespace harvest::test {
namespace {

namespace json = boost::json;

const SchemaDocument& asyncapi()
{
    static const SchemaDocument document = SchemaDocument::of_yaml("config/schemas/asyncapi.yaml");
    return document;
}

std::string fault_of(const json::value& schema, const json::value& frame)
{
    return protocol::schema_fault(schema.as_object(), frame, protocol::Unknown::refuse);
}

// The schema of the only message of an operation's list.
json::value only_payload(const json::value& messages)
{
    const json::array& list = messages.as_array();
    if (list.size() != 1) throw std::runtime_error("an operation with more than one message");
    return asyncapi().inlined(asyncapi().resolved(list[0]).at("payload"));
}

LiveDocument read(std::string_view channel)
{
    LiveDocument out;
    out.error = asyncapi().inlined(asyncapi().root().at("components").at("schemas").at("ErrorReply"));
    const std::string mine = "#/channels/" + std::string(channel);
    std::set<std::string> listed, used;
    for (const auto& [name, ignored] : asyncapi().root().at("channels").at(channel).at("messages").as_object())
        listed.emplace(name);
    for (const auto& [name, operation] : asyncapi().root().at("operations").as_object()) {
        if (std::string_view(operation.at("channel").at("$ref").as_string()) != mine) continue;
        json::value frame = only_payload(operation.at("messages"));
        const std::string op(frame.at("properties").at("op").at("const").as_string());
        const bool push = operation.at("action").as_string() == "send";
        if (name != (push ? op + ".push" : op))
            throw std::runtime_error("the operation of " + op + " has another name");
        if (push) {
            out.pushes.emplace(op, std::move(frame));
            used.insert(op + ".push");
            continue;
        }
        const json::value reply = only_payload(operation.at("reply").at("messages"));
        out.ops.emplace(op, LiveDocument::Op{std::move(frame), reply.at("oneOf").as_array().at(0)});
        used.insert({op + ".request", op + ".reply"});
    }
    if (listed != used) throw std::runtime_error("messages and operations of " + mine + " differ");
    return out;
}

} // namespace

const LiveDocument& live_document(std::string_view channel)
{
    static const LiveDocument connsrv = read("connsrv"), instance = read("instance");
    return channel == "instance" ? instance : connsrv;
}

void LiveContract::said(std::string_view frame)
{
    boost::system::error_code bad;
    const json::value request = json::parse(frame, bad);
    if (bad || !request.is_object()) return;
    const json::value* id = request.as_object().if_contains("id");
    const json::value* op = request.as_object().if_contains("op");
    Asked asked;
    if (op && op->is_string()) asked.op = op->as_string();
    const auto found = document_.ops.find(asked.op);
    asked.fault = found == document_.ops.end() ? "is not in the document" : fault_of(found->second.request, request);
    asked_[id && id->is_int64() ? id->as_int64() : 0].push_back(std::move(asked));
}

std::string LiveContract::told(std::string_view frame)
{
    boost::system::error_code bad;
    const json::value message = json::parse(frame, bad);
    if (bad || !message.is_object()) return "is no JSON object";
    if (message.as_object().contains("re")) return answer_fault(message);
    const json::value* op = message.as_object().if_contains("op");
    if (!op || !op->is_string()) return "is neither a reply nor a push";
    const auto found = document_.pushes.find(std::string_view(op->as_string()));
    if (found == document_.pushes.end()) return "is a push that is not in the document";
    return fault_of(found->second, message);
}

std::string LiveContract::answer_fault(const json::value& reply)
{
    const json::value& re = reply.at("re");
    const auto found = re.is_int64() ? asked_.find(re.as_int64()) : asked_.end();
    const bool refused = reply.as_object().contains("error");
    if (refused) {
        // What cannot be read has no id.
        if (found == asked_.end() && re != 0) return "answers what nobody asked";
        if (found != asked_.end() && found->second.size() > 1) found->second.pop_front();
        return fault_of(document_.error, reply);
    }
    if (found == asked_.end()) return "answers what nobody asked";
    std::string fault;
    for (auto at = found->second.begin(); at != found->second.end(); ++at) {
        fault = data_fault(*at, reply);
        if (!fault.empty()) continue;
        if (found->second.size() > 1) found->second.erase(at);
        return {};
    }
    return fault;
}

std::string LiveContract::data_fault(const Asked& asked, const json::value& reply) const
{
    if (!asked.fault.empty()) return "answers a request '" + asked.op + "' that does not fit: " + asked.fault;
    const std::string fault = fault_of(document_.ops.find(asked.op)->second.reply, reply);
    return fault.empty() ? fault : "does not fit the reply of " + asked.op + ": " + fault;
}

} // namespace harvest::test
