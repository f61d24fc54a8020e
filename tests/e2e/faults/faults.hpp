// What a faulty network does to what it carries, drawn from a seed so that a run can be had again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace harvest::faults {

using Steady = std::chrono::steady_clock;
using Millis = std::chrono::milliseconds;

struct Faults {
    double loss{}, duplicate{}, reorder{}, corrupt{}; // chance of a datagram; of a piece of a stream: corrupt only
    double cut{};                                     // chance that a piece of a stream ends its connection by a reset
    Millis delay{}, jitter{};                         // each waits delay and up to jitter more
    std::int64_t rate{};                              // bytes a second and direction; 0: as fast as it comes
    bool partition{};                                 // nothing passes, and nobody is told
};

// "loss 0.1 delay 20 jitter 10", "partition", "heal", "calm" (no faults at all). False if it is none of these.
bool change(Faults& faults, std::string_view command);

struct Counts {
    std::uint64_t passed{}, lost{}, duplicated{}, reordered{}, corrupted{}, delayed{}, connections{}, cut{};
    std::string json() const;
};

// The fate of one datagram.
struct Fate {
    bool lost{};
    int copies{1};
    Millis wait{};
};

class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    Fate fate(const Faults& faults, Counts& counts, std::span<std::uint8_t> datagram); // may change a byte of it
    Millis wait(const Faults& faults, Counts& counts);
    void corrupt(std::span<std::uint8_t> bytes, Counts& counts);
    bool happens(double chance) { return chance > 0 && std::uniform_real_distribution<>(0, 1)(random_) < chance; }

private:
    std::mt19937_64 random_;
};

// When bytes of one direction may leave, at Faults::rate. Nothing if they would wait so long that a router drops them.
class Lane {
public:
    std::optional<Steady::time_point> departure(std::int64_t rate, std::size_t bytes, Steady::time_point now);

private:
    Steady::time_point free_{};
};

} // namespace harvest::faults
