// WebSocket framing (RFC 6455), pure: bytes in, messages out. Hand-written: Beast's stream keeps 1.5 KiB of buffers a
// server's link and 5.5 KiB a client's and runs a composed operation a message, beside the shared buffers of this room.
#pragma once

#include "common/ports/client_link.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace harvest::web {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// Close codes (RFC 6455 §7.4.1, and our own from 4000).
struct CloseCode {
    std::uint16_t code{};
    std::string_view text; // for people
};
CloseCode close_code(CloseReason reason);

// What a reader found next.
struct WsEvent {
    enum class Kind { need_more, message, ping, pong, close, error };
    Kind kind{Kind::need_more};
    std::string_view payload; // of a message, ping, pong; a close's reason text
    std::uint16_t code{};     // of a close (1005: none was given) or an error
    std::string_view problem; // of an error, for people
};

// Reads the frames of one direction. A server's reader wants masked frames, a client's unmasked ones.
class WsReader {
public:
    WsReader(bool masked, std::size_t max_message) : max_message_(max_message), masked_(masked) {}

    // Takes the next event off the front of `bytes`, which it unmasks in place; a payload refers to them, or to the
    // reader until the next call. After an error or a close nothing more is read.
    WsEvent next(std::span<char>& bytes);
    bool ended() const { return ended_; } // by a breach or a close: nothing is read any more

private:
    struct Frame;
    WsEvent fail(std::uint16_t code, std::string_view problem);
    bool check(const Frame& frame, WsEvent& failure) const;
    WsEvent control(const Frame& frame, std::string_view payload);
    WsEvent data(const Frame& frame, std::string_view payload);

    std::string message_; // fragments so far
    std::size_t max_message_;
    std::uint32_t fragments_{};
    bool masked_, in_message_{}, text_{}, ended_{};
    bool message_given_{};
};

// Appends one whole frame; a client's is masked with `mask` (null for a server's).
void append_frame(std::string& out, Opcode opcode, std::string_view payload, const std::uint32_t* mask = nullptr);
// Appends a close frame; the text is cut to 123 bytes at a character's edge. Code 1005: without payload.
void append_close(std::string& out, std::uint16_t code, std::string_view text, const std::uint32_t* mask = nullptr);

// The value of Sec-WebSocket-Accept for a key.
std::string accept_key(std::string_view key);

} // namespace harvest::web
