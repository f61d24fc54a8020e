// Commands and replies as bytes (RESP2, the Redis serialization protocol), by hiredis.
#pragma once

#include "common/base/result.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::redis {

struct Reply {
    enum class Kind { nil, integer, text, list, error };
    Kind kind{Kind::nil};
    std::int64_t integer{};
    std::string text; // of an error: "WRONGTYPE Operation against a key …"
    std::vector<Reply> items;
};

std::string encode(std::span<const std::string> words);

class ReplyReader {
public:
    ReplyReader();
    ~ReplyReader();
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    void feed(std::string_view bytes);
    // True if a whole reply was there. Errors: data_loss (not the protocol: the connection is of no use any more).
    Result<bool> next(Reply& reply);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace harvest::redis
