#include "tests/unit/web/support.hpp"

#include <catch2/catch.hpp>
#include <openssl/ssl.h>

using namespace harvest;
using namespace harvest::web;
using namespace harvest::web::test;

TEST_CASE("TLS 1.2 and 1.3 are spoken, older ones are not", "[tls]")
{
    HttpFixture server(test_http_config(true));
    const auto connects = [&](int version) {
        const RawClient client(server.port(), true, {.min_version = version, .max_version = version});
        return client.connected();
    };
    CHECK(connects(TLS1_3_VERSION));
    CHECK(connects(TLS1_2_VERSION));
    CHECK_FALSE(connects(TLS1_1_VERSION));
    CHECK_FALSE(connects(TLS1_VERSION));
    CHECK(RawClient(server.port(), true, {.send_name = false}).connected());
    CHECK(server.counters.handshakes_failed == 2);
}

TEST_CASE("ALPN chooses http/1.1 or refuses", "[tls]")
{
    HttpFixture server(test_http_config(true));
    RawClient both(server.port(), true, {.alpn = "\x02h2\x08http/1.1"});
    REQUIRE(both.connected());
    const unsigned char* chosen = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(both.ssl, &chosen, &size);
    CHECK(std::string_view(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
    CHECK_FALSE(RawClient(server.port(), true, {.alpn = "\x02h2"}).connected());
}

TEST_CASE("renegotiation is refused, a close in the handshake is survived, garbage too", "[tls]")
{
    HttpFixture server(test_http_config(true));
    RawClient client(server.port(), true, {.max_version = TLS1_2_VERSION});
    REQUIRE(client.connected());
    SSL_renegotiate(client.ssl);
    CHECK(SSL_do_handshake(client.ssl) <= 0);
    RawClient(server.port(), false).send("\x16\x03\x01\x01");
    RawClient garbage(server.port(), false);
    garbage.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    garbage.read_to_end();
    CHECK(garbage.ended);
    RawClient good(server.port(), true);
    good.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(status_of(good.read_response()) == 200);
}

TEST_CASE("a hello in one-byte pieces is understood", "[tls]")
{
    HttpFixture server(test_http_config(true));
    RawClient plain(server.port(), false); // a TLS client by hand: memory BIOs, one byte a send
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL* ssl = SSL_new(context);
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl, in, out);
    for (int turn = 0; turn < 10 && SSL_connect(ssl) != 1; ++turn) {
        char byte = 0;
        while (BIO_read(out, &byte, 1) == 1) plain.send({&byte, 1});
        const std::string reply = plain.read_bytes(65536, 100);
        BIO_write(in, reply.data(), static_cast<int>(reply.size()));
    }
    CHECK(SSL_is_init_finished(ssl) == 1);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

TEST_CASE("sessions are resumed by ticket", "[tls]")
{
    HttpFixture server(test_http_config(true));
    const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, version);
    SSL_SESSION* session = nullptr;
    for (int round = 0; round < 2; ++round) {
        RawClient plain(server.port(), false);
        SSL* ssl = SSL_new(context);
        SSL_set_fd(ssl, plain.descriptor);
        if (session) SSL_set_session(ssl, session);
        REQUIRE(SSL_connect(ssl) == 1);
        CHECK(SSL_session_reused(ssl) == round);
        constexpr std::string_view request{"GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"};
        SSL_write(ssl, request.data(), static_cast<int>(request.size()));
        char reply[1024];
        CHECK(SSL_read(ssl, reply, sizeof reply) > 0); // brings the ticket of 1.3 along
        SSL_SESSION_free(session);
        session = SSL_get1_session(ssl);
        SSL_shutdown(ssl);
        SSL_free(ssl);
    }
    SSL_SESSION_free(session);
    SSL_CTX_free(context);
    CHECK(server.counters.handshakes_resumed >= 1);
}

TEST_CASE("mutual TLS lets in only clients of the CA, and tells their name", "[tls]")
{
    const Identity& ca = identity("auth.harvest");
    HttpServerConfig config = test_http_config(true);
    config.client_ca_pem = ca.cert_pem;
    HttpFixture server(config);
    const auto ask = [&](const Identity* own) {
        RawClient client(server.port(), true, {.own = own});
        client.send("GET /who HTTP/1.1\r\nHost: h\r\n\r\n");
        return client.read_response(1000);
    };
    CHECK(ask(&ca).find("peer auth.harvest\n") != std::string::npos);
    CHECK(ask(nullptr).empty());
    CHECK(ask(&identity("stranger")).empty());
}

TEST_CASE("certificate and key that do not fit stop the start", "[tls]")
{
    HttpServerConfig config = test_http_config(true);
    config.key_pem = identity("another").key_pem;
    CHECK_THROWS_AS(HttpFixture(config), std::runtime_error);
    config.key_pem = "nonsense";
    CHECK_THROWS_AS(HttpFixture(config), std::runtime_error);
}
