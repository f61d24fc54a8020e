// One client's connection to an HTTP listener: a machine of callbacks, so that a request whose handler completes at
// once is answered without leaving the stack, and pipelined ones share one TLS record and one send.
#pragma once

#include "common/adapters/web/chunked_reader.hpp"
#include "common/adapters/web/http_head.hpp"
#include "common/adapters/web/http_listener.hpp"
#include "common/adapters/web/http_workers.hpp"
#include "common/adapters/web/stream.hpp"

#include <functional>

namespace harvest::web {

class HttpConnection;

// What the connections of one listener share. They tell it when they end.
struct HttpServerCore {
    const HttpServerConfig& config;
    HeadLimits head_limits;
    Clock& clock;
    WebCounters& counters;
    Poller& poller;
    HttpWorkers& workers;
    std::function<void(HttpConnection&)> ended; // called once by each connection
    Head head{};                                // of the request being parsed
    std::string spare_batch{};                  // capacity lent to the connection that is answering
    std::string date{};                         // of `date_second`
    Millis date_second{-1};
    bool draining{};

    std::string_view http_date();
};

class HttpConnection final : public Pollee, public ResponseSink {
public:
    HttpConnection(HttpServerCore& core, int descriptor, SSL_CTX* tls, std::string address);
    ~HttpConnection() override;

    bool start(); // false if it cannot be watched
    void ready(std::uint32_t events) override;
    void respond(HttpResponse response) override;
    void tick(Millis now);
    // Ends after the request in flight, at once if there is none.
    void drain();
    // Ends without telling the listener.
    void abandon();

    bool gone() const { return phase_ == Phase::gone; }
    const std::string& address() const { return address_; }
    std::size_t index{}; // in the listener's list

private:
    enum class Phase { handshake, head, body, handling, lingering, gone };

    void on_bytes(std::string_view bytes);
    void advance();
    bool read_head(std::string_view& bytes);
    bool read_body(std::string_view& bytes);
    void begin_request(std::string_view& bytes, std::size_t head_size);
    void dispatch();
    void refuse(const Refusal& refusal);
    void append_response(const HttpResponse& response, bool head_only);
    void finish_batch();
    void set_phase(Phase phase);
    void watch();
    void settle();
    void linger();
    void end_sending();
    void close();
    void note_handshake();

    HttpServerCore& core_;
    Stream stream_;
    std::string address_;
    std::vector<std::string> peer_dns_names_; // under mutual TLS
    std::string input_;                       // received and not yet used
    std::string_view fresh_;                  // the same, still in the scratch buffer
    std::string batch_;                       // responses that leave together
    HeadScan scan_;
    HttpRequest request_;
    ChunkedReader chunks_;
    std::uint64_t body_left_{};
    HttpWorker* worker_{};
    Millis phase_since_{}, wrote_at_{};
    std::size_t served_{}, discarded_{};
    std::uint32_t watched_{};
    Phase phase_{Phase::handshake};
    bool chunked_{}, head_only_{}, keep_alive_{true}, ended_{}, advancing_{}, shut_{}, refused_{}, began_{};
};

} // namespace harvest::web
