#include "common/game/battle/chance.hpp"

#include "common/game/battle/digest.hpp"

#include <bit>

namespace harvest::game::battle {

namespace {

std::uint32_t load_32(const std::uint8_t* bytes)
{
    return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
           std::uint32_t{bytes[3]} << 24;
}

using Words = std::array<std::uint32_t, 16>;

void quarter_round(Words& x, std::size_t a, std::size_t b, std::size_t c, std::size_t d)
{
    x[a] += x[b], x[d] = std::rotl(x[d] ^ x[a], 16);
    x[c] += x[d], x[b] = std::rotl(x[b] ^ x[c], 12);
    x[a] += x[b], x[d] = std::rotl(x[d] ^ x[a], 8);
    x[c] += x[d], x[b] = std::rotl(x[b] ^ x[c], 7);
}

// RFC 8439 §2.3: the block as sixteen words, before they are written little-endian.
Words block_words(const Seed& key, std::uint32_t counter, const std::array<std::uint8_t, 12>& nonce)
{
    Words start{0x61707865, 0x3320646E, 0x79622D32, 0x6B206574};
    for (std::size_t i = 0; i < 8; ++i) start[4 + i] = load_32(&key[4 * i]);
    start[12] = counter;
    for (std::size_t i = 0; i < 3; ++i) start[13 + i] = load_32(&nonce[4 * i]);
    Words x = start;
    for (int round = 0; round < 10; ++round) {
        quarter_round(x, 0, 4, 8, 12);
        quarter_round(x, 1, 5, 9, 13);
        quarter_round(x, 2, 6, 10, 14);
        quarter_round(x, 3, 7, 11, 15);
        quarter_round(x, 0, 5, 10, 15);
        quarter_round(x, 1, 6, 11, 12);
        quarter_round(x, 2, 7, 8, 13);
        quarter_round(x, 3, 4, 9, 14);
    }
    for (std::size_t i = 0; i < 16; ++i) x[i] += start[i];
    return x;
}

constexpr std::array<std::array<std::uint8_t, 12>, 3> labels{{
    {'d', 'e', 'c', 'k', '1'},
    {'d', 'e', 'c', 'k', '2'},
    {'p', 'l', 'a', 'y'},
}};

} // namespace

Seed commitment(const Seed& server_seed)
{
    return sha256({server_seed});
}

Seed match_seed(const Seed& server_seed, std::string_view match_id, const Nonce& nonce_1, const Nonce& nonce_2)
{
    constexpr std::array<std::uint8_t, 1> zero{};
    return hmac_sha256(server_seed, {as_bytes(match_id), zero, nonce_1, nonce_2});
}

std::array<std::uint8_t, 64> chacha20_block(const Seed& key, std::uint32_t counter,
                                            const std::array<std::uint8_t, 12>& nonce)
{
    const Words words = block_words(key, counter, nonce);
    std::array<std::uint8_t, 64> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
    return bytes;
}

std::uint64_t Stream::next()
{
    const std::uint32_t block = drawn_ / 8;
    if (block != loaded_) {
        const Words words = block_words(key_, block, labels[static_cast<std::size_t>(name_)]);
        for (std::size_t i = 0; i < 8; ++i)
            words_[i] = std::uint64_t{words[2 * i]} | std::uint64_t{words[2 * i + 1]} << 32;
        loaded_ = block;
    }
    return words_[drawn_++ % 8];
}

std::uint32_t Stream::below(std::uint32_t bound)
{
    if (bound <= 1) return 0;
    const std::uint64_t last = last_fair_word(bound);
    for (;;) {
        const std::uint64_t word = next();
        if (word <= last) return static_cast<std::uint32_t>(word % bound);
    }
}

} // namespace harvest::game::battle
