#include "common/adapters/web/websocket.hpp"

#include "common/adapters/web/http_head.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace harvest::web {
namespace {

constexpr std::uint32_t max_fragments = 1024; // a message in more pieces is an attack on our CPU

void apply_mask(char* bytes, std::size_t size, std::uint32_t mask)
{
    const std::uint64_t wide = mask | (static_cast<std::uint64_t>(mask) << 32);
    std::size_t at = 0;
    for (; at + 8 <= size; at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes + at, 8);
        word ^= wide;
        std::memcpy(bytes + at, &word, 8);
    }
    std::array<char, 4> small{};
    std::memcpy(small.data(), &mask, 4);
    for (; at < size; ++at) bytes[at] = static_cast<char>(bytes[at] ^ small[at & 3]);
}

bool is_valid_close_code(std::uint16_t code)
{
    if (code >= 3000 && code <= 4999) return true;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

} // namespace

CloseCode close_code(CloseReason reason)
{
    switch (reason) {
    case CloseReason::normal:
        return {1000, "good-bye"};
    case CloseReason::unresponsive:
        return {1008, "nothing heard for too long"};
    case CloseReason::protocol_error:
        return {1002, "protocol error"};
    case CloseReason::bad_data:
        return {1007, "not valid text"};
    case CloseReason::policy:
        return {1008, "policy"};
    case CloseReason::too_big:
        return {1009, "message too big"};
    case CloseReason::slow_consumer:
        return {1008, "slow_consumer"};
    case CloseReason::replaced:
        return {4001, "replaced by a newer session"};
    case CloseReason::revoked:
        return {4003, "session revoked"};
    case CloseReason::going_away:
        return {1012, "service restart: connect again"};
    }
    return {1011, "internal"};
}

struct WsReader::Frame {
    Opcode opcode;
    bool last, masked;
    unsigned reserved;
    std::uint64_t length;
};

WsEvent WsReader::fail(std::uint16_t code, std::string_view problem)
{
    ended_ = true;
    return {.kind = WsEvent::Kind::error, .payload = {}, .code = code, .problem = problem};
}

WsEvent WsReader::next(std::span<char>& bytes)
{
    if (message_given_) {
        message_given_ = false;
        message_ = std::string();
    }
    if (ended_ || bytes.size() < 2) return {};
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    Frame frame{.opcode = static_cast<Opcode>(byte(0) & 0x0F),
                .last = (byte(0) & 0x80) != 0,
                .masked = (byte(1) & 0x80) != 0,
                .reserved = byte(0) & 0x70U,
                .length = byte(1) & 0x7FU};
    std::size_t header = 2;
    if (frame.length >= 126) {
        const std::size_t wide = frame.length == 126 ? 2 : 8;
        header += wide;
        if (bytes.size() >= header) {
            frame.length = 0;
            for (std::size_t i = 0; i < wide; ++i) frame.length = frame.length << 8 | byte(2 + i);
            if (frame.length < (wide == 2 ? 126U : 65536U)) return fail(1002, "length not in its shortest form");
        }
    }
    WsEvent failure;
    if (!check(frame, failure)) {
        ended_ = true;
        return failure;
    }
    if (frame.masked) header += 4;
    if (bytes.size() < header) return {};
    if (frame.length > max_message_ || message_.size() + frame.length > max_message_)
        return fail(1009, "message too big");
    const auto length = static_cast<std::size_t>(frame.length);
    if (bytes.size() < header + length) return {};
    char* const payload = bytes.data() + header;
    if (frame.masked) {
        std::uint32_t mask = 0;
        std::memcpy(&mask, payload - 4, 4);
        apply_mask(payload, length, mask);
    }
    bytes = bytes.subspan(header + length);
    const bool is_control = (static_cast<unsigned>(frame.opcode) & 8U) != 0;
    return is_control ? control(frame, {payload, length}) : data(frame, {payload, length});
}

