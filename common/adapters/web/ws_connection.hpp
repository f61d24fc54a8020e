// One client's WebSocket on a listener: TLS, upgrade, frames, close; driven by readiness, reports to its core.
#pragma once

#include "common/adapters/web/http_head.hpp"
#include "common/adapters/web/stream.hpp"
#include "common/adapters/web/websocket.hpp"
#include "common/adapters/web/ws_upgrade.hpp"
#include "common/adapters/web/wss_link.hpp"

#include <functional>

namespace harvest::web {

class WsConnection;

// What the connections of one listener share.
struct WsServerCore {
    const WssConfig& config;
    Clock& clock;
    WebCounters& counters;
    Poller& poller;
    std::function<void(WsConnection&)> opened;                    // upgraded: it is a link from here on
    std::function<void(WsConnection&, std::string_view)> message; // may close it
    std::function<void(WsConnection&, CloseReason)> closing;      // no longer a link; once, after opened
    std::function<void(WsConnection&)> ended;                     // the connection is gone; once
    std::function<void(WsConnection&)> dirty;                     // wants flush() at the end of the batch
    Head head{};
    std::string spare_out{}; // capacity lent to the connection that is sending
};

class WsConnection final : public Pollee {
public:
    WsConnection(WsServerCore& core, int descriptor, SSL_CTX* tls, std::string address, LinkId id);

    bool start(); // false if it cannot be watched
    void ready(std::uint32_t events) override;
    bool send(std::string_view bytes);
    void close(CloseReason reason, std::string_view text);
    void flush();
    void tick(Millis now);
    // Ends without telling the core.
    void abandon();

    LinkId id() const { return id_; }
    const std::string& address() const { return address_; }
    std::size_t index{}; // in the listener's list
    bool is_dirty{};

private:
    enum class Phase : std::uint8_t { handshake, upgrade, open, closing, gone };

    void on_bytes(std::string_view bytes);
    bool read_upgrade(std::span<char>& bytes);
    void read_frames(std::span<char>& bytes);
    bool handle(const WsEvent& event);
    bool too_many_controls();
    bool too_much_unsent() const;
    void drop_slow_consumer();
    void refuse(const Refusal& refusal, std::string_view headers);
    void begin_closing(CloseReason reason, std::uint16_t code, std::string_view text);
    void finish();
    void watch();

    WsServerCore& core_;
    Stream stream_;
    std::string address_;
    LinkId id_;
    std::string input_; // a frame that is not yet whole
    std::string out_;   // frames that are not yet encrypted
    WsReader reader_;
    Millis since_{}, heard_{}, pinged_{}, control_window_{};
    std::uint32_t queued_{}, in_pipe_{}, controls_{}, watched_{};
    Phase phase_{Phase::handshake};
    bool linked_{}, ended_{}, peer_closed_{};
    HeadScan scan_;
};

} // namespace harvest::web
