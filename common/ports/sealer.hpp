// Keeps short secrets closed in the store and the event log: AES-256-GCM under a key that lives elsewhere (NIST SP
// 800-38D).
#pragma once

#include "common/base/encoding.hpp"

#include <array>
#include <memory>
#include <string_view>

namespace harvest {

using SealKey = std::array<std::uint8_t, 32>;

class Sealer {
public:
    virtual ~Sealer() = default;
    // `purpose` is bound to the box as associated data: one opens only with the same.
    virtual Bytes seal(ByteView secret, std::string_view purpose) = 0;
    virtual Result<Bytes> open(ByteView box, std::string_view purpose) = 0; // Errors: data_loss
    // Tells one key from another, and nothing of either: 8 hexadecimal digits.
    virtual std::string key_id() const = 0;
    // The same under another key.
    virtual std::shared_ptr<Sealer> under(const SealKey& key) = 0;
};

} // namespace harvest
