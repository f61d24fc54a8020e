// A player of the simulation: queues, cancels, chats, drops and resumes at random, and writes down what it sees.
#pragma once

#include "tests/support/world.hpp"

#include <random>

namespace harvest::test {

// What all players saw, in order of virtual time, as one number (FNV-1a).
class Trace {
public:
    void add(std::string_view text)
    {
        for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        ++lines_;
    }
    std::uint64_t hash() const { return hash_; }
    std::size_t lines() const { return lines_; }

private:
    std::uint64_t hash_{0xcbf29ce484222325U};
    std::size_t lines_{};
};

struct Sightings { // of the rare paths (I12)
    int resumed{}, not_resumed{}, found{}, cancelled{}, revoked{}, chat{}, bots{};
    int late_revocations{}, sequence_faults{}, doubled_chat{};
};

class SimPlayer {
public:
    SimPlayer(World& world, Player player, std::uint64_t seed, Trace& trace, Sightings& seen)
        : world_(world),
          player_(std::move(player)),
          random_(seed),
          trace_(trace),
          seen_(seen)
    {
    }
    // Until `stop` is set; then it leaves the queue and the server.
    Task<void> live(const bool& stop);
    const Player& player() const { return player_; }

private:
    Task<bool> sign_in();
    Task<void> act();
    Task<void> revoke();
    Task<void> drop();
    AsyncResult<std::string> call(std::string op, std::string data);
    void look();
    void note(const std::string& what);
    std::uint64_t pick(std::uint64_t below) { return random_() % below; }

    World& world_;
    Player player_;
    std::mt19937_64 random_;
    Trace& trace_;
    Sightings& seen_;
    std::unique_ptr<LiveClient> live_;
    std::string resume_;
    std::set<std::string> heard_;
};

} // namespace harvest::test
