#include "cli/bots/fair_chance.hpp"

#include "common/base/encoding.hpp"
#include "common/game/battle/chance.hpp"

#include <algorithm>

namespace harvest::bots {
namespace {

bool fits(const std::string& server_seed, const std::string& commitment)
{
    const Result<Bytes> bytes = from_hex(server_seed);
    game::battle::Seed seed{};
    if (!bytes || bytes->size() != seed.size()) return false;
    std::copy(bytes->begin(), bytes->end(), seed.begin());
    return to_hex(game::battle::commitment(seed)) == commitment;
}

} // namespace

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
    if (end.match != match_ || !one_commitment_ || !fits(end.server_seed, commitment_)) return false;
    if (end.nonces.size() != 2 || seat_ < 1 || seat_ > 2) return false;
    const std::string& played = end.nonces[static_cast<std::size_t>(seat_ - 1)];
    const bool never_came = played.size() == 64 && played.find_first_not_of('0') == std::string::npos;
    return (!nonce_.empty() && played == nonce_) || (never_came && !counts_);
}

} // namespace harvest::bots
