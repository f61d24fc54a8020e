// Certificates for tests.
#pragma once

#include <string>

namespace harvest::enet::test {

struct Pair {
    std::string certificate_pem;
    std::string key_pem;
};

// A self-signed ECDSA P-256 certificate for localhost and 127.0.0.1, made once a process and name.
const Pair& self_signed(const std::string& name);

} // namespace harvest::enet::test
