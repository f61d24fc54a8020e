#include "common/crypto/argon2id.hpp"

#include <argon2.h>

#include <charconv>

namespace harvest::crypto {
namespace {

constexpr std::uint32_t hash_length = 32;
constexpr std::uint32_t max_memory_kib = 1U << 20U;
constexpr std::uint32_t max_passes = 64;

// The number after `name`, zero if it is not there: a damaged row must not make us take a gigabyte.
std::uint32_t parameter(std::string_view phc, std::string_view name)
{
    const std::size_t at = phc.find(name);
    std::uint32_t value = 0;
    if (at != std::string_view::npos) std::from_chars(phc.data() + at + name.size(), phc.data() + phc.size(), value);
    return value;
}

bool within_bounds(std::string_view phc)
{
    if (!phc.starts_with("$argon2id$v=19$") || phc.size() > 256) return false;
    const std::uint32_t memory = parameter(phc, "$m="), passes = parameter(phc, ",t=");
    return memory > 0 && memory <= max_memory_kib && passes > 0 && passes <= max_passes;
}

} // namespace

Result<std::string> argon2id_hash(std::string_view password, ByteView salt, Argon2Cost cost)
{
    const std::size_t length = argon2_encodedlen(cost.passes, cost.memory_kib, 1,
                                                 static_cast<std::uint32_t>(salt.size()), hash_length, Argon2_id);
    std::string phc(length, '\0');
    const int code = argon2id_hash_encoded(cost.passes, cost.memory_kib, 1, password.data(), password.size(),
                                           salt.data(), salt.size(), hash_length, phc.data(), phc.size());
    if (code == ARGON2_MEMORY_ALLOCATION_ERROR) return Errc::resource_exhausted;
    if (code != ARGON2_OK) return Errc::invalid_argument;
    phc.resize(phc.find('\0'));
    return phc;
}

Result<bool> argon2id_verify(std::string_view password, const std::string& phc)
{
    if (!within_bounds(phc)) return Errc::data_loss;
    switch (::argon2id_verify(phc.c_str(), password.data(), password.size())) {
    case ARGON2_OK:
        return true;
    case ARGON2_VERIFY_MISMATCH:
        return false;
    case ARGON2_MEMORY_ALLOCATION_ERROR:
        return Errc::resource_exhausted;
    default:
        return Errc::data_loss;
    }
}

} // namespace harvest::crypto
