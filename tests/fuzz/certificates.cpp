// H12: certificates and keys of an operator's own files: read or refused, whatever the PEM armour holds.
#include "common/crypto/es256.hpp"
#include "common/crypto/x509.hpp"

#include <openssl/evp.h>

#include <cstdlib>

namespace {

using namespace harvest::crypto;

std::string armoured(std::string_view der, const std::string& label)
{
    std::string text(4 * (der.size() / 3 + 1) + 1, '\0');
    const int length =
        ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                          reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
    text.resize(static_cast<std::size_t>(length));
    std::string out = "-----BEGIN " + label + "-----\n";
    for (std::size_t at = 0; at < text.size(); at += 64) out += text.substr(at, 64) + '\n';
    return out + "-----END " + label + "-----\n";
}

void read_all(std::string_view text)
{
    for (const std::string& each : split_certificates(text)) {
        (void)certificate_info(each);
        (void)is_signed_by(each, text);
        (void)certificate_fits(each, text);
    }
    (void)certificate_info(text);
    const harvest::Result<PrivateKey> key = PrivateKey::from_pem(text);
    if (key && !PrivateKey::from_pem(key->to_pem())) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_all(bytes);
    read_all(armoured(bytes, "CERTIFICATE"));
    read_all(armoured(bytes, "PRIVATE"
                             " KEY"));
    return 0;
}
