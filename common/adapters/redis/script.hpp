// A Lua script that Redis runs as one step, called by its SHA-1 and sent whole only where Redis does not know it.
#pragma once

#include <string>
#include <string_view>

namespace harvest::redis {

class Script {
public:
    explicit Script(std::string_view lua);
    const std::string& text() const { return text_; }
    const std::string& digest() const { return digest_; } // in hex

private:
    std::string text_, digest_;
};

} // namespace harvest::redis
