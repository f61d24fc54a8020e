// OneTimeCodes over HOTP and the Sealer. For any thread.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/one_time_codes.hpp"
#include "common/ports/sealer.hpp"

namespace harvest::crypto {

class Totp final : public OneTimeCodes {
public:
    Totp(Sealer& sealer, Entropy& entropy) : sealer_(sealer), entropy_(entropy) {}

    CodeKey make(const PlayerId& player) override;
    Result<std::int64_t> check(ByteView box, const PlayerId& player, std::string_view code, std::int64_t after,
                               Millis now) override;

private:
    Sealer& sealer_;
    Entropy& entropy_;
};

} // namespace harvest::crypto
