#include "common/crypto/aes_gcm.hpp"

#include "common/base/assert.hpp"
#include "common/crypto/openssl.hpp"

#include <algorithm>

namespace harvest::crypto {
namespace {

constexpr std::size_t nonce_size = 12, tag_size = 16;

} // namespace

Bytes aes_gcm_seal(const AesKey& key, const AesNonce& nonce, ByteView plain, ByteView associated)
{
    const CipherCtx ctx(EVP_CIPHER_CTX_new());
    Bytes box(nonce_size + plain.size() + tag_size);
    std::copy(nonce.begin(), nonce.end(), box.begin());
    std::uint8_t* out = box.data() + nonce_size;
    int length = 0;
    bool ok = EVP_EncryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1;
    ok = ok &&
         EVP_EncryptUpdate(ctx.get(), nullptr, &length, associated.data(), static_cast<int>(associated.size())) == 1;
    ok = ok && EVP_EncryptUpdate(ctx.get(), out, &length, plain.data(), static_cast<int>(plain.size())) == 1;
    ok = ok && EVP_EncryptFinal_ex(ctx.get(), out + length, &length) == 1;
    ok = ok && EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_GET_TAG, tag_size, out + plain.size()) == 1;
    HARVEST_ASSERT(ok);
    return box;
}

Result<Bytes> aes_gcm_open(const AesKey& key, ByteView box, ByteView associated)
{
    if (box.size() < nonce_size + tag_size) return Errc::data_loss;
    const CipherCtx ctx(EVP_CIPHER_CTX_new());
    const ByteView sealed = box.subspan(nonce_size, box.size() - nonce_size - tag_size);
    Bytes tag(box.end() - tag_size, box.end());
    Bytes plain(sealed.size() + 1); // never empty, so that its address is good
    int length = 0;
    bool ok = EVP_DecryptInit_ex(ctx.get(), EVP_aes_256_gcm(), nullptr, key.data(), box.data()) == 1;
    ok = ok &&
         EVP_DecryptUpdate(ctx.get(), nullptr, &length, associated.data(), static_cast<int>(associated.size())) == 1;
    ok = ok && EVP_DecryptUpdate(ctx.get(), plain.data(), &length, sealed.data(), static_cast<int>(sealed.size())) == 1;
    ok = ok && EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1;
    ok = ok && EVP_DecryptFinal_ex(ctx.get(), plain.data() + length, &length) == 1;
    if (!ok) return Errc::data_loss;
    plain.pop_back();
    return plain;
}

} // namespace harvest::crypto
