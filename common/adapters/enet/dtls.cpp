#include "common/adapters/enet/dtls.hpp"

#include "common/adapters/enet/wire_format.hpp"
#include "common/base/encoding.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace harvest::enet {
namespace {

template <auto Function>
struct Free {
    template <class T>
    void operator()(T* object) const
    {
        Function(object);
    }
};
using BioPtr = std::unique_ptr<BIO, Free<BIO_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using CtxPtr = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using AddrPtr = std::unique_ptr<BIO_ADDR, Free<BIO_ADDR_free>>;

BioPtr reader(std::string_view pem)
{
    return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

std::string digest_hex(const X509* certificate)
{
    std::array<std::uint8_t, 32> digest{};
    unsigned length = digest.size();
    X509_digest(certificate, EVP_sha256(), digest.data(), &length);
    return to_hex(digest);
}

// The datagram at hand and the way out, shared by every session of a context: one thread, one at a time.
struct Port {
    std::span<const std::uint8_t> in;
    bool full = false; // `in` is still to be read
    bool peek = false; // DTLSv1_listen looks before it takes
    DtlsSide::Out out;
};

Port& port_of(BIO* bio)
{
    return *static_cast<Port*>(BIO_get_data(bio));
}

int bio_read(BIO* bio, char* into, int size)
{
    Port& port = port_of(bio);
    BIO_clear_retry_flags(bio);
    if (!port.full || port.in.empty()) { // an empty datagram is not an end of file
        BIO_set_retry_read(bio);
        return -1;
    }
    const std::size_t length = std::min(port.in.size(), static_cast<std::size_t>(size));
    std::memcpy(into, port.in.data(), length);
    if (!port.peek) port.full = false;
    return static_cast<int>(length);
}

int bio_write(BIO* bio, const char* from, int size)
{
    port_of(bio).out({reinterpret_cast<const std::uint8_t*>(from), static_cast<std::size_t>(size)});
    return size;
}

long bio_ctrl(BIO* bio, int command, long number, void*)
{
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_DGRAM_SET_PEEK_MODE:
        port_of(bio).peek = number != 0;
        return 1;
    case BIO_CTRL_DGRAM_GET_MTU_OVERHEAD:
        return 48; // IPv6 and UDP
    default:
        return 0;
    }
}

BIO_METHOD* bio_method()
{
    static BIO_METHOD* const method = [] {
        BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "datagram port");
        BIO_meth_set_read(made, bio_read);
        BIO_meth_set_write(made, bio_write);
        BIO_meth_set_ctrl(made, bio_ctrl);
        BIO_meth_set_create(made, [](BIO* bio) {
            BIO_set_init(bio, 1);
            return 1;
        });
        return made;
    }();
    return method;
}

// The cookie was checked by the door (cookie.hpp) before the session was made.
int cookie_is_good(SSL*, const unsigned char*, unsigned)
{
    return 1;
}

int no_cookie(SSL*, unsigned char*, unsigned*)
{
    return 0;
}

void set_parameters(SSL_CTX* context)
{
    SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set1_groups_list(context, "P-256:X25519:P-384");
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_QUERY_MTU | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_max_send_fragment(context, max_datagram);
}

bool use_pair(SSL_CTX* context, std::string_view certificate_pem, std::string_view key_pem)
{
    const BioPtr certificates = reader(certificate_pem);
    const X509Ptr leaf(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
    if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) return false;
    while (X509Ptr issuer{PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)})
        SSL_CTX_add1_chain_cert(context, issuer.get());
    const BioPtr keys = reader(key_pem);
    const KeyPtr key(PEM_read_bio_PrivateKey(keys.get(), nullptr, nullptr, nullptr));
    return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

bool trust(SSL_CTX* context, std::string_view ca_pem)
{
    const BioPtr certificates = reader(ca_pem);
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    bool any = false;
    while (X509Ptr authority{PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr)})
        any = X509_STORE_add_cert(store, authority.get()) == 1 || any;
    return any;
}

} // namespace

