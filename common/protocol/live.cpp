#include "common/protocol/live.hpp"

namespace harvest::protocol {
namespace {

struct Envelope {
    std::string op;
    std::optional<std::int64_t> id;
    std::optional<RawJson> data;
    std::optional<std::string> key;
    std::optional<std::string> traceparent;
};
BOOST_DESCRIBE_STRUCT(Envelope, (), (op, id, data, key, traceparent))

constexpr std::size_t max_op = 64, max_key = 128, max_traceparent = 64;

} // namespace

Result<LiveRequest> decode_request(std::string_view text, std::string* why)
{
    Result<Envelope> envelope = decode<Envelope>(text, why);
    if (!envelope) return envelope.error();
    const bool key_ok = !envelope->key || (!envelope->key->empty() && envelope->key->size() <= max_key);
    const bool trace_ok = !envelope->traceparent || envelope->traceparent->size() <= max_traceparent;
    if (envelope->op.empty() || envelope->op.size() > max_op || !key_ok || !trace_ok || envelope->id.value_or(0) < 0) {
        if (why) *why = "op, id, key or traceparent is out of range";
        return Errc::invalid_argument;
    }
    LiveRequest request;
    request.op = std::move(envelope->op);
    request.id = envelope->id.value_or(0);
    if (envelope->data) request.data = std::move(*envelope->data);
    request.key = std::move(envelope->key);
    request.traceparent = std::move(envelope->traceparent);
    return request;
}

std::string encode_request(std::string_view op, std::int64_t id, std::string_view data_json, std::string_view key)
{
    std::string out = "{\"op\":";
    detail::write_string(out, op);
    out += ",\"id\":";
    detail::write_integer(out, id);
    out += ",\"data\":";
    out += data_json;
    if (!key.empty()) {
        out += ",\"key\":";
        detail::write_string(out, key);
    }
    out += '}';
    return out;
}

std::string encode_reply(std::int64_t re, std::string_view data_json)
{
    std::string out = "{\"re\":";
    detail::write_integer(out, re);
    out += ",\"data\":";
    out += data_json;
    out += '}';
    return out;
}

std::string encode_error(std::int64_t re, std::string_view code, std::string_view message)
{
    std::string out = "{\"re\":";
    detail::write_integer(out, re);
    out += ",\"error\":{\"code\":";
    detail::write_string(out, code);
    out += ",\"message\":";
    detail::write_string(out, message);
    out += "}}";
    return out;
}

std::string encode_push(std::string_view op, std::int64_t seq, std::string_view data_json)
{
    std::string out = "{\"op\":";
    detail::write_string(out, op);
    out += ",\"seq\":";
    detail::write_integer(out, seq);
    out += ",\"data\":";
    out += data_json;
    out += '}';
    return out;
}

} // namespace harvest::protocol
