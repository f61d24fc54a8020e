// One match as a bot plays it: takes its place with the ticket, acts from its own view, comes back after a cut.
#pragma once

#include "cli/bots/fair_chance.hpp"
#include "cli/bots/habits.hpp"
#include "cli/bots/live_session.hpp"
#include "common/protocol/battle.hpp"
#include "common/protocol/matchmaking.hpp"

namespace harvest::bots {

constexpr Millis lobby_poll = 2s; // how often the lobby is looked after while something else is waited for

class MatchPlay {
public:
    // `lobby` is kept alive meanwhile. `fair` outlives this: a match may be come back to by way of the lobby.
    MatchPlay(World& world, Observer& observer, const Habits& habits, Chance& chance, FairChance& fair,
              LiveSession& lobby, Trouble& trouble, Millis ping_interval, std::string local_address);

    // To the end, over as many links as that takes. Errors: those that the lobby has to sort out (the match may have
    // moved or ended).
    AsyncResult<void> run(const protocol::MatchFound& found);
    const std::optional<protocol::BattleEnd>& end() const { return end_; } // as it was told

private:
    AsyncResult<void> join(LiveSession& table, const protocol::MatchFound& found, Deadline by);
    AsyncResult<void> battle(LiveSession& table);
    AsyncResult<void> act(LiveSession& table, Instant seen_at);
    AsyncResult<void> look(LiveSession& table);
    Result<void> take(const Push& push);
    // Of a request other than a command that was not done.
    void tell(std::string_view op, const Error& error, const LiveSession& table);
    void note_end(protocol::BattleEnd end);

    World& world_;
    Observer& observer_;
    const Habits& habits_;
    Chance& chance_;
    FairChance& fair_;
    LiveSession& lobby_;
    Trouble& trouble_;
    Millis ping_interval_;
    std::string local_address_;
    std::shared_ptr<const game::battle::Content> rules_; // as they were when it began
    std::optional<game::battle::SeatView> view_;
    std::int64_t acted_ = 0; // number of the last command of ours that was taken
    std::optional<protocol::BattleEnd> end_;
};

} // namespace harvest::bots
