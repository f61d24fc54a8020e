// A bot that lives as a player does: signs in over REST, connects, queues, plays whole matches from its own view,
// chats, and mends cut links. Same seed and number: same account, think times and choices.
#pragma once

#include "cli/bots/deeds.hpp"
#include "common/protocol/auth.hpp"
#include "common/protocol/matchmaking.hpp"

namespace harvest::bots {

// What achievements and the day's quests have paid by now.
struct Rewards {
    std::map<std::string, std::int64_t> paid;
    std::string day; // "2026-11-28"
    friend bool operator==(const Rewards&, const Rewards&) = default;
};

class Player {
public:
    Player(World& world, Observer& observer, Habits habits, std::uint64_t seed, std::size_t number);
    ~Player();

    // Until stop(), or until `habits.matches` are played.
    Task<void> live();
    // Plays the match at hand to its end, then leaves.
    void stop() { stopping_ = true; }

private:
    AsyncResult<void> sign_in();
    AsyncResult<void> choose_deck();
    // books.cpp
    AsyncResult<std::string> look_at(std::string path);
    AsyncResult<Rewards> rewards();
    AsyncResult<protocol::Inventory> earned(std::string& day);
    AsyncResult<void> open_books();
    AsyncResult<void> verify_books();
    AsyncResult<void> enter_lobby();
    AsyncResult<void> farm();
    AsyncResult<protocol::MatchFound> find_match();
    AsyncResult<void> chat();
    AsyncResult<void> round();
    Task<void> settle_up();
    Task<void> pause(Millis length);
    void open_rest();
    AsyncResult<HttpResponse> ask_rest(HttpRequest request);
    const Endpoint& lobby_endpoint() const;

    World& world_;
    Observer& observer_;
    Habits habits_;
    std::size_t number_, rest_door_{}, lobby_door_{}; // places among the doors, counted on
    Chance chance_;
    Trouble trouble_;
    Deeds deeds_;
    std::string books_day_; // on which they were opened, as the server counts days
    std::string secret_, name_, local_address_;
    std::unique_ptr<HttpClient> http_;
    std::optional<protocol::TokenPair> tokens_;
    Millis tokens_until_{};
    std::unique_ptr<LiveSession> lobby_;
    std::string resume_;
    Millis ping_interval_{10'000};
    DeckId deck_;
    std::int64_t played_ = 0;
    MatchId last_match_;    // that came to its end
    bool at_table_ = false; // in a match, as far as it knows
    bool stopping_ = false;
    bool cut_short_ = false;
};

} // namespace harvest::bots
