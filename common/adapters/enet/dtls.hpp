// DTLS 1.2 by OpenSSL over our own datagrams: parameters that stock Godot clients need (harvest-protocol(7)), a
// datagram in and out by a BIO of ours, buffers freed while a session is idle.
#pragma once

#include "common/base/result.hpp"

#include <openssl/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace harvest::enet {

constexpr std::size_t max_datagram = 2048; // longer ones are not ours
constexpr std::size_t dtls_mtu = 1237;     // 1200 of ENet and 37 of DTLS

// Hex SHA-256 of the first certificate in `pem`. Errors: invalid_argument.
Result<std::string> certificate_fingerprint(std::string_view pem);

class DtlsSide {
public:
    // Receives each outgoing datagram of whichever session is at work.
    using Out = std::function<void(std::span<const std::uint8_t>)>;

    // Errors: invalid_argument (certificate or key unreadable, or not a pair).
    static Result<std::unique_ptr<DtlsSide>> server(std::string_view certificate_pem, std::string_view key_pem,
                                                    Out out);
    // Sessions check the server's certificate against their fingerprint, or else against `ca_pem`; with neither,
    // nothing is trusted.
    static Result<std::unique_ptr<DtlsSide>> client(std::string_view ca_pem, Out out);
    ~DtlsSide();

    struct State;
    State& state() { return *state_; }

private:
    explicit DtlsSide(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// One association. Lives on its context's thread.
class DtlsSession {
public:
    enum class Step : std::uint8_t { waiting, ready, failed };

    // A server's session from a ClientHello whose cookie was found good; null if OpenSSL finds the hello bad.
    static std::unique_ptr<DtlsSession> accept(DtlsSide& context, std::span<const std::uint8_t> hello);
    // A client's session; the first flight goes out with the first handshake(). `host` is checked against the
    // certificate's names when the CA decides.
    static std::unique_ptr<DtlsSession> connect(DtlsSide& context, std::string_view fingerprint, std::string_view host);
    ~DtlsSession();
    DtlsSession(const DtlsSession&) = delete;
    DtlsSession& operator=(const DtlsSession&) = delete;

    // Goes on with a datagram of the handshake; with an empty one, without.
    Step handshake(std::span<const std::uint8_t> datagram);
    Step resend_if_due(); // in handshake only; call every 50 ms or so
    // Takes a datagram, whose records next() then decrypts one by one.
    void feed(std::span<const std::uint8_t> datagram);
    // Bytes written to `out` (max_datagram long); 0: no more; less: the session is over (close_notify, fatal alert).
    int next(std::span<std::uint8_t> out);
    void seal(std::span<const std::uint8_t> plain);
    void say_goodbye(); // close_notify
    void cool();        // gives the record buffers back until the next datagram
    bool certificate_refused() const { return refused_; }

private:
    DtlsSession(DtlsSide::State& context, SSL* ssl);
    Step advance();
    bool can_be_authentic(std::span<const std::uint8_t> datagram) const;
    static int check_certificate(X509_STORE_CTX* store, void*);

    DtlsSide::State& context_;
    SSL* ssl_;
    std::string fingerprint_; // until the certificate is checked
    bool cold_ = false;
    bool refused_ = false;
    friend class DtlsSide;
};

} // namespace harvest::enet
