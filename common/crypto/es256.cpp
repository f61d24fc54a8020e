#include "common/crypto/es256.hpp"

#include "common/base/assert.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/es256_key.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>

namespace harvest::crypto {
namespace {

constexpr const char* curve = "prime256v1";

using ParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;

Pkey key_from(OSSL_PARAM_BLD* build, int selection)
{
    const Params params(OSSL_PARAM_BLD_to_param(build));
    const PkeyCtx ctx(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
    EVP_PKEY* key = nullptr;
    HARVEST_ASSERT(params && ctx && EVP_PKEY_fromdata_init(ctx.get()) == 1);
    if (EVP_PKEY_fromdata(ctx.get(), &key, selection, params.get()) != 1) return nullptr;
    return Pkey(key);
}

const BIGNUM* half_order()
{
    static const BigNumber half = [] {
        const EcGroup group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
        BigNumber value(BN_new());
        HARVEST_ASSERT(group && value && BN_rshift1(value.get(), EC_GROUP_get0_order(group.get())) == 1);
        return value;
    }();
    return half.get();
}

const BIGNUM* order()
{
    static const EcGroup group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    return EC_GROUP_get0_order(group.get());
}

std::array<std::uint8_t, 32> coordinate(EVP_PKEY* key, const char* name)
{
    BIGNUM* number = nullptr;
    HARVEST_ASSERT(EVP_PKEY_get_bn_param(key, name, &number) == 1);
    const BigNumber owned(number);
    std::array<std::uint8_t, 32> out{};
    HARVEST_ASSERT(BN_bn2binpad(owned.get(), out.data(), 32) == 32);
    return out;
}

// DER of a JWS signature, written by hand: two INTEGERs of at most 33 bytes. Gives its length.
std::size_t to_der(ByteView raw, std::array<std::uint8_t, 72>& der)
{
    std::size_t at = 2;
    for (int part = 0; part < 2; ++part) {
        ByteView number = raw.subspan(static_cast<std::size_t>(part) * 32, 32);
        while (number.size() > 1 && number[0] == 0) number = number.subspan(1);
        const bool pad = (number[0] & 0x80) != 0;
        der[at++] = 0x02;
        der[at++] = static_cast<std::uint8_t>(number.size() + (pad ? 1 : 0));
        if (pad) der[at++] = 0;
        at = static_cast<std::size_t>(std::copy(number.begin(), number.end(), der.begin() + static_cast<long>(at)) -
                                      der.begin());
    }
    der[0] = 0x30;
    der[1] = static_cast<std::uint8_t>(at - 2);
    return at;
}

} // namespace

Result<PublicKey> PublicKey::from_coordinates(ByteView x, ByteView y)
{
    if (x.size() != 32 || y.size() != 32) return Errc::invalid_argument;
    std::array<std::uint8_t, 65> point{4};
    std::copy(x.begin(), x.end(), point.begin() + 1);
    std::copy(y.begin(), y.end(), point.begin() + 33);
    const ParamBuild build(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
    OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    Pkey pkey = key_from(build.get(), EVP_PKEY_PUBLIC_KEY);
    if (!pkey) return Errc::invalid_argument;
    PublicKey key;
    std::copy(x.begin(), x.end(), key.x_.begin());
    std::copy(y.begin(), y.end(), key.y_.begin());
    PkeyCtx verifying(EVP_PKEY_CTX_new(pkey.get(), nullptr));
    HARVEST_ASSERT(verifying && EVP_PKEY_verify_init(verifying.get()) == 1);
    key.key_ = std::make_shared<Key>(Key{std::move(pkey), std::move(verifying)});
    return key;
}

bool PublicKey::verify(ByteView message, ByteView signature) const
{
    if (signature.size() != 64) return false;
    const BigNumber s(BN_bin2bn(signature.data() + 32, 32, nullptr));
    if (BN_is_zero(s.get()) || BN_cmp(s.get(), half_order()) > 0) return false;
    std::array<std::uint8_t, 72> der{};
    const std::size_t length = to_der(signature, der);
    const Digest digest = sha256(message);
    const PkeyCtx ctx(EVP_PKEY_CTX_dup(key_->verifying.get()));
    if (!ctx) return false;
    return EVP_PKEY_verify(ctx.get(), der.data(), length, digest.data(), digest.size()) == 1;
}

std::string PublicKey::thumbprint() const
{
    const std::string canonical =
        R"({"crv":"P-256","kty":"EC","x":")" + to_base64url(x_) + R"(","y":")" + to_base64url(y_) + R"("})";
    return to_base64url(sha256(as_bytes(canonical)));
}

PrivateKey::PrivateKey(std::shared_ptr<const Key> key) : key_(std::move(key))
{
    public_.x_ = coordinate(key_->pkey.get(), OSSL_PKEY_PARAM_EC_PUB_X);
    public_.y_ = coordinate(key_->pkey.get(), OSSL_PKEY_PARAM_EC_PUB_Y);
    const Result<PublicKey> known = PublicKey::from_coordinates(public_.x_, public_.y_);
    HARVEST_ASSERT(known.has_value());
    public_ = *known;
}

PrivateKey PrivateKey::generate()
{
    Pkey pkey(EVP_EC_gen(curve));
    HARVEST_ASSERT(pkey != nullptr);
    return PrivateKey(std::make_shared<Key>(Key{std::move(pkey)}));
}

PrivateKey PrivateKey::derive(std::string_view text)
{
    const Digest digest = sha256(as_bytes(text));
    const EcGroup group(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
    const BigNumber scalar(BN_bin2bn(digest.data(), static_cast<int>(digest.size()), nullptr));
    const EcPoint point(EC_POINT_new(group.get()));
    HARVEST_ASSERT(!BN_is_zero(scalar.get()) && BN_cmp(scalar.get(), order()) < 0);
    HARVEST_ASSERT(EC_POINT_mul(group.get(), point.get(), scalar.get(), nullptr, nullptr, nullptr) == 1);
    std::array<std::uint8_t, 65> encoded{};
    const auto size = EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, encoded.data(),
                                         encoded.size(), nullptr);
    HARVEST_ASSERT(size == encoded.size());
    const ParamBuild build(OSSL_PARAM_BLD_new());
    OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
    OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, encoded.data(), encoded.size());
    OSSL_PARAM_BLD_push_BN_pad(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get(), 32);
    Pkey pkey = key_from(build.get(), EVP_PKEY_KEYPAIR);
    HARVEST_ASSERT(pkey != nullptr);
    return PrivateKey(std::make_shared<Key>(Key{std::move(pkey)}));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem)
{
    const QuietErrors quiet;
    const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // No pass phrase is ever asked for: an encrypted key is refused.
    const auto refuse = [](char*, int, int, void*) { return -1; };
    Pkey pkey(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse, nullptr));
    std::array<char, 64> group{};
    std::size_t length = 0;
    if (!pkey || EVP_PKEY_is_a(pkey.get(), "EC") != 1) return Errc::invalid_argument;
    if (EVP_PKEY_get_group_name(pkey.get(), group.data(), group.size(), &length) != 1) return Errc::invalid_argument;
    if (std::string_view(group.data(), length) != curve) return Errc::invalid_argument;
    return PrivateKey(std::make_shared<Key>(Key{std::move(pkey)}));
}

std::string PrivateKey::to_pem() const
{
    const Bio bio(BIO_new(BIO_s_mem()));
    const int written =
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key_->pkey.get(), nullptr, nullptr, 0, nullptr, nullptr);
    HARVEST_ASSERT(written == 1);
    return text_of(bio.get());
}

Signature PrivateKey::sign(ByteView message) const
{
    const MdCtx ctx(EVP_MD_CTX_new());
    std::array<std::uint8_t, 80> der{};
    std::size_t length = der.size();
    HARVEST_ASSERT(EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) == 1);
    HARVEST_ASSERT(EVP_DigestSign(ctx.get(), der.data(), &length, message.data(), message.size()) == 1);
    const std::uint8_t* at = der.data();
    const EcdsaSig pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length)));
    HARVEST_ASSERT(pair != nullptr);
    const BigNumber s(BN_dup(ECDSA_SIG_get0_s(pair.get())));
    if (BN_cmp(s.get(), half_order()) > 0) BN_sub(s.get(), order(), s.get());
    Signature signature{};
    BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), signature.data(), 32);
    BN_bn2binpad(s.get(), signature.data() + 32, 32);
    return signature;
}

} // namespace harvest::crypto
