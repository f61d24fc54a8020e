// A seat of one match in the simulation: joins with its ticket, plays by its own view, drops, comes back, gives up.
#pragma once

#include "common/protocol/battle.hpp"
#include "common/protocol/matchmaking.hpp"
#include "tests/sim/trace.hpp"
#include "tests/support/world.hpp"

#include <random>

namespace harvest::test {

class SimBattle {
public:
    SimBattle(World& world, std::string player, std::uint64_t seed, Trace& trace, Sightings& seen)
        : world_(world),
          player_(std::move(player)),
          random_(seed),
          trace_(trace),
          seen_(seen)
    {
    }
    // Where it is played, and with which ticket; the newest counts.
    void found(protocol::MatchFound place) { place_ = std::move(place); }
    void gone() { over_ = true; } // the lobby says that it is no longer played
    // Until it has ended, or `stop` is set.
    Task<void> play(const bool& stop);
    bool over() const { return over_; }
    const MatchId& match() const { return place_.match; }

private:
    Task<bool> join();
    Task<void> sit(const bool& stop);
    Task<bool> act();
    Task<bool> look();
    bool take(const Push& push);
    AsyncResult<std::string> call(std::string op, std::string data);
    void note(const std::string& what);
    std::uint64_t pick(std::uint64_t below) { return random_() % below; }

    World& world_;
    std::string player_;
    std::mt19937_64 random_;
    Trace& trace_;
    Sightings& seen_;
    protocol::MatchFound place_;
    std::unique_ptr<LiveClient> table_;
    std::optional<game::battle::SeatView> view_;
    std::string commitment_;
    std::int64_t last_seq_{};
    bool over_{};
};

} // namespace harvest::test
