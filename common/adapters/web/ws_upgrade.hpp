// The opening handshake of WebSocket (RFC 6455 §4), both sides, pure.
#pragma once

#include "common/adapters/web/http_head.hpp"

#include <span>
#include <string>
#include <string_view>

namespace harvest::web {

constexpr std::string_view subprotocol{"harvest.v1"};

struct UpgradeRules {
    std::string_view path;
    std::span<const std::string> allowed_origins;
};

// Reads an upgrade request; on success `response` is the whole 101 reply. A refusal may need `headers` in its answer.
Refusal answer_upgrade(const Head& head, const UpgradeRules& rules, std::string& response, std::string_view& headers);

std::string upgrade_request(std::string_view host, std::string_view path, std::string_view key);
// Whether the server's 101 reply fits our request.
bool accepts_upgrade(const Head& head, std::string_view key);

} // namespace harvest::web
