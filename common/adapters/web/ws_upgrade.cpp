#include "common/adapters/web/ws_upgrade.hpp"

#include "common/adapters/web/websocket.hpp"

#include <algorithm>

namespace harvest::web {
namespace {

bool is_key(std::string_view key) // 16 bytes in base64
{
    if (key.size() != 24 || key.substr(22) != "==") return false;
    return std::all_of(key.begin(), key.begin() + 22, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    });
}

struct UpgradeFields {
    std::string_view upgrade, key, version, origin;
    int keys{}, versions{}, origins{};
    bool protocols_offered{}, ours_offered{};
};

UpgradeFields collect(const Head& head)
{
    UpgradeFields fields;
    for (std::size_t i = 0; i < head.header_count; ++i) {
        const auto& [name, value] = head.headers[i];
        if (same_ignoring_case(name, "upgrade")) {
            fields.upgrade = value;
        } else if (same_ignoring_case(name, "sec-websocket-key")) {
            fields.key = value;
            ++fields.keys;
        } else if (same_ignoring_case(name, "sec-websocket-version")) {
            fields.version = value;
            ++fields.versions;
        } else if (same_ignoring_case(name, "origin")) {
            fields.origin = value;
            ++fields.origins;
        } else if (same_ignoring_case(name, "sec-websocket-protocol")) {
            fields.protocols_offered = true;
            fields.ours_offered = fields.ours_offered || has_token(value, subprotocol);
        }
    }
    return fields;
}

bool is_allowed(std::string_view origin, std::span<const std::string> allowed)
{
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const std::string& one) { return one == "*" || same_ignoring_case(one, origin); });
}

} // namespace

Refusal answer_upgrade(const Head& head, const UpgradeRules& rules, std::string& response, std::string_view& headers)
{
    headers = {};
    if (head.method != "GET") {
        headers = "Allow: GET\r\n";
        return {405, "http.method_not_allowed", "Only WebSocket upgrades are answered here"};
    }
    std::string path;
    std::string query;
    if (const Refusal refusal = decode_target(head, path, query)) return refusal;
    if (!rules.path.empty() && path != rules.path) return {404, "not_found", "There is nothing at this path"};
    if (!query.empty()) // tokens in URLs end in logs; hello carries them
        return {400, "ws.query_refused", "A query is not accepted; send the token in session.hello"};
    if (head.has_length || head.chunked) return {400, "ws.body_refused", "An upgrade has no body"};
    const UpgradeFields fields = collect(head);
    if (!head.upgrade || !has_token(fields.upgrade, "websocket")) {
        headers = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
        return {426, "ws.upgrade_required", "This port speaks WebSocket"};
    }
    if (fields.versions != 1 || fields.version != "13") {
        headers = "Sec-WebSocket-Version: 13\r\n";
        return {426, "ws.version", "Only version 13 of WebSocket is spoken here"};
    }
    if (fields.keys != 1 || !is_key(fields.key)) return {400, "ws.key", "Sec-WebSocket-Key is not well-formed"};
    if (fields.origins > 1) return {400, "ws.origin", "More than one Origin"};
    if (fields.origins == 1 && !is_allowed(fields.origin, rules.allowed_origins))
        return {403, "ws.origin", "This Origin is not allowed"};
    if (fields.protocols_offered && !fields.ours_offered)
        return {400, "ws.subprotocol", "The subprotocol spoken here is harvest.v1"};
    response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               "Sec-WebSocket-Accept: ";
    response += accept_key(fields.key);
    if (fields.ours_offered) {
        response += "\r\nSec-WebSocket-Protocol: ";
        response += subprotocol;
    }
    response += "\r\n\r\n";
    return {};
}

std::string upgrade_request(std::string_view host, std::string_view path, std::string_view key)
{
    std::string out = "GET ";
    out.append(path).append(" HTTP/1.1\r\nHost: ").append(host);
    out += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ";
    out.append(key).append("\r\nSec-WebSocket-Protocol: ").append(subprotocol).append("\r\n\r\n");
    return out;
}

bool accepts_upgrade(const Head& head, std::string_view key)
{
    std::string_view accepted;
    std::string_view protocol;
    std::string_view upgrade;
    for (std::size_t i = 0; i < head.header_count; ++i) {
        const auto& [name, value] = head.headers[i];
        if (same_ignoring_case(name, "sec-websocket-accept")) accepted = value;
        if (same_ignoring_case(name, "sec-websocket-protocol")) protocol = value;
        if (same_ignoring_case(name, "upgrade")) upgrade = value;
    }
    return head.status == 101 && head.upgrade && same_ignoring_case(upgrade, "websocket") && protocol == subprotocol &&
           accepted == accept_key(key);
}

} // namespace harvest::web
