// What the bots went through, counted while they play.
#pragma once

#include "cli/bots/world.hpp"
#include "cli/loadtest/latencies.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace harvest::loadtest {

struct ActionTally {
    Latencies response, service;
};

// What bots looked into when they left.
struct ClaimTally {
    std::size_t count{};
    std::string first_fault;
};

class Tally final : public bots::Observer {
public:
    // Nothing that began before `judged_from` is counted, but a match that was unfair is.
    explicit Tally(bots::Instant judged_from) : judged_from_(judged_from) {}

    void done(std::string_view action, bots::Instant intended, bots::Instant sent) override;
    void failed(std::string_view action, std::string_view code) override;
    void unanswered(std::string_view action, std::string_view code) override;
    void refused(std::string_view action, std::string_view code) override;
    void match_began(const MatchId& match) override;
    void match_ended(const MatchId& match, bool fair) override;
    void verified(std::string_view claim, std::size_t count, std::string_view fault) override;
    void came(const PlayerId& player) override { players_.insert(player.value); }
    void resumed(Millis length) override;
    void signed_in(int by) override
    {
        online_ += by;
        most_online_ = std::max(most_online_, online_);
    }

    const std::map<std::string, ActionTally, std::less<>>& actions() const { return actions_; }
    const std::map<std::string, std::int64_t>& errors() const { return errors_; }         // "action code"
    const std::map<std::string, std::int64_t>& unanswered() const { return unanswered_; } // "action code"
    const std::map<std::string, std::int64_t>& refusals() const { return refusals_; }     // "action code"
    const std::map<std::string, ClaimTally, std::less<>>& claims() const { return claims_; }
    std::int64_t error_count() const;
    std::int64_t action_count() const;
    std::int64_t matches() const { return judged_matches_; }
    const std::set<std::string>& match_ids() const { return matches_; } // of the warm-up too, as begun()
    const std::set<std::string>& begun() const { return begun_; }
    const std::set<std::string>& players() const { return players_; }
    std::int64_t unfair() const { return unfair_; }
    std::int64_t resumes() const { return resumes_; }
    Millis longest_cut() const { return longest_cut_; }
    int online() const { return online_; } // links up now
    int most_online() const { return most_online_; }

private:
    bool warming_up() const { return std::chrono::steady_clock::now() < judged_from_; }

    bots::Instant judged_from_;
    std::map<std::string, ActionTally, std::less<>> actions_;
    std::map<std::string, std::int64_t> errors_, unanswered_, refusals_;
    std::map<std::string, ClaimTally, std::less<>> claims_;
    std::set<std::string> begun_, matches_; // each is told by both seats
    std::set<std::string> early_;           // begun in the warm-up
    std::set<std::string> players_;
    std::int64_t judged_matches_ = 0, unfair_ = 0, resumes_ = 0;
    Millis longest_cut_{};
    int online_ = 0, most_online_ = 0;
};

} // namespace harvest::loadtest
