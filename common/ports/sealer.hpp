// Keeps short secrets closed in the store: AES-256-GCM under a key that lives outside it (NIST SP 800-38D).
#pragma once

#include "common/base/encoding.hpp"

#include <string_view>

namespace harvest {

class Sealer {
public:
    virtual ~Sealer() = default;
    // `purpose` is bound to the box as associated data: one opens only with the same.
    virtual Bytes seal(ByteView secret, std::string_view purpose) = 0;
    virtual Result<Bytes> open(ByteView box, std::string_view purpose) = 0; // Errors: data_loss
};

} // namespace harvest
