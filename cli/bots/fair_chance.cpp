#include "cli/bots/fair_chance.hpp"

#include "common/game/battle/record.hpp"

namespace harvest::bots {
void FairChance::joined(const protocol::JoinReply& reply)
{
    if (reply.match != match_) {
        *this = FairChance();
        match_ = reply.match;
        commitment_ = reply.commitment;
    }
    seat_ = reply.seat;
    taken_ = false;
    one_commitment_ = one_commitment_ && reply.commitment == commitment_;
}

bool FairChance::is_fair(const protocol::BattleEnd& end) const
{
    if (end.match != match_ || !one_commitment_ || !game::battle::fits_commitment(end.server_seed, commitment_))
        return false;
    if (end.nonces.size() != 2 || seat_ < 1 || seat_ > 2) return false;
    if (!given_) return true;
    const std::string& played = end.nonces[static_cast<std::size_t>(seat_ - 1)];
    const bool never_came = played.size() == 64 && played.find_first_not_of('0') == std::string::npos;
    return played == nonce_ || (never_came && !counts_);
}

} // namespace harvest::bots
