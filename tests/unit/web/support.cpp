#include "tests/unit/web/support.hpp"

#include <arpa/inet.h>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <map>

namespace harvest::web::test {
namespace {

const bool ignores_pipe = [] { // SSL_write of the raw client
    std::signal(SIGPIPE, SIG_IGN);
    return true;
}();

std::string text_of(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

Identity make_identity(const std::string& name)
{
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    for (const auto& [id, value] : {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
                                    std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
        X509_add_ext(x509, extension, -1);
        X509_EXTENSION_free(extension);
    }
    X509_sign(x509, key, EVP_sha256());
    Identity made;
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, x509);
    made.cert_pem = text_of(bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    made.key_pem = text_of(bio);
    std::array<unsigned char, 32> digest{};
    unsigned int size = 0;
    X509_digest(x509, EVP_sha256(), digest.data(), &size);
    for (const unsigned char byte : digest) {
        made.fingerprint.push_back("0123456789abcdef"[byte >> 4]);
        made.fingerprint.push_back("0123456789abcdef"[byte & 15]);
    }
    X509_free(x509);
    EVP_PKEY_free(key);
    return made;
}

bool wait_readable(int descriptor, int timeout_ms)
{
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, timeout_ms) > 0;
}

} // namespace

const Identity& identity(const std::string& common_name)
{
    static std::map<std::string, Identity> made;
    auto& one = made[common_name];
    if (one.cert_pem.empty()) one = make_identity(common_name);
    return one;
}

HttpServerConfig test_http_config(bool tls)
{
    HttpServerConfig config;
    config.tls = tls;
    config.cert_pem = identity().cert_pem;
    config.key_pem = identity().key_pem;
    return config;
}

HttpFixture::HttpFixture(HttpServerConfig config)
{
    loop.call([&] {
        listener_ = make_https_listener(std::move(config), loop.executor(), clock, counters);
        const Result<void> listening = listener_->listen(*this);
        if (!listening) throw boost::system::system_error(listening.error());
        port_ = listener_->port();
    });
}

HttpFixture::~HttpFixture()
{
    stop();
}

void HttpFixture::stop()
{
    if (!listener_) return;
    loop.run<void>([this] { return listener_->stop(); });
    loop.call([this] { listener_.reset(); });
}

Task<HttpResponse> HttpFixture::handle(HttpRequest request)
{
    ++handled;
    HttpResponse response;
    response.content_type = "text/plain";
    if (request.path == "/slow") {
        asio::steady_timer timer(loop.executor(), std::chrono::milliseconds(200));
        co_await timer.async_wait(asio::use_awaitable);
        response.body = "slow " + request.query;
    } else if (request.path == "/throw") {
        throw std::runtime_error("on purpose");
    } else if (request.path == "/big") {
        response.body.assign(1024 * 1024, 'b');
    } else if (request.path == "/part") {
        response.body.assign(60 * 1024, 'p');
    } else if (request.path == "/split") {
        response.headers.emplace_back("X-Bad", "a\r\nX-Injected: 1");
        response.body = "split";
    } else if (request.path == "/hello") {
        response.body = "hello " + request.query;
    } else if (request.path == "/echo") {
        response.body = std::move(request.body);
    } else {
        response.body = request.method + " " + request.path + " ? " + request.query + " from " +
                        request.remote_address + " peer " + request.peer_name + "\n";
        for (const auto& [name, value] : request.headers) response.body += name + "=" + value + "\n";
    }
    ++finished;
    co_return response;
}

WssConfig test_wss_config()
{
    WssConfig config;
    config.cert_pem = identity().cert_pem;
    config.key_pem = identity().key_pem;
    return config;
}

WssFixture::WssFixture(WssConfig config)
{
    loop.call([&] {
        link_ = make_wss_link(std::move(config), loop.executor(), clock, counters);
        const Result<void> listening = link_->listen(*this);
        if (!listening) throw boost::system::system_error(listening.error());
        port_ = link_->port();
    });
}

WssFixture::~WssFixture()
{
    stop();
}

void WssFixture::stop()
{
    if (!link_) return;
    loop.run<void>([this] { return link_->stop(); });
    loop.call([this] { link_.reset(); });
}

void WssFixture::opened(const LinkInfo&)
{
    ++links;
}

void WssFixture::message(LinkId link, std::string_view bytes)
{
    if (bytes.starts_with("close:")) {
        link_->close(link, static_cast<CloseReason>(std::stoi(std::string(bytes.substr(6)))), {});
    } else if (bytes.starts_with("flood:")) {
        const int count = std::stoi(std::string(bytes.substr(6)));
        const std::string text(std::stoul(std::string(bytes.substr(bytes.rfind(':') + 1))), 'f');
        for (int i = 0; i < count; ++i)
            if (!link_->send(link, text)) return;
    } else if (bytes.starts_with("drip:")) {
        const int count = std::stoi(std::string(bytes.substr(5)));
        asio::co_spawn(loop.executor(), drip(link, count), [](std::exception_ptr) {});
    } else {
        link_->send(link, bytes);
    }
}

Task<void> WssFixture::drip(LinkId link, int count)
{
    asio::steady_timer timer(loop.executor());
    const std::string text(1000, 'd');
    for (int i = 0; i < count; ++i) {
        if (!link_ || !link_->send(link, text)) co_return;
        timer.expires_after(std::chrono::milliseconds(1));
        co_await timer.async_wait(asio::use_awaitable);
    }
}

void WssFixture::closed(LinkId, CloseReason reason)
{
    const std::lock_guard lock(mutex_);
    closed_.push_back(reason);
    --links;
}

std::vector<CloseReason> WssFixture::closed_with()
{
    const std::lock_guard lock(mutex_);
    return closed_;
}

bool WssFixture::wait_closed(std::size_t count)
{
    for (int i = 0; i < 500; ++i) {
        if (closed_with().size() >= count) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

RawClient::RawClient(std::uint16_t port, bool tls, const TlsOptions& options, const std::string& from)
{
    descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in local{};
    local.sin_family = AF_INET;
    ::inet_pton(AF_INET, from.c_str(), &local.sin_addr);
    ::bind(descriptor, reinterpret_cast<sockaddr*>(&local), sizeof local);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    if (!tls || !connected_) return;
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(context, 0);
    if (options.min_version) SSL_CTX_set_min_proto_version(context, options.min_version);
    if (options.max_version) SSL_CTX_set_max_proto_version(context, options.max_version);
    if (options.alpn)
        SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(options.alpn),
                                static_cast<unsigned int>(std::string_view(options.alpn).size()));
    ssl = SSL_new(context);
    SSL_CTX_free(context);
    if (options.send_name) SSL_set_tlsext_host_name(ssl, "localhost");
    if (options.own) {
        BIO* certificate = BIO_new_mem_buf(options.own->cert_pem.data(), -1);
        X509* x509 = PEM_read_bio_X509(certificate, nullptr, nullptr, nullptr);
        BIO* keys = BIO_new_mem_buf(options.own->key_pem.data(), -1);
        EVP_PKEY* key = PEM_read_bio_PrivateKey(keys, nullptr, nullptr, nullptr);
        SSL_use_certificate(ssl, x509);
        SSL_use_PrivateKey(ssl, key);
        X509_free(x509);
        EVP_PKEY_free(key);
        BIO_free(certificate);
        BIO_free(keys);
    }
    SSL_set_fd(ssl, descriptor);
    connected_ = SSL_connect(ssl) == 1;
    ERR_clear_error();
}

RawClient::RawClient(const std::string& unix_socket)
{
    descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    unix_socket.copy(address.sun_path, sizeof address.sun_path - 1);
    connected_ = ::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

RawClient::~RawClient()
{
    SSL_free(ssl);
    if (descriptor >= 0) ::close(descriptor);
}

void RawClient::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto put = ssl ? SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size()))
                             : static_cast<int>(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL));
        if (put <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
}

bool RawClient::fill(int timeout_ms)
{
    if (ended || ((!ssl || SSL_pending(ssl) == 0) && !wait_readable(descriptor, timeout_ms))) return false;
    std::array<char, 16384> part;
    const int got = ssl ? SSL_read(ssl, part.data(), static_cast<int>(part.size()))
                        : static_cast<int>(::recv(descriptor, part.data(), part.size(), 0));
    if (got <= 0) {
        ERR_clear_error();
        ended = true;
        return false;
    }
    buffer_.append(part.data(), static_cast<std::size_t>(got));
    return true;
}

std::string RawClient::read_to_end(int timeout_ms)
{
    while (fill(timeout_ms)) {
    }
    return std::exchange(buffer_, {});
}

std::string RawClient::read_until(std::string_view marker, int timeout_ms)
{
    while (true) {
        const auto at = buffer_.find(marker);
        if (at != std::string::npos) return read_bytes(at + marker.size());
        if (!fill(timeout_ms)) return std::exchange(buffer_, {});
    }
}

std::string RawClient::read_bytes(std::size_t count, int timeout_ms)
{
    while (buffer_.size() < count && fill(timeout_ms)) {
    }
    std::string taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
}

std::string RawClient::read_response(int timeout_ms)
{
    std::string head = read_until("\r\n\r\n", timeout_ms);
    const auto at = head.find("Content-Length: ");
    if (at == std::string::npos) return head;
    return head + read_bytes(std::stoul(head.substr(at + 16)), timeout_ms);
}

void RawClient::half_close()
{
    if (ssl) SSL_shutdown(ssl);
    ::shutdown(descriptor, SHUT_WR);
}

void RawClient::shrink_receive_buffer()
{
    const int size = 4096;
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

int status_of(std::string_view response)
{
    return response.size() >= 12 ? std::stoi(std::string(response.substr(9, 3))) : 0;
}

std::string body_of(std::string_view response)
{
    const auto at = response.find("\r\n\r\n");
    return at == std::string_view::npos ? std::string() : std::string(response.substr(at + 4));
}

std::string code_of(std::string_view response)
{
    constexpr std::string_view key{"\"code\":\""};
    const auto at = response.find(key);
    if (at == std::string_view::npos || response.find("application/problem+json") == std::string_view::npos) return {};
    const auto rest = response.substr(at + key.size());
    return std::string(rest.substr(0, rest.find('"')));
}

std::string upgrade_text(std::string_view extra, std::string_view path)
{
    return "GET " + std::string(path) +
           " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           std::string(extra) + "\r\n";
}

std::string frame(unsigned first_byte, std::string_view payload, bool masked)
{
    std::string out(1, static_cast<char>(first_byte));
    const unsigned bit = masked ? 0x80U : 0U;
    if (payload.size() < 126) {
        out.push_back(static_cast<char>(bit | payload.size()));
    } else {
        const int wide = payload.size() < 65536 ? 2 : 8;
        out.push_back(static_cast<char>(bit | (wide == 2 ? 126U : 127U)));
        for (int shift = (wide - 1) * 8; shift >= 0; shift -= 8)
            out.push_back(static_cast<char>(payload.size() >> shift & 0xFF));
    }
    constexpr std::string_view mask{"\x12\x34\x56\x78"};
    if (!masked) return out.append(payload);
    out.append(mask);
    for (std::size_t i = 0; i < payload.size(); ++i) out.push_back(static_cast<char>(payload[i] ^ mask[i % 4]));
    return out;
}

Received read_frame(RawClient& client, int timeout_ms)
{
    Received received;
    const std::string header = client.read_bytes(2, timeout_ms);
    if (header.size() < 2) {
        received.ended = true;
        return received;
    }
    received.opcode = static_cast<unsigned char>(header[0]) & 15U;
    std::size_t length = static_cast<unsigned char>(header[1]) & 127U;
    if (length >= 126) {
        const std::string wide = client.read_bytes(length == 126 ? 2 : 8, timeout_ms);
        length = 0;
        for (const char c : wide) length = length << 8 | static_cast<unsigned char>(c);
    }
    received.payload = client.read_bytes(length, timeout_ms);
    if (received.opcode == 8 && received.payload.size() >= 2) {
        received.close_code = static_cast<unsigned>(static_cast<unsigned char>(received.payload[0]) << 8 |
                                                    static_cast<unsigned char>(received.payload[1]));
        received.payload.erase(0, 2);
    }
    return received;
}

Received read_close(RawClient& client, int timeout_ms)
{
    while (true) {
        Received received = read_frame(client, timeout_ms);
        if (received.ended || received.opcode == 8) return received;
    }
}

std::unique_ptr<RawClient> open_websocket(std::uint16_t port)
{
    auto client = std::make_unique<RawClient>(port, true);
    client->send(upgrade_text());
    const std::string reply = client->read_until("\r\n\r\n");
    if (status_of(reply) != 101) throw std::runtime_error("no upgrade: " + reply);
    return client;
}

} // namespace harvest::web::test
