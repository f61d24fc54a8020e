// What a handler answers, and who asks.
#pragma once

#include "common/base/ids.hpp"
#include "common/protocol/live.hpp"
#include "daemons/connsrv/service.hpp"

#include <string>

namespace harvest::connsrv {

// JSON on success; else the code, and a reason for people where its own message does not say enough.
struct Reply {
    Error error;
    std::string text;
    Reply(std::string json) : text(std::move(json)) {}
    Reply(Error code, std::string why = {}) : error(code), text(std::move(why)) {}
    Reply(Errc code) : error(code) {}
    Reply(LiveErrc code) : error(code) {}
};

// Who asks: copied, since the session may be gone after any wait.
struct Caller {
    ConnId conn{};
    PlayerId player;
    SessionId session;
    std::string name;
};

// The data of a request, or what is wrong with it.
template <class T>
Result<T> read_data(const protocol::LiveRequest& request, std::string& why)
{
    return protocol::decode<T>(request.data.text, &why);
}

inline Reply from_result(const Result<std::string>& result)
{
    return result ? Reply(*result) : Reply(result.error());
}

} // namespace harvest::connsrv
