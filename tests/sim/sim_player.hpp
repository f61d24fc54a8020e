// A player of the simulation: signs in by the front door, queues, plays, cancels, chats, drops and resumes, signs out,
// all at random, and writes down what it sees.
#pragma once

#include "common/protocol/auth.hpp"
#include "tests/sim/front.hpp"
#include "tests/sim/sim_battle.hpp"

namespace harvest::test {

class SimPlayer {
public:
    SimPlayer(World& world, Front& front, std::string name, std::uint64_t seed, Trace& trace, Sightings& seen);
    // Until `stop` is set; then it leaves the queue and the server.
    Task<void> live(const bool& stop); // once; `stop` outlives its matches too
    const Player& player() const { return player_; }

private:
    Task<bool> enter();
    Task<bool> sign_in();
    Task<void> act();
    Task<void> renew();
    Task<void> sign_out();
    void keep(protocol::TokenPair tokens);
    AsyncResult<HttpResponse> ask(std::string method, std::string path, std::string body = {});
    Task<void> drop();
    AsyncResult<std::string> call(std::string op, std::string data);
    void look();
    void sit_down(protocol::MatchFound found);
    void note(const std::string& what);
    std::uint64_t pick(std::uint64_t below) { return random_() % below; }

    World& world_;
    Front& front_;
    Player player_; // without an id: not let in yet, or no more
    std::mt19937_64 random_;
    std::string secret_, refresh_token_;
    Trace& trace_;
    Sightings& seen_;
    std::unique_ptr<LiveClient> live_;
    std::string resume_;
    std::set<std::string> heard_;
    const bool* stop_{};
    std::shared_ptr<SimBattle> battle_; // the last one
};

} // namespace harvest::test
