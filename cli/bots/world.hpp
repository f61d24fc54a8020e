// What a bot needs of the world, and whom it tells what it went through.
#pragma once

#include "common/game/battle/content.hpp"
#include "common/game/economy/content.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/http.hpp"
#include "common/ports/server_link.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace harvest::bots {

// Where the backend's doors are, at least one of each kind. A bot comes in by one of them, and by the next when that
// one is shut, as through a balancer.
struct Doors {
    std::vector<HttpTarget> rest;
    std::vector<Endpoint> enet, wss; // of the connection servers
};

struct World {
    Doors doors;
    HttpClients& http;
    ServerLinks& links;
    Clock& clock;
    std::function<std::shared_ptr<const game::battle::Content>()> rules; // as they are now
    game::economy::Rules market = {};                                    // for the fee
    std::uint64_t run = 0; // drawn anew for each: the same seed's deeds of an earlier run are other deeds
};

// For latencies: the Clock port counts in milliseconds.
using Instant = std::chrono::steady_clock::time_point;

// Called on the bots' own thread.
class Observer {
public:
    virtual ~Observer() = default;
    // `intended` is when the action should have begun, `sent` when it did: response and service time.
    virtual void done(std::string_view action, Instant intended, Instant sent) = 0;
    virtual void failed(std::string_view action, std::string_view code) = 0;
    // No answer, or one that says "later": the bot tries again. Told as a cut where that lasts.
    virtual void unanswered(std::string_view action, std::string_view code) = 0;
    // What the rules of the game say no to (too few coins, not ripe): part of the life, and no error.
    virtual void refused(std::string_view action, std::string_view code) = 0;
    virtual void match_began(const MatchId& match) = 0; // by each seat
    virtual void match_ended(const MatchId& match, bool fair) = 0;
    // A claim that a bot looked into when it left, over `count` things; `fault` is empty where it holds.
    virtual void verified(std::string_view claim, std::size_t count, std::string_view fault) = 0;
    virtual void came(const PlayerId& player) = 0; // for the first time
    // A cut link that was mended after `length`; over 10 s counts as an error.
    virtual void resumed(Millis length) = 0;
    virtual void signed_in(int by) = 0; // +1 or -1
};

} // namespace harvest::bots
