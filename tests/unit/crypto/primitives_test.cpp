#include "common/crypto/aes_gcm.hpp"
#include "common/crypto/argon2id.hpp"
#include "common/crypto/digest.hpp"
#include "common/crypto/es256.hpp"

#include <catch2/catch.hpp>

using namespace harvest;
using namespace harvest::crypto;

TEST_CASE("SHA-256 and HMAC-SHA-256 give the published vectors", "[crypto]")
{
    CHECK(to_hex(sha256(as_bytes("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // RFC 4231 §4.3
    CHECK(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a signature is good for its message and key only", "[crypto]")
{
    const PrivateKey key = PrivateKey::generate(), other = PrivateKey::generate();
    for (int i = 0; i < 64; ++i) {
        const std::string message = "message " + std::to_string(i);
        const Signature signature = key.sign(as_bytes(message));
        CHECK(key.public_key().verify(as_bytes(message), signature));
        CHECK_FALSE(other.public_key().verify(as_bytes(message), signature));
        CHECK_FALSE(key.public_key().verify(as_bytes(message + "!"), signature));
        Signature bent = signature;
        bent[static_cast<std::size_t>(i)] ^= 1;
        CHECK_FALSE(key.public_key().verify(as_bytes(message), bent));
    }
}

TEST_CASE("signatures with zero numbers or another length are refused", "[crypto]")
{
    const PrivateKey key = PrivateKey::generate();
    Signature signature = key.sign(as_bytes("m"));
    Signature zero_r = signature, zero_s = signature;
    std::fill_n(zero_r.begin(), 32, std::uint8_t{});
    std::fill_n(zero_s.begin() + 32, 32, std::uint8_t{});
    CHECK_FALSE(key.public_key().verify(as_bytes("m"), zero_r));
    CHECK_FALSE(key.public_key().verify(as_bytes("m"), zero_s));
    CHECK_FALSE(key.public_key().verify(as_bytes("m"), ByteView(signature).first(63)));
    CHECK_FALSE(key.public_key().verify(as_bytes("m"), {}));
}

TEST_CASE("a high s is refused: each signature has one form", "[crypto]")
{
    // n − s is as valid for the curve as s; n of P-256, FIPS 186-4 D.1.2.3.
    const Bytes n = *from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const PrivateKey key = PrivateKey::generate();
    Signature signature = key.sign(as_bytes("m"));
    int borrow = 0;
    for (std::size_t i = 32; i-- > 0;) {
        int digit = n[i] - signature[32 + i] - borrow;
        borrow = digit < 0;
        signature[32 + i] = static_cast<std::uint8_t>(digit & 0xFF);
    }
    CHECK_FALSE(key.public_key().verify(as_bytes("m"), signature));
}

TEST_CASE("keys survive PEM; what is not a P-256 key is refused", "[crypto]")
{
    const PrivateKey key = PrivateKey::generate();
    const Result<PrivateKey> again = PrivateKey::from_pem(key.to_pem());
    REQUIRE(again.has_value());
    CHECK(again->public_key().thumbprint() == key.public_key().thumbprint());
    CHECK(again->public_key().verify(as_bytes("m"), key.sign(as_bytes("m"))));
    CHECK_FALSE(PrivateKey::from_pem("").has_value());
    CHECK_FALSE(PrivateKey::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").has_value());
    const std::array<std::uint8_t, 32> nowhere{1};
    CHECK_FALSE(PublicKey::from_coordinates(nowhere, nowhere).has_value());
}

TEST_CASE("a derived key is always the same", "[crypto]")
{
    CHECK(PrivateKey::derive("a").to_pem() == PrivateKey::derive("a").to_pem());
    CHECK(PrivateKey::derive("a").to_pem() != PrivateKey::derive("b").to_pem());
    CHECK(PrivateKey::derive("a").public_key().verify(as_bytes("m"), PrivateKey::derive("a").sign(as_bytes("m"))));
}

TEST_CASE("Argon2id gives a PHC string that knows its password", "[crypto]")
{
    const std::array<std::uint8_t, 16> salt{1, 2, 3};
    const Result<std::string> phc = argon2id_hash("correct horse", salt, {.memory_kib = 64, .passes = 1});
    REQUIRE(phc.has_value());
    CHECK(phc->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    CHECK(*argon2id_verify("correct horse", *phc));
    CHECK_FALSE(*argon2id_verify("correct hors", *phc));
    CHECK_FALSE(*argon2id_verify("", *phc));
}

TEST_CASE("a damaged password hash costs neither memory nor time", "[crypto]")
{
    for (const std::string phc :
         {"", "x", "$argon2id$v=19$m=4294967295,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
          "$argon2id$v=19$m=64,t=4294967295,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA", "$argon2d$v=19$m=64,t=1,p=1$AAAA$AAAA",
          "$argon2id$v=19$m=64,t=1,p=1$", "$argon2id$v=19$m=,t=,p=$AAAA$AAAA"}) {
        INFO(phc);
        CHECK(argon2id_verify("p", phc).error() == Errc::data_loss);
    }
}

TEST_CASE("a box opens with its key, nonce and purpose only", "[crypto]")
{
    const AesKey key{1}, other{2};
    const AesNonce nonce{3};
    const Bytes box = aes_gcm_seal(key, nonce, as_bytes("server seed"), as_bytes("m_1"));
    const Result<Bytes> plain = aes_gcm_open(key, box, as_bytes("m_1"));
    REQUIRE(plain.has_value());
    CHECK(std::string(plain->begin(), plain->end()) == "server seed");
    CHECK(aes_gcm_open(other, box, as_bytes("m_1")).error() == Errc::data_loss);
    CHECK(aes_gcm_open(key, box, as_bytes("m_2")).error() == Errc::data_loss);
    CHECK(aes_gcm_open(key, ByteView(box).first(20), as_bytes("m_1")).error() == Errc::data_loss);
    for (std::size_t i = 0; i < box.size(); ++i) {
        Bytes bent = box;
        bent[i] ^= 0x80;
        CHECK(aes_gcm_open(key, bent, as_bytes("m_1")).error() == Errc::data_loss);
    }
    CHECK(aes_gcm_open(key, aes_gcm_seal(key, nonce, {}, {}), {})->empty());
}
