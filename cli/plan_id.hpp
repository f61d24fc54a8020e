// The id of a plan: "pl_", the second it was made in, and a hash of what it is about.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace harvest::cli {

constexpr std::string_view plan_start = "pl_";
constexpr std::size_t plan_time_digits = 8, plan_hash_digits = 12; // hexadecimal
constexpr std::size_t plan_time_length = plan_start.size() + plan_time_digits;

// FNV-1a, cut to its digits: a name for a state, not a secret.
inline std::string plan_hash(std::string_view about)
{
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : about) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return fmt::format("{:0{}x}", hash & 0xFFFFFFFFFFFFULL, plan_hash_digits);
}

} // namespace harvest::cli
