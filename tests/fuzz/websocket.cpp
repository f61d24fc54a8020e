// H2: frames read in one piece and in many give the same messages, no message is over its limit, and after an error or
// a close nothing is read any more.
#include "common/adapters/web/websocket.hpp"

#include "common/adapters/web/http_head.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace {

using namespace harvest::web;

constexpr std::size_t max_message = 512;

void check(bool claim)
{
    if (!claim) std::abort();
}

struct Seen {
    WsEvent::Kind kind;
    std::string payload;
    std::uint16_t code;
    bool operator==(const Seen&) const = default;
};

std::vector<Seen> read(std::string_view bytes, std::size_t step, bool masked)
{
    std::vector<Seen> all;
    WsReader reader(masked, max_message);
    std::string kept;
    bool ended = false;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        kept.append(bytes.substr(at, step));
        std::span<char> rest{kept};
        while (true) {
            const std::size_t before = rest.size();
            const WsEvent event = reader.next(rest);
            if (event.kind == WsEvent::Kind::need_more) {
                if (rest.size() == before) break;
                continue;
            }
            check(!ended && event.payload.size() <= max_message);
            ended = event.kind == WsEvent::Kind::error || event.kind == WsEvent::Kind::close;
            all.push_back({event.kind, std::string(event.payload), event.code});
        }
        kept.assign(rest.data(), rest.size());
        check(ended || kept.size() <= max_message + 14 + step);
    }
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const bool masked = (data[0] & 0x80) == 0;
    const std::size_t step = 1 + data[0] % 32;
    check(read(bytes, step, masked) == read(bytes, std::max<std::size_t>(bytes.size(), 1), masked));
    // What we write, we read back.
    std::string out;
    const std::uint32_t mask = 0x12345678;
    append_frame(out, Opcode::binary, bytes.substr(0, max_message), masked ? &mask : nullptr);
    append_close(out, 1000, bytes, masked ? &mask : nullptr);
    const std::vector<Seen> back = read(out, step, masked);
    check(back.size() == 2 && back[0].payload == bytes.substr(0, max_message) && back[1].kind == WsEvent::Kind::close &&
          back[1].code == 1000);
    return 0;
}
