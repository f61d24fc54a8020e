// The pure heart of matchmaking: who waits, and who should play whom now. Times are the monotonic clock's.
// Closeness is Glicko-2's: rating points damped by both deviations (Glickman 2013, g of the combined deviation), plus
// points for latency and for a recent opponent; it must lie in the windows of both, which widen with waiting. What one
// of them wishes holds for both.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace harvest::match {

inline constexpr std::size_t max_regions = 8;

struct Rules {
    double window{100}, growth_per_second{40}, window_max{1'000}, rematch_penalty{150};
};

// A ticket as the matcher sees it; rating and deviation in points.
struct Seeker {
    TicketId ticket;
    PlayerId player;
    DeckId deck;
    std::string mode, name;
    std::string party;       // of a challenge: the line-up it is for (Parties::line_up); lost with the process
    std::string traceparent; // of the request; lost with the process
    double rating{1'500}, deviation{350};
    Millis since{}; // ahead of now: it has to wait until then
    bool bots{true};
    std::optional<double> max_rating_gap; // points that the other may be better or worse
    std::vector<PlayerId> blocked, recent;
    std::array<std::uint16_t, max_regions> latency_ms{}; // 0: not told
};

double distance(const Seeker& left, const Seeker& right);
double window(const Seeker& seeker, const Rules& rules, Millis now);
// The same player, or one blocks the other.
bool apart(const Seeker& left, const Seeker& right);
// How far apart the two are in points, if they may play each other at all.
std::optional<double> cost(const Seeker& left, const Seeker& right, const Rules& rules);

// How long one waits who has walked out of so many matches today, `free` of which are forgiven: a step for the first
// beyond, growing by one with each.
Millis walkout_delay(std::int64_t walkouts, std::int64_t free, Millis step, Millis most);

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

// Pairs of indices into `seekers`, which are in order of rating: as many as can be, of those the closest, and among
// equals those who wait longest. Each pair lies within four neighbours. O(n).
Pairs pair_up(std::span<const Seeker* const> seekers, const Rules& rules, Millis now);

// The waiting tickets of all modes.
class Queue {
public:
    explicit Queue(Rules rules) : rules_(rules) {}

    // False if the ticket or another of this player is here already.
    bool add(Seeker seeker);
    std::optional<Seeker> remove(const TicketId& ticket);
    const Seeker* find(const TicketId& ticket) const;
    const Seeker* of(const PlayerId& player) const;

    // Takes out up to `max` pairs that should play now, the closest matching of each mode.
    std::vector<std::pair<Seeker, Seeker>> take_pairs(Millis now, std::size_t max);
    // Takes out up to `max` pairs of a challenge: two of one line-up.
    std::vector<std::pair<Seeker, Seeker>> take_challenges(std::size_t max);
    // Takes out up to `max` of those in `mode` that have waited for `bot_after` and take a bot.
    std::vector<Seeker> take_lonely(std::string_view mode, Millis now, Millis bot_after, std::size_t max);

    std::vector<const Seeker*> all() const;
    std::vector<const Seeker*> challengers() const;
    std::size_t size() const { return tickets_.size(); }
    const Rules& rules() const { return rules_; }
    void follow(const Rules& rules) { rules_ = rules; } // for those who wait, too

private:
    Rules rules_;
    std::unordered_map<std::string, Seeker> tickets_;
    std::unordered_map<std::string, std::string> players_; // player -> ticket
    std::set<std::string> challengers_;                    // tickets for a challenge
};

// The last opponents of each player; the oldest entries go when there are too many.
class Opponents {
public:
    explicit Opponents(std::size_t capacity) : capacity_(capacity) {}
    void met(const PlayerId& one, const PlayerId& other);
    std::vector<PlayerId> of(const PlayerId& player) const;

private:
    void add(const PlayerId& player, const PlayerId& opponent);
    struct Entry {
        std::vector<PlayerId> last;
        std::uint64_t age{};
    };
    std::size_t capacity_;
    std::uint64_t clock_{};
    std::unordered_map<std::string, Entry> entries_;
    std::map<std::uint64_t, std::string> by_age_;
};

} // namespace harvest::match
