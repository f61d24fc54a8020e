#include "common/adapters/redis/script.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace harvest::redis {

Script::Script(std::string_view lua) : text_(lua)
{
    // SHA-1 is Redis' name for the script and protects nothing.
    std::array<unsigned char, 20> bytes{};
    if (EVP_Digest(text_.data(), text_.size(), bytes.data(), nullptr, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("no SHA-1");
    for (const unsigned char byte : bytes) {
        digest_ += "0123456789abcdef"[byte >> 4];
        digest_ += "0123456789abcdef"[byte & 15];
    }
}

} // namespace harvest::redis
