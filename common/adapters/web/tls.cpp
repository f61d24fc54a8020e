#include "common/adapters/web/tls.hpp"

#include "common/adapters/web/http_head.hpp"
#include "common/base/log.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <cstring>
#include <mutex>
#include <stdexcept>

namespace harvest::web {
namespace {

using Bio = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509* x509) { X509_free(x509); })>;
using Names = std::unique_ptr<GENERAL_NAMES, decltype([](GENERAL_NAMES* names) { GENERAL_NAMES_free(names); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;

[[noreturn]] void fail(const char* what)
{
    std::array<char, 256> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    throw std::runtime_error(std::string(what) + ": " + text.data());
}

Bio memory(std::string_view pem)
{
    return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

void use_identity(SSL_CTX* context, std::string_view cert_pem, std::string_view key_pem)
{
    const Bio certs = memory(cert_pem);
    const Certificate leaf(PEM_read_bio_X509(certs.get(), nullptr, nullptr, nullptr));
    if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) fail("the certificate cannot be read");
    while (X509* issuer = PEM_read_bio_X509(certs.get(), nullptr, nullptr, nullptr))
        SSL_CTX_add0_chain_cert(context, issuer);
    ERR_clear_error(); // the end of the chain is reported as an error
    const Bio keys = memory(key_pem);
    const Key key(PEM_read_bio_PrivateKey(keys.get(), nullptr, nullptr, nullptr));
    if (!key || SSL_CTX_use_PrivateKey(context, key.get()) != 1) fail("the private key cannot be read");
    if (SSL_CTX_check_private_key(context) != 1) fail("certificate and private key do not match");
}

void trust(SSL_CTX* context, std::string_view ca_pem)
{
    const Bio certs = memory(ca_pem);
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    int count = 0;
    while (X509* ca = PEM_read_bio_X509(certs.get(), nullptr, nullptr, nullptr)) {
        const Certificate owner(ca);
        if (X509_STORE_add_cert(store, ca) != 1) fail("the CA certificate cannot be used");
        ++count;
    }
    ERR_clear_error();
    if (count == 0) throw std::runtime_error("no CA certificate found");
}

void common_options(SSL_CTX* context)
{
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    // AES-128 first: its handshakes hash with SHA-256, which the CPU has instructions for.
    if (SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:"
                                          "TLS_AES_256_GCM_SHA384") != 1 ||
        SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
        SSL_CTX_set1_groups_list(context, "X25519:P-256") != 1)
        fail("TLS settings were refused");
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(context, 1);
}

// Ticket keys of the whole process: every slot opens the tickets of every other; each key seals for one hour and opens
// for one more.
class TicketKeys {
public:
    struct KeyPair {
        std::array<unsigned char, 16> name;
        std::array<unsigned char, 32> aes, mac;
        std::chrono::steady_clock::time_point made;
    };

    static TicketKeys& instance()
    {
        static TicketKeys keys;
        return keys;
    }

    bool current(KeyPair& out)
    {
        const std::lock_guard lock(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (!made_ || now - keys_[0].made > std::chrono::hours(1)) {
            keys_[1] = keys_[0];
            if (!make(keys_[0], now)) return false;
            if (!made_) keys_[1] = keys_[0];
            made_ = true;
        }
        out = keys_[0];
        return true;
    }

    // 0 if unknown, 1 if current, 2 if the ticket should be renewed.
    int find(const unsigned char* name, KeyPair& out)
    {
        const std::lock_guard lock(mutex_);
        if (!made_) return 0;
        for (const int index : {0, 1}) {
            const KeyPair& key = keys_[static_cast<std::size_t>(index)];
            if (std::memcmp(key.name.data(), name, key.name.size()) != 0) continue;
            if (std::chrono::steady_clock::now() - key.made > std::chrono::hours(2)) return 0;
            out = key;
            return index + 1;
        }
        return 0;
    }

private:
    static bool make(KeyPair& key, std::chrono::steady_clock::time_point now)
    {
        key.made = now;
        return RAND_bytes(key.name.data(), 16) == 1 && RAND_priv_bytes(key.aes.data(), 32) == 1 &&
               RAND_priv_bytes(key.mac.data(), 32) == 1;
    }

    std::mutex mutex_;
    std::array<KeyPair, 2> keys_{};
    bool made_{};
};

int ticket_key(SSL*, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int encrypt)
{
    // Fetched once: OpenSSL 3.0 otherwise searches its providers for each ticket.
    static const EVP_CIPHER* const aes = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
    TicketKeys::KeyPair key{};
    int verdict = 1;
    if (encrypt == 1) {
        if (!TicketKeys::instance().current(key) || RAND_bytes(iv, 16) != 1) return -1;
        std::memcpy(name, key.name.data(), key.name.size());
        if (EVP_EncryptInit_ex(cipher, aes, nullptr, key.aes.data(), iv) != 1) return -1;
    } else {
        verdict = TicketKeys::instance().find(name, key);
        if (verdict == 0) return 0;
        if (EVP_DecryptInit_ex(cipher, aes, nullptr, key.aes.data(), iv) != 1) return -1;
    }
    std::array<char, 7> digest{"SHA256"};
    const std::array<OSSL_PARAM, 3> params{
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0), OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, params.data()) == 1 ? verdict : -1;
}

int select_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned int in_length, void*)
{
    constexpr std::string_view wanted{"http/1.1"};
    for (unsigned int at = 0; at < in_length && at + 1U + in[at] <= in_length; at += 1U + in[at]) {
        if (std::string_view(reinterpret_cast<const char*>(in + at + 1), in[at]) != wanted) continue;
        *out = in + at + 1;
        *out_length = in[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

int fingerprint_index()
{
    static const int index =
        SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, [](void*, void* data, CRYPTO_EX_DATA*, int, long, void*) {
            delete static_cast<std::string*>(data);
        });
    return index;
}

// Replaces the chain check: a pinned certificate needs no issuer, all others go the usual way.
int verify(X509_STORE_CTX* store, void*)
{
    const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto* wanted = static_cast<const std::string*>(SSL_get_ex_data(ssl, fingerprint_index()));
    if (!wanted) return X509_verify_cert(store);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    const bool same = X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), digest.data(), &length) == 1 &&
                      std::string_view(reinterpret_cast<const char*>(digest.data()), length) == *wanted;
    X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return same ? 1 : 0;
}

} // namespace

