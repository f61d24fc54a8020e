// A non-blocking byte stream over a socket, in clear or in TLS, that never waits: the owner's Poller says when to go
// on.
#pragma once

#include "common/adapters/web/poller.hpp"
#include "common/adapters/web/tls.hpp"

#include <openssl/bio.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace harvest::web {

class Stream {
public:
    enum class Role { server, client };
    enum class Status {
        open,   // `plain` may hold bytes
        ended,  // the peer will send no more; what it sent last is in `plain`
        failed, // the connection is broken, or TLS was
    };

    // Takes the descriptor over. A null context means in clear.
    Stream(int descriptor, SSL_CTX* context, Role role, Scratch& scratch);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    int descriptor() const { return descriptor_; }
    SSL* ssl() const { return ssl_; }
    bool established() const { return established_; }
    // The peer ended TLS by an alert: under TLS 1.3 a client learns only so, and late, that its certificate was
    // refused.
    bool refused_by_peer() const { return refused_; }

    // One recv; `plain` is valid until the next call on any stream of this thread, and may be changed in place.
    Status receive(std::string_view& plain);
    // Encrypts into the queue. False if TLS refuses.
    bool write(std::string_view plain);
    // Sends what is queued, as far as the kernel takes it. False if the connection is broken.
    bool flush();
    std::size_t unsent() const { return queue_.size() - sent_; }
    // Queues close_notify; to be followed by flush().
    void finish();
    // A client's first move.
    bool start_handshake();

private:
    static int bio_read(BIO* bio, char* out, int length);
    static int bio_write(BIO* bio, const char* bytes, int length);
    static const BIO_METHOD* bio_method();
    Status decrypt(std::string_view& plain);
    bool shake_hands();
    void enqueue(std::string_view bytes);

    int descriptor_;
    Scratch& scratch_;
    SSL* ssl_{};
    std::string_view cipher_; // received and not yet read by TLS
    std::string queue_;
    std::size_t sent_{};
    bool established_{}, ended_{}, broken_{}, refused_{};
};

} // namespace harvest::web