Result<std::string> certificate_fingerprint(std::string_view pem)
{
    const BioPtr certificates = reader(pem);
    const X509Ptr leaf(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
    ERR_clear_error();
    if (!leaf) return Errc::invalid_argument;
    return digest_hex(leaf.get());
}

struct DtlsSide::State {
    CtxPtr ssl;
    Port port;

    SSL* session(std::size_t mtu)
    {
        SSL* made = SSL_new(ssl.get());
        BIO* bio = BIO_new(bio_method());
        BIO_set_data(bio, &port);
        SSL_set_bio(made, bio, bio);
        SSL_set_mtu(made, static_cast<long>(mtu));
        return made;
    }
};

DtlsSide::DtlsSide(std::unique_ptr<State> state) : state_(std::move(state)) {}
DtlsSide::~DtlsSide() = default;

Result<std::unique_ptr<DtlsSide>> DtlsSide::server(std::string_view certificate_pem, std::string_view key_pem, Out out)
{
    auto state = std::make_unique<State>();
    state->ssl.reset(SSL_CTX_new(DTLS_server_method()));
    state->port.out = std::move(out);
    set_parameters(state->ssl.get());
    // The room that OpenSSL keeps for each handshake message to come; no client shows a certificate.
    SSL_CTX_set_max_cert_list(state->ssl.get(), 4'096);
    SSL_CTX_set_cookie_generate_cb(state->ssl.get(), no_cookie);
    SSL_CTX_set_cookie_verify_cb(state->ssl.get(), cookie_is_good);
    if (!use_pair(state->ssl.get(), certificate_pem, key_pem)) {
        ERR_clear_error();
        return Errc::invalid_argument;
    }
    return std::unique_ptr<DtlsSide>(new DtlsSide(std::move(state)));
}

Result<std::unique_ptr<DtlsSide>> DtlsSide::client(std::string_view ca_pem, Out out)
{
    auto state = std::make_unique<State>();
    state->ssl.reset(SSL_CTX_new(DTLS_client_method()));
    state->port.out = std::move(out);
    set_parameters(state->ssl.get());
    if (!ca_pem.empty() && !trust(state->ssl.get(), ca_pem)) {
        ERR_clear_error();
        return Errc::invalid_argument;
    }
    SSL_CTX_set_verify(state->ssl.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(state->ssl.get(), DtlsSession::check_certificate, nullptr);
    return std::unique_ptr<DtlsSide>(new DtlsSide(std::move(state)));
}

DtlsSession::DtlsSession(DtlsSide::State& context, SSL* ssl) : context_(context), ssl_(ssl)
{
    SSL_set_app_data(ssl_, this);
}

DtlsSession::~DtlsSession()
{
    context_.port.full = false;
    SSL_free(ssl_);
}

std::unique_ptr<DtlsSession> DtlsSession::accept(DtlsSide& context, std::span<const std::uint8_t> hello)
{
    DtlsSide::State& state = context.state();
    std::unique_ptr<DtlsSession> session(new DtlsSession(state, state.session(dtls_mtu)));
    SSL_set_accept_state(session->ssl_);
    const AddrPtr unused(BIO_ADDR_new());
    state.port.in = hello;
    state.port.full = true;
    const int listened = DTLSv1_listen(session->ssl_, unused.get());
    state.port.peek = false;
    ERR_clear_error();
    if (listened != 1) return nullptr;
    return session;
}

std::unique_ptr<DtlsSession> DtlsSession::connect(DtlsSide& context, std::string_view fingerprint,
                                                  std::string_view host)
{
    DtlsSide::State& state = context.state();
    std::unique_ptr<DtlsSession> session(new DtlsSession(state, state.session(dtls_mtu)));
    session->fingerprint_ = fingerprint;
    X509_VERIFY_PARAM* names = SSL_get0_param(session->ssl_);
    const std::string name(host);
    if (X509_VERIFY_PARAM_set1_ip_asc(names, name.c_str()) != 1) {
        ERR_clear_error();
        X509_VERIFY_PARAM_set1_host(names, name.data(), name.size());
        SSL_set_tlsext_host_name(session->ssl_, name.c_str());
    }
    SSL_set_connect_state(session->ssl_);
    return session;
}

int DtlsSession::check_certificate(X509_STORE_CTX* store, void*)
{
    const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* session = static_cast<DtlsSession*>(SSL_get_app_data(ssl));
    const X509* leaf = X509_STORE_CTX_get0_cert(store);
    const bool good = session->fingerprint_.empty() ? X509_verify_cert(store) == 1
                                                    : leaf && digest_hex(leaf) == session->fingerprint_;
    session->refused_ = !good;
    if (!good) X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    session->fingerprint_ = {};
    return good ? 1 : 0;
}

// OpenSSL takes an encrypted record that is too short for its nonce and tag as a fault of its own and ends the session,
// where a record with a wrong tag is ignored (RFC 6347 §4.1.2.7): anyone who can forge a datagram could end a link.
bool DtlsSession::can_be_authentic(std::span<const std::uint8_t> datagram) const
{
    constexpr std::size_t header = 13;
    const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_);
    const bool chacha = cipher && SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305;
    const std::size_t overhead = chacha ? 16 : 8 + 16; // RFC 7905 §2, RFC 5288 §3
    for (; datagram.size() >= header;) {
        const std::size_t length = be16(datagram.data() + 11);
        const bool encrypted = be16(datagram.data() + 3) > 0; // the epoch
        if (encrypted && length < overhead) return false;
        if (header + length > datagram.size()) return true; // cut short: OpenSSL ignores it
        datagram = datagram.subspan(header + length);
    }
    return true;
}

DtlsSession::Step DtlsSession::advance()
{
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_);
    context_.port.full = false;
    if (done == 1) return Step::ready;
    const int error = SSL_get_error(ssl_, done);
    ERR_clear_error();
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Step::waiting : Step::failed;
}

DtlsSession::Step DtlsSession::handshake(std::span<const std::uint8_t> datagram)
{
    context_.port.in = datagram;
    context_.port.full = !datagram.empty() && can_be_authentic(datagram);
    return advance();
}

DtlsSession::Step DtlsSession::resend_if_due()
{
    ERR_clear_error();
    const long outcome = DTLSv1_handle_timeout(ssl_);
    ERR_clear_error();
    return outcome < 0 ? Step::failed : Step::waiting;
}

void DtlsSession::feed(std::span<const std::uint8_t> datagram)
{
    context_.port.in = datagram;
    context_.port.full = can_be_authentic(datagram);
}

int DtlsSession::next(std::span<std::uint8_t> out)
{
    cold_ = false;
    ERR_clear_error();
    const int got = SSL_read(ssl_, out.data(), static_cast<int>(out.size()));
    if (got > 0) return got;
    const int error = SSL_get_error(ssl_, got);
    ERR_clear_error();
    context_.port.full = false;
    return error == SSL_ERROR_ZERO_RETURN || error == SSL_ERROR_SSL ? -1 : 0;
}

void DtlsSession::seal(std::span<const std::uint8_t> plain)
{
    if (cold_) SSL_alloc_buffers(ssl_);
    cold_ = false;
    ERR_clear_error();
    SSL_write(ssl_, plain.data(), static_cast<int>(plain.size()));
    ERR_clear_error();
}

void DtlsSession::say_goodbye()
{
    if (cold_) SSL_alloc_buffers(ssl_);
    cold_ = false;
    ERR_clear_error();
    SSL_shutdown(ssl_);
    ERR_clear_error();
}

void DtlsSession::cool()
{
    cold_ = SSL_free_buffers(ssl_) == 1;
    ERR_clear_error();
}

} // namespace harvest::enet
