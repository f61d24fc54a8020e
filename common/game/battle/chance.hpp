// Fair chance (harvest-game(7) §5): commit-reveal, and three counted streams of ChaCha20 (RFC 8439) under the match
// seed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace harvest::game::battle {

using Seed = std::array<std::uint8_t, 32>;
using Nonce = std::array<std::uint8_t, 32>; // all zero for a seat that sent none in time

// SHA-256(server seed), published before either nonce is accepted.
Seed commitment(const Seed& server_seed);

// HMAC-SHA-256(key = server seed, match id ‖ 0x00 ‖ nonce of seat 1 ‖ nonce of seat 2).
Seed match_seed(const Seed& server_seed, std::string_view match_id, const Nonce& nonce_1, const Nonce& nonce_2);

std::array<std::uint8_t, 64> chacha20_block(const Seed& key, std::uint32_t counter,
                                            const std::array<std::uint8_t, 12>& nonce);

// The last word that may be reduced modulo the bound (not 0) without favouring small results.
constexpr std::uint64_t last_fair_word(std::uint32_t bound)
{
    return ~std::uint64_t{0} - (0 - std::uint64_t{bound}) % bound;
}

enum class StreamName : std::uint8_t { deck1, deck2, play };

// Draws 64-bit words of one stream; `drawn` is the count of words taken so far and all the state there is.
class Stream {
public:
    Stream(const Seed& key, StreamName name, std::uint32_t& drawn) : key_(key), name_(name), drawn_(drawn) {}
    std::uint64_t next();
    // Uniform in [0, bound): words beyond last_fair_word() are rejected. A bound of 1 takes none.
    std::uint32_t below(std::uint32_t bound);
    // Fisher–Yates from the top, which is the last element.
    template <class T>
    void shuffle(std::span<T> items)
    {
        for (std::size_t i = items.size(); i > 1; --i)
            std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
    }

private:
    const Seed& key_;
    StreamName name_;
    std::uint32_t& drawn_;
    std::uint32_t loaded_{0xFFFFFFFF}; // the block held in words_
    std::array<std::uint64_t, 8> words_{};
};

} // namespace harvest::game::battle
