// A bot that lives as a player does: signs in over REST, connects, farms, trades, makes cards, talks, queues, plays
// whole matches from its own view, and mends cut links. Same seed and number: same account, plan and think times.
#pragma once

#include "cli/bots/fair_chance.hpp"
#include "cli/bots/life/life.hpp"
#include "common/protocol/auth.hpp"
#include "common/protocol/battle.hpp"
#include "common/protocol/matchmaking.hpp"

namespace harvest::bots {

class Player {
public:
    Player(World& world, Observer& observer, Habits habits, Town& town, std::size_t number);
    ~Player();

    // Until stop(), or until `habits.matches` are played.
    Task<void> live();
    // Plays the match at hand to its end, then leaves.
    void stop() { stopping_ = true; }

private:
    AsyncResult<void> sign_in();
    AsyncResult<void> enter_lobby();
    void tell_link(); // tells the observer where the lobby's link came up or went away
    // Errors: a cut link's; any other: it is too late for that, a new session begins.
    AsyncResult<void> resume(LiveSession& session, std::int64_t last_seq);
    AsyncResult<void> say_hello(LiveSession& session);
    AsyncResult<protocol::MatchFound> find_match();
    AsyncResult<protocol::MatchFound> wait_for_match(Instant began);
    AsyncResult<void> queue();
    AsyncResult<void> play();
    AsyncResult<void> round();
    Task<void> settle_up();
    AsyncResult<void> log_out();
    Task<void> pause(Millis length);
    const Endpoint& lobby_endpoint() const;
    // Takes part in the game's economy, and keeps books of it.
    bool deals() const;
    void match_over(const protocol::MatchFound& found, const std::optional<protocol::BattleEnd>& end);

    World& world_;
    Observer& observer_;
    Habits habits_;
    Town& town_;
    std::size_t number_, lobby_door_; // the latter: place among the doors, counted on
    Identity identity_;
    std::string local_address_;
    Chance chance_;
    RestDoor rest_;
    Client client_;
    Life life_;
    Trouble trouble_;
    std::optional<protocol::TokenPair> tokens_;
    Millis tokens_until_{};
    bool token_was_good_ = false; // this access token has opened a session
    std::unique_ptr<LiveSession> lobby_;
    std::string resume_;
    Millis ping_interval_{10'000};
    std::int64_t played_ = 0;
    std::optional<protocol::MatchFound> table_; // in this match, as far as it knows
    FairChance fair_;                           // of that match
    MatchId last_match_;                        // that came to its end
    TicketId ticket_;                           // of the queue
    bool seeking_ = false;                      // in the queue, as far as it knows
    bool greeted_ = false, told_up_ = false;
    bool stopping_ = false;
    bool cut_short_ = false;
};

} // namespace harvest::bots
