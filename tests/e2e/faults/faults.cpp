#include "tests/e2e/faults/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace harvest::faults {
namespace {

constexpr Millis overtaken_by{40}; // what a reordered datagram waits, and others pass it
constexpr Millis longest_queue{500};

std::vector<std::string_view> words_of(std::string_view text)
{
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

bool set(Faults& faults, std::string_view name, double value)
{
    const std::array<std::pair<std::string_view, double*>, 5> chances{{{"loss", &faults.loss},
                                                                       {"duplicate", &faults.duplicate},
                                                                       {"reorder", &faults.reorder},
                                                                       {"corrupt", &faults.corrupt},
                                                                       {"cut", &faults.cut}}};
    for (const auto& [known, field] : chances)
        if (name == known) {
            *field = value;
            return value >= 0 && value <= 1;
        }
    if (value < 0) return false;
    const auto whole = static_cast<std::int64_t>(value);
    if (name == "delay")
        faults.delay = Millis(whole);
    else if (name == "jitter")
        faults.jitter = Millis(whole);
    else if (name == "rate")
        faults.rate = whole;
    else
        return false;
    return true;
}

} // namespace

bool change(Faults& faults, std::string_view command)
{
    if (command == "calm") {
        faults = {};
        return true;
    }
    if (command == "partition" || command == "heal") {
        faults.partition = command == "partition";
        return true;
    }
    const std::vector<std::string_view> words = words_of(command);
    if (words.empty() || words.size() % 2 != 0) return false;
    Faults changed = faults;
    for (std::size_t i = 0; i < words.size(); i += 2) {
        double value = 0;
        const char* const end = words[i + 1].data() + words[i + 1].size();
        const auto read = std::from_chars(words[i + 1].data(), end, value);
        if (read.ec != std::errc{} || read.ptr != end || !set(changed, words[i], value)) return false;
    }
    faults = changed;
    return true;
}

std::string Counts::json() const
{
    return fmt::format(R"({{"passed":{},"lost":{},"duplicated":{},"reordered":{},"corrupted":{},"delayed":{},)"
                       R"("connections":{},"cut":{}}})",
                       passed, lost, duplicated, reordered, corrupted, delayed, connections, cut);
}

void Dice::corrupt(std::span<std::uint8_t> bytes, Counts& counts)
{
    if (bytes.empty()) return;
    const std::size_t at = std::uniform_int_distribution<std::size_t>(0, bytes.size() - 1)(random_);
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1u << std::uniform_int_distribution<>(0, 7)(random_)));
    ++counts.corrupted;
}

Millis Dice::wait(const Faults& faults, Counts& counts)
{
    Millis wait = faults.delay;
    if (faults.jitter > Millis{0})
        wait += Millis(std::uniform_int_distribution<std::int64_t>(0, faults.jitter.count())(random_));
    if (wait > Millis{0}) ++counts.delayed;
    return wait;
}

Fate Dice::fate(const Faults& faults, Counts& counts, std::span<std::uint8_t> datagram)
{
    Fate fate;
    if (faults.partition || happens(faults.loss)) {
        ++counts.lost;
        fate.lost = true;
        return fate;
    }
    ++counts.passed;
    if (happens(faults.corrupt)) corrupt(datagram, counts);
    if (happens(faults.duplicate)) {
        ++counts.duplicated;
        fate.copies = 2;
    }
    fate.wait = wait(faults, counts);
    if (happens(faults.reorder)) {
        ++counts.reordered;
        fate.wait += overtaken_by;
    }
    return fate;
}

std::optional<Steady::time_point> Lane::departure(std::int64_t rate, std::size_t bytes, Steady::time_point now)
{
    if (rate <= 0) return now;
    const Steady::time_point at = std::max(now, free_);
    if (at - now > longest_queue) return std::nullopt;
    free_ = at + std::chrono::microseconds(static_cast<std::int64_t>(bytes) * 1'000'000 / rate);
    return at;
}

} // namespace harvest::faults
