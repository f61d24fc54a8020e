// The envelope of live messages (harvest-protocol(7)): {"op","id","data"} → {"re","data"|"error"}; pushes have
// "op","seq".
#pragma once

#include "common/protocol/json.hpp"

namespace harvest::protocol {

struct LiveRequest {
    std::string op; // "match.queue"
    std::int64_t id{};
    RawJson data{"{}"};
    std::optional<std::string> key; // idempotency
    std::optional<std::string> traceparent;
};

// Reads a request's envelope. Errors: invalid_argument, with the reason in `why`.
Result<LiveRequest> decode_request(std::string_view text, std::string* why);

// `key` is left out where it is empty.
std::string encode_request(std::string_view op, std::int64_t id, std::string_view data_json, std::string_view key = {});
std::string encode_reply(std::int64_t re, std::string_view data_json);
std::string encode_error(std::int64_t re, std::string_view code, std::string_view message);
std::string encode_push(std::string_view op, std::int64_t seq, std::string_view data_json);

// What a client reads: a reply (re and data or error) or a push (op, seq, data).
struct LiveError {
    std::string code, message;
};
BOOST_DESCRIBE_STRUCT(LiveError, (), (code, message))

struct ServerMessage {
    std::optional<std::int64_t> re;
    std::optional<std::string> op;
    std::optional<std::int64_t> seq;
    std::optional<RawJson> data;
    std::optional<LiveError> error;
};
BOOST_DESCRIBE_STRUCT(ServerMessage, (), (re, op, seq, data, error))

} // namespace harvest::protocol