// Whatever the header alone can say, before a byte of payload is waited for.
bool WsReader::check(const Frame& frame, WsEvent& failure) const
{
    const auto broken = [&](std::string_view problem) {
        failure = {.kind = WsEvent::Kind::error, .payload = {}, .code = 1002, .problem = problem};
        return false;
    };
    if (frame.reserved != 0) return broken("reserved bits are set");
    if (frame.masked != masked_) return broken(masked_ ? "a client's frames must be masked" : "masked by the server");
    switch (frame.opcode) {
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
        if (!frame.last) return broken("a fragmented control frame");
        if (frame.length > 125) return broken("a control frame over 125 bytes");
        return true;
    case Opcode::continuation:
        return in_message_ || broken("a continuation without a beginning");
    case Opcode::text:
    case Opcode::binary:
        return !in_message_ || broken("a new message inside another");
    }
    return broken("an unknown opcode");
}

WsEvent WsReader::control(const Frame& frame, std::string_view payload)
{
    if (frame.opcode == Opcode::ping) return {.kind = WsEvent::Kind::ping, .payload = payload, .problem = {}};
    if (frame.opcode == Opcode::pong) return {.kind = WsEvent::Kind::pong, .payload = payload, .problem = {}};
    if (payload.empty()) {
        ended_ = true;
        return {.kind = WsEvent::Kind::close, .payload = {}, .code = 1005, .problem = {}};
    }
    if (payload.size() == 1) return fail(1002, "half a close code");
    const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                                 static_cast<unsigned char>(payload[1]));
    if (!is_valid_close_code(code)) return fail(1002, "an invalid close code");
    if (!valid_utf8(payload.substr(2))) return fail(1007, "a close reason that is not UTF-8");
    ended_ = true;
    return {.kind = WsEvent::Kind::close, .payload = payload.substr(2), .code = code, .problem = {}};
}

WsEvent WsReader::data(const Frame& frame, std::string_view payload)
{
    if (frame.opcode != Opcode::continuation) {
        text_ = frame.opcode == Opcode::text;
        fragments_ = 0;
    }
    if (!frame.last || in_message_) {
        if (++fragments_ > max_fragments) return fail(1008, "a message in too many fragments");
        in_message_ = !frame.last;
        message_.append(payload);
        if (!frame.last) return {.kind = WsEvent::Kind::need_more, .payload = {}, .problem = {}};
        payload = message_;
        message_given_ = true;
    }
    if (text_ && !valid_utf8(payload)) return fail(1007, "text that is not UTF-8");
    return {.kind = WsEvent::Kind::message, .payload = payload, .problem = {}};
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload, const std::uint32_t* mask)
{
    std::array<char, 14> header;
    std::size_t size = 0;
    const unsigned mask_bit = mask ? 0x80U : 0U;
    header[size++] = static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    if (payload.size() < 126) {
        header[size++] = static_cast<char>(mask_bit | payload.size());
    } else {
        const int wide = payload.size() < 65536 ? 2 : 8;
        header[size++] = static_cast<char>(mask_bit | (wide == 2 ? 126U : 127U));
        for (int shift = (wide - 1) * 8; shift >= 0; shift -= 8)
            header[size++] = static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> shift & 0xFFU);
    }
    if (mask) {
        std::memcpy(header.data() + size, mask, 4);
        size += 4;
    }
    out.append(header.data(), size);
    out.append(payload);
    if (mask) apply_mask(out.data() + (out.size() - payload.size()), payload.size(), *mask);
}

void append_close(std::string& out, std::uint16_t code, std::string_view text, const std::uint32_t* mask)
{
    std::string payload;
    if (code != 1005) {
        payload.push_back(static_cast<char>(code >> 8));
        payload.push_back(static_cast<char>(code & 0xFF));
        text = text.substr(0, 123);
        while (!text.empty() && !valid_utf8(text)) text.remove_suffix(1);
        payload.append(text);
    }
    append_frame(out, Opcode::close, payload, mask);
}

std::string accept_key(std::string_view key)
{
    std::string text{key};
    text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 32> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

} // namespace harvest::web
