// How a bot behaves; its own chance is seeded, so that the same seed and number live the same life.
#pragma once

#include "cli/bots/life/pastimes.hpp"
#include "cli/bots/world.hpp"
#include "common/base/result.hpp"
#include "common/base/time.hpp"
#include "common/game/battle/bots/bot.hpp"
#include "common/protocol/json.hpp"

#include <cmath>
#include <optional>
#include <random>
#include <string>

namespace harvest::bots {

struct Habits {
    std::string transport{"wss"}; // "enet" or "wss"
    std::string mode{"casual"};   // or "ranked", or "either": now this, now that
    game::battle::bots::Level level{game::battle::bots::Level::greedy};
    Millis think_median{50};
    double think_sigma{0.5};    // of the logarithm
    double chat{0.3};           // chance of a message after a match
    double cut{0.02};           // chance of dropping the link in the middle of a match, half the time the lobby's too
    Weights life{only_playing}; // what it spends its time with
    Millis pace{500};           // median of the pause after anything but a match
    bool verify{false};         // hold what it owns against the bot's own books at the end
    std::int64_t matches{0};    // to play; 0: until stopped
    bool marked{false};         // a bot by its account: in no leaderboard, no goal and no business figure
};

class Chance {
public:
    explicit Chance(std::uint64_t seed) : random_(seed) {}
    std::uint64_t next() { return random_(); }
    bool happens(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }
    // Below `count`, which is positive.
    std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
    std::int64_t between(std::int64_t least, std::int64_t most)
    {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
    }
    // Log-normal around the median.
    Millis about(Millis median, double sigma)
    {
        const double sample = std::normal_distribution<>(0, sigma)(random_);
        return Millis(std::llround(static_cast<double>(median.count()) * std::exp(sample)));
    }
    Millis think_time(const Habits& habits) { return about(habits.think_median, habits.think_sigma); }
    template <std::size_t Size>
    std::array<std::uint8_t, Size> bytes()
    {
        std::array<std::uint8_t, Size> out;
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random_());
        return out;
    }

private:
    std::mt19937_64 random_;
};

// From the first cut to the moment a bot plays on, over whatever links and daemons that takes.
class Trouble {
public:
    void began(Millis now)
    {
        if (!since_) since_ = now;
    }
    void mended(Millis now, Observer& observer)
    {
        if (since_) observer.resumed(now - *since_);
        since_.reset();
    }
    // Before the next try: at random up to half of the time that it has lasted, so that a crowd which lost a server
    // together thins out instead of knocking it over again.
    Millis wait(Millis now, Chance& chance) const
    {
        const Millis lasted = since_ ? now - *since_ : 0ms;
        return Millis(chance.between(least_wait.count(), std::clamp(lasted / 2, 1'000ms, most_wait).count()));
    }
    // The bot leaves; what it never got over is an error.
    void ended(Millis now, Observer& observer) const
    {
        if (since_ && now - *since_ > patience) observer.failed("link", "never_mended");
    }

private:
    static constexpr Millis patience = 10s; // as for a cut that is mended
    static constexpr Millis least_wait = 200ms, most_wait = 30s;

    std::optional<Millis> since_;
};

inline constexpr Millis call_time = 5s;

// The link or the daemon behind it went away: something to mend, not a fault of the game.
bool is_cut(const Error& error);

// What a server sent, read without minding members that a later version added.
template <class T>
Result<T> read(const protocol::RawJson& json)
{
    return protocol::decode<T>(json.text, nullptr, protocol::Unknown::ignore);
}

} // namespace harvest::bots
