// Certificates, ECDSA P-256: self-signed ones for servers, as stock Godot 3 and 4 clients accept them (each IP literal
// is named both as an IP and as a DNS name), and those of a CA and of what it signs (RFC 5280).
#pragma once

#include "common/base/time.hpp"
#include "common/crypto/es256.hpp"

#include <span>
#include <string>
#include <vector>

namespace harvest::crypto {

struct CertificateInfo {
    std::string fingerprint; // hex SHA-256 of the DER form
    Millis not_before{}, not_after{};
    std::vector<std::string> names; // DNS names and IP addresses, in order, each once
};

// PEM. `names` are DNS names and IP literals; the first one is the subject. Errors: invalid_argument (no or a bad
// name).
Result<std::string> make_certificate(const PrivateKey& key, std::span<const std::string> names, Millis not_before,
                                     Millis not_after);
// A CA that signs leaves and no other CA; `name` is its subject, unlike that of every CA trusted beside it.
std::string make_ca_certificate(const PrivateKey& key, const std::string& name, Millis not_before, Millis not_after);
// A leaf for both sides of mutual TLS. Errors: invalid_argument (a bad name, `issuer_pem` is no certificate).
Result<std::string> make_leaf_certificate(const PrivateKey& key, std::span<const std::string> names,
                                          std::string_view issuer_pem, const PrivateKey& issuer_key, Millis not_before,
                                          Millis not_after);
// The certificates of a bundle, each as PEM of its own.
std::vector<std::string> split_certificates(std::string_view pem);
// Has that CA signed it? False as well if one is unreadable.
bool is_signed_by(std::string_view certificate_pem, std::string_view ca_pem);
// Of the first certificate in it. Errors: invalid_argument.
Result<CertificateInfo> certificate_info(std::string_view pem);
// Does the certificate belong to that private key (of any type)? Errors: invalid_argument (one is unreadable).
Result<bool> certificate_fits(std::string_view certificate_pem, std::string_view key_pem);

} // namespace harvest::crypto
