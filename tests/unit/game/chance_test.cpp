#include "common/base/encoding.hpp"
#include "common/game/battle/chance.hpp"
#include "common/game/battle/digest.hpp"
#include "tests/unit/game/random_play.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include <cmath>
#include <numeric>

using namespace harvest;
using namespace harvest::game::battle;

namespace {

Seed seed_of(std::string_view hex)
{
    const Bytes bytes = from_hex(hex).value();
    Seed seed{};
    std::copy(bytes.begin(), bytes.end(), seed.begin());
    return seed;
}

} // namespace

TEST_CASE("ChaCha20's block is that of RFC 8439 section 2.3.2", "[chance]")
{
    const Seed key = seed_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    const std::array<std::uint8_t, 12> nonce{0, 0, 0, 9, 0, 0, 0, 0x4A, 0, 0, 0, 0};
    CHECK(to_hex(chacha20_block(key, 1, nonce)) ==
          "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de16"
          "4eb9cbd083e8a2503c4e");
}

TEST_CASE("ChaCha20's stream is OpenSSL's, block after block", "[chance]")
{
    test::Dice dice(1);
    const Seed key = test::random_seed(dice);
    const std::array<std::uint8_t, 12> nonce{'p', 'l', 'a', 'y'};
    // OpenSSL's IV is the counter, little-endian, and the nonce.
    std::array<std::uint8_t, 16> iv{};
    std::copy(nonce.begin(), nonce.end(), iv.begin() + 4);
    std::array<std::uint8_t, 64 * 20> zeros{}, expected{};
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    int length = 0;
    REQUIRE(EVP_EncryptInit_ex(context, EVP_chacha20(), nullptr, key.data(), iv.data()) == 1);
    REQUIRE(EVP_EncryptUpdate(context, expected.data(), &length, zeros.data(), static_cast<int>(zeros.size())) == 1);
    EVP_CIPHER_CTX_free(context);
    std::uint32_t drawn = 0;
    Stream stream(key, StreamName::play, drawn);
    for (std::size_t i = 0; i < expected.size(); i += 8) {
        std::uint64_t word = 0;
        for (std::size_t b = 0; b < 8; ++b) word |= std::uint64_t{expected[i + b]} << (8 * b);
        REQUIRE(stream.next() == word);
    }
    CHECK(drawn == expected.size() / 8);
}

TEST_CASE("HMAC-SHA-256 is that of RFC 4231, SHA-256 that of FIPS 180", "[chance]")
{
    CHECK(to_hex(sha256({as_bytes("abc")})) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want "), as_bytes("for nothing?")})) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const Bytes long_key(131, 0xAA);
    CHECK(to_hex(hmac_sha256(long_key, {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a stream goes on where its count of draws says", "[chance]")
{
    const Seed key = seed_of("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
    std::uint32_t whole = 0;
    Stream stream(key, StreamName::deck1, whole);
    std::vector<std::uint64_t> words;
    for (int i = 0; i < 40; ++i) words.push_back(stream.next());
    for (std::uint32_t from = 0; from < 40; ++from) {
        std::uint32_t drawn = from;
        CHECK(Stream(key, StreamName::deck1, drawn).next() == words[from]);
    }
    std::uint32_t drawn = 0;
    CHECK(Stream(key, StreamName::deck2, drawn).next() != words[0]);
    std::uint32_t none = 7;
    CHECK(Stream(key, StreamName::play, none).below(1) == 0);
    CHECK(none == 7);
}

TEST_CASE("T17: the words kept are a whole multiple of the bound", "[chance]")
{
    constexpr std::uint64_t most = ~std::uint64_t{0};
    CHECK(last_fair_word(2) == most);
    CHECK(last_fair_word(3) == most - 1);
    CHECK(last_fair_word(24) == most - 16);
    for (std::uint32_t bound = 1; bound < 2000; ++bound) {
        const std::uint64_t last = last_fair_word(bound);
        REQUIRE(last % bound == bound - 1); // the last of a whole round
        REQUIRE(most - last < bound);       // and no round is wasted
    }
}

// Chi-square of position against card, by Wilson and Hilferty's normal form of its distribution.
TEST_CASE("T17: shuffles are even over 100,000 seeds, p > 0.01", "[chance]")
{
    constexpr std::size_t cards = 24, shuffles = 100'000;
    std::array<std::array<int, cards>, cards> seen{};
    test::Dice dice(2026);
    Seed key = test::random_seed(dice);
    for (std::size_t n = 0; n < shuffles; ++n) {
        for (std::size_t b = 0; b < 8; ++b) key[b] = static_cast<std::uint8_t>(n >> (8 * b));
        std::array<std::uint8_t, cards> deck{};
        std::iota(deck.begin(), deck.end(), std::uint8_t{0});
        std::uint32_t drawn = 0;
        Stream(key, StreamName::deck1, drawn).shuffle(std::span<std::uint8_t>(deck));
        for (std::size_t at = 0; at < cards; ++at) ++seen[at][deck[at]];
    }
    const double expected = double{shuffles} / cards;
    double sum = 0;
    for (const auto& row : seen)
        for (const int count : row) sum += (count - expected) * (count - expected) / expected;
    const double freedom = (cards - 1) * (cards - 1);
    const double z = (std::cbrt(sum / freedom) - (1 - 2 / (9 * freedom))) / std::sqrt(2 / (9 * freedom));
    INFO("chi-square " << sum << " with " << freedom << " degrees, z " << z);
    CHECK(z < 2.326);
    CHECK(z > -3.5); // too even would be as strange
}
