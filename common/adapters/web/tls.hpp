// TLS contexts (RFC 8446, 5246): 1.2 and 1.3, ECDHE with AEAD only, ALPN http/1.1, tickets under rotating keys.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::web {

struct TlsContextFree {
    void operator()(SSL_CTX* context) const;
};
using TlsContext = std::shared_ptr<SSL_CTX>;

// Throws std::runtime_error (start-up) if certificate and key are not a pair. With `client_ca_pem` a client must show a
// certificate that it signed, under TLS 1.3, in every handshake (no tickets: a resumed session is not checked again).
TlsContext make_server_context(std::string_view cert_pem, std::string_view key_pem, std::string_view client_ca_pem);

// Certificates are always checked: against `ca_pem`, or the system's store if it is empty. Certificate and key are this
// client's own for mutual TLS, or empty.
TlsContext make_client_context(std::string_view ca_pem, std::string_view cert_pem, std::string_view key_pem);

// Prepares one client connection: the name (or literal address) that the certificate must carry, or the SHA-256
// fingerprint (hex, colons allowed) that it must have, in which case name, issuer and dates do not matter.
bool expect_server(SSL* ssl, const std::string& host, std::string_view fingerprint);

// The common name of the peer's verified certificate, empty if it showed none; and its DNS names.
std::string peer_name(const SSL* ssl);
std::vector<std::string> peer_dns_names(const SSL* ssl);

} // namespace harvest::web
