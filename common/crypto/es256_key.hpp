// What stands behind the keys of es256.hpp, for the sources of this folder.
#pragma once

#include "common/crypto/es256.hpp"
#include "common/crypto/openssl.hpp"

namespace harvest::crypto {

struct PublicKey::Key {
    Pkey pkey;
    PkeyCtx verifying; // ready to verify; each check works on a copy, which costs a tenth of making one
};

struct PrivateKey::Key {
    Pkey pkey;
};

} // namespace harvest::crypto
