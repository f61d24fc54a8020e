// H5: an envelope that is accepted can be written and read again with the same meaning.
#include "common/protocol/live.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::string why;
    const Result<protocol::LiveRequest> request = protocol::decode_request(text, &why);
    if (!request) {
        if (why.empty()) std::abort();
    } else {
        const auto again =
            protocol::decode_request(protocol::encode_request(request->op, request->id, request->data.text), &why);
        if (!again || again->op != request->op || again->id != request->id || again->data != request->data)
            std::abort();
    }
    // What clients read of a server must not harm them either.
    (void)protocol::decode<protocol::ServerMessage>(text, &why, protocol::Unknown::ignore);
    return 0;
}
