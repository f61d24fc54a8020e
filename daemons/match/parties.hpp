// The pure heart of parties: who is in one, who leads it, who may come in. Times are the monotonic clock's.
// A player is in one party at most; a party has a leader, its first member, and never more members than its size.
#pragma once

#include "common/base/result.hpp"
#include "common/protocol/party.hpp"
#include "daemons/match/party_errc.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace harvest::match {

using protocol::PartyId;

struct PartyRules {
    std::size_t size{2}, invitations{10}, parties{10'000};
    Millis idle{30min}, away{30s};
};

// A code that a friend can type, of 40 random bits: "7KQM-4XPD" (Crockford's base32).
std::string make_party_code(const std::array<std::uint8_t, 5>& random);
// A typed code as make_party_code() writes it, whatever its case and dashes; empty if it is none.
std::string read_party_code(std::string_view typed);

struct PartyMember {
    PlayerId player;
    std::string name;
    Millis seen_at{}; // connected then
};

struct Party {
    PartyId id;
    std::string code;
    std::vector<PartyMember> members; // the leader first, then as they came
    std::vector<PlayerId> invited;
    Millis used_at{};
    std::int64_t version{1}; // grows with whatever members are told
    std::int64_t line_up{1}; // grows when somebody comes or goes

    const PlayerId& leader() const { return members.front().player; }
    const PartyMember* member(const PlayerId& player) const;
};

class Parties {
public:
    explicit Parties(PartyRules rules) : rules_(rules) {}

    // What came of an act; `changed` is false where all was so already.
    struct Step {
        const Party* party{};
        bool changed{};
    };

    // `id` and `code` are nobody's. Errors: already_in_one, resource_exhausted.
    Result<Step> create(PartyId id, std::string code, PartyMember leader);
    // Errors: not_in_one, not_leader, full, too_many_invitations.
    Result<Step> invite(const PlayerId& leader, const PlayerId& other, Millis now);
    // Errors: no_such_party, already_in_one (another one), full.
    Result<Step> join(const PartyId& party, PartyMember who);
    // The party as those see it who are left, none if there are none. Errors: not_in_one.
    Result<const Party*> leave(const PlayerId& player);
    // Something else happened in it that members are told; nothing for who is in none.
    const Party* touch(const PlayerId& player, Millis now);

    // The player is connected.
    void seen(const PlayerId& player, Millis now);
    // Members who have been gone for too long.
    std::vector<PlayerId> away(Millis now) const;
    // Takes out those in which nothing has happened for too long.
    std::vector<Party> expire(Millis now);

    const Party* of(const PlayerId& player) const;
    const Party* find(const PartyId& party) const;
    const Party* by_code(const std::string& code) const;
    bool invited(const PartyId& party, const PlayerId& player) const;
    bool leads(const PlayerId& player) const;
    // Names the player's party and who is in it just now: equal for those who may play each other. Empty: in none.
    std::string line_up(const PlayerId& player) const;

    std::vector<PlayerId> players() const;
    std::size_t size() const { return parties_.size(); }
    const PartyRules& rules() const { return rules_; }

private:
    Party* own(const PlayerId& player);
    void forget(const Party& party);

    PartyRules rules_;
    std::map<PartyId, Party> parties_;
    std::unordered_map<std::string, PartyId> codes_;
    std::unordered_map<PlayerId, PartyId> players_;
};

} // namespace harvest::match
