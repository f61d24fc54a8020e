// H9: payloads of stored events, of this version or a later one, are read or refused.
#include "common/protocol/events.hpp"

#include "common/protocol/chat.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace harvest::protocol;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)decode<UserEvent>(text, nullptr, Unknown::ignore);
    (void)decode<SessionRevoked>(text, nullptr, Unknown::ignore);
    (void)decode<MatchEnded>(text, nullptr, Unknown::ignore);
    (void)decode<ChatSubmitted>(text, nullptr, Unknown::ignore);
    return 0;
}
