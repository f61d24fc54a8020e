// Whether a match's chance was fair, as a player sees it who does not trust the server (harvest-game(7) §5): one
// commitment at every join, a revealed seed that fits it, and the player's own nonce beside the other seat's. Whoever
// gave none, or whose nonce no table took, has the commitment alone: a player of before a restart may have given
// another.
#pragma once

#include "common/protocol/battle.hpp"

#include <string>

namespace harvest::bots {

class FairChance {
public:
    // At each join; forgets what it knew of another match.
    void joined(const protocol::JoinReply& reply);
    // Hex, 32 bytes; one for the whole match, so that no second table can ask for another.
    void choose_nonce(std::string nonce) { nonce_ = std::move(nonce); }
    const std::string& nonce() const { return nonce_; } // empty: not chosen
    // The table said that it has the nonce. It counts once cards are dealt at that table: before, the nonce is not on
    // disk, and a table that is opened anew waits 10 s for it.
    void nonce_taken() { taken_ = given_ = true; }
    void dealt() { counts_ = counts_ || taken_; }

    bool is_fair(const protocol::BattleEnd& end) const;

private:
    MatchId match_;
    int seat_{};
    std::string commitment_, nonce_;
    bool one_commitment_ = true;
    bool given_ = false, taken_ = false, counts_ = false; // to any table, to this one, with cards dealt on it
};

} // namespace harvest::bots