void TlsContextFree::operator()(SSL_CTX* context) const
{
    SSL_CTX_free(context);
}

TlsContext make_server_context(std::string_view cert_pem, std::string_view key_pem, std::string_view client_ca_pem)
{
    TlsContext context(SSL_CTX_new(TLS_server_method()), TlsContextFree{});
    if (!context) fail("no TLS context");
    common_options(context.get());
    use_identity(context.get(), cert_pem, key_pem);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context.get(), 7200);
    SSL_CTX_set_num_tickets(context.get(), 1);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context.get(), ticket_key);
    SSL_CTX_set_alpn_select_cb(context.get(), select_protocol, nullptr);
    constexpr std::string_view session_context{"harvest"};
    SSL_CTX_set_session_id_context(context.get(), reinterpret_cast<const unsigned char*>(session_context.data()),
                                   static_cast<unsigned int>(session_context.size()));
    if (!client_ca_pem.empty()) {
        trust(context.get(), client_ca_pem);
        SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
        SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context.get(), 0);
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return context;
}

TlsContext make_client_context(std::string_view ca_pem, std::string_view cert_pem, std::string_view key_pem)
{
    TlsContext context(SSL_CTX_new(TLS_client_method()), TlsContextFree{});
    if (!context) fail("no TLS context");
    common_options(context.get());
    if (!cert_pem.empty()) use_identity(context.get(), cert_pem, key_pem);
    if (ca_pem.empty())
        SSL_CTX_set_default_verify_paths(context.get());
    else
        trust(context.get(), ca_pem);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context.get(), verify, nullptr);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    constexpr std::array<unsigned char, 9> protocols{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(context.get(), protocols.data(), protocols.size());
    return context;
}

bool expect_server(SSL* ssl, const std::string& host, std::string_view fingerprint)
{
    if (!fingerprint.empty()) {
        auto bytes = std::make_unique<std::string>();
        int high = -1;
        for (const char c : fingerprint) {
            if (c == ':') continue;
            const int value = hex_value(c);
            if (value < 0) return false;
            if (high < 0) {
                high = value;
            } else {
                bytes->push_back(static_cast<char>(high * 16 + value));
                high = -1;
            }
        }
        if (bytes->size() != 32 || high >= 0) return false;
        return SSL_set_ex_data(ssl, fingerprint_index(), bytes.release()) == 1;
    }
    std::array<unsigned char, 16> address{};
    const bool literal = ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
                         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
    if (literal) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

std::string peer_name(const SSL* ssl)
{
    const Certificate certificate(SSL_get1_peer_certificate(ssl));
    if (!certificate) return {};
    std::array<char, 256> name{};
    const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name.data(),
                                                 static_cast<int>(name.size()));
    return length > 0 ? std::string(name.data(), static_cast<std::size_t>(length)) : std::string();
}

std::vector<std::string> peer_dns_names(const SSL* ssl)
{
    std::vector<std::string> out;
    const Certificate certificate(SSL_get1_peer_certificate(ssl));
    if (!certificate) return out;
    const Names names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate.get(), NID_subject_alt_name, nullptr, nullptr)));
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        int type = 0;
        const auto* value =
            static_cast<const ASN1_STRING*>(GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type));
        if (type != GEN_DNS) continue;
        out.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                         static_cast<std::size_t>(ASN1_STRING_length(value)));
    }
    return out;
}

} // namespace harvest::web
