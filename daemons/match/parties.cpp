#include "daemons/match/parties.hpp"

#include <algorithm>

namespace harvest::match {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's base32
constexpr std::size_t code_length = 8, half = code_length / 2;

// The letter that is meant by one that is typed; 0: none of ours.
char meant(char typed)
{
    const char upper = typed >= 'a' && typed <= 'z' ? static_cast<char>(typed - 'a' + 'A') : typed;
    const char letter = upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
    return alphabet.find(letter) == std::string_view::npos ? '\0' : letter;
}

} // namespace

std::string make_party_code(const std::array<std::uint8_t, 5>& random)
{
    std::uint64_t bits = 0;
    for (const std::uint8_t byte : random) bits = bits << 8 | byte;
    std::string code;
    for (std::size_t i = 0; i < code_length; ++i) {
        if (i == half) code += '-';
        code += alphabet[bits >> (5 * (code_length - 1 - i)) & 31];
    }
    return code;
}

std::string read_party_code(std::string_view typed)
{
    std::string code;
    for (const char each : typed) {
        if (each == '-' || each == ' ') continue;
        const char letter = meant(each);
        if (letter == '\0' || code.size() > code_length) return {};
        if (code.size() == half) code += '-';
        code += letter;
    }
    return code.size() == code_length + 1 ? code : std::string{};
}

const PartyMember* Party::member(const PlayerId& player) const
{
    const auto found = std::ranges::find(members, player, &PartyMember::player);
    return found == members.end() ? nullptr : &*found;
}

Result<Parties::Step> Parties::create(PartyId id, std::string code, PartyMember leader)
{
    if (of(leader.player)) return PartyErrc::already_in_one;
    if (parties_.size() >= rules_.parties) return Errc::resource_exhausted;
    Party party;
    party.id = id;
    party.code = std::move(code);
    party.used_at = leader.seen_at;
    players_[leader.player] = id;
    codes_[party.code] = id;
    party.members.push_back(std::move(leader));
    return Step{&parties_.emplace(std::move(id), std::move(party)).first->second, true};
}

Result<Parties::Step> Parties::invite(const PlayerId& leader, const PlayerId& other, Millis now)
{
    Party* party = own(leader);
    if (!party) return PartyErrc::not_in_one;
    if (party->leader() != leader) return PartyErrc::not_leader;
    if (party->member(other)) return Step{party, false};
    if (party->members.size() >= rules_.size) return PartyErrc::full;
    party->used_at = now;
    if (invited(party->id, other)) return Step{party, true}; // who invites again asks for another push
    if (party->invited.size() >= rules_.invitations) return PartyErrc::too_many_invitations;
    party->invited.push_back(other);
    return Step{party, true};
}

Result<Parties::Step> Parties::join(const PartyId& id, PartyMember who)
{
    const auto found = parties_.find(id);
    if (found == parties_.end()) return PartyErrc::no_such_party;
    Party& party = found->second;
    if (party.member(who.player)) return Step{&party, false};
    if (of(who.player)) return PartyErrc::already_in_one;
    if (party.members.size() >= rules_.size) return PartyErrc::full;
    players_[who.player] = id;
    party.used_at = who.seen_at;
    party.members.push_back(std::move(who));
    ++party.version;
    ++party.line_up;
    return Step{&party, true};
}

Result<const Party*> Parties::leave(const PlayerId& player)
{
    Party* party = own(player);
    if (!party) return PartyErrc::not_in_one;
    if (party->members.size() == 1) {
        forget(*party);
        parties_.erase(PartyId(party->id));
        return static_cast<const Party*>(nullptr);
    }
    const auto gone = std::ranges::find(party->members, player, &PartyMember::player);
    players_.erase(gone->player);
    party->members.erase(gone);
    ++party->version;
    ++party->line_up;
    return static_cast<const Party*>(party);
}

const Party* Parties::touch(const PlayerId& player, Millis now)
{
    Party* party = own(player);
    if (!party) return nullptr;
    party->used_at = now;
    ++party->version;
    return party;
}

void Parties::seen(const PlayerId& player, Millis now)
{
    Party* party = own(player);
    if (!party) return;
    for (PartyMember& member : party->members)
        if (member.player == player) member.seen_at = now;
}

std::vector<PlayerId> Parties::away(Millis now) const
{
    std::vector<PlayerId> gone;
    for (const auto& [id, party] : parties_)
        for (const PartyMember& member : party.members)
            if (now - member.seen_at >= rules_.away) gone.push_back(member.player);
    return gone;
}

std::vector<Party> Parties::expire(Millis now)
{
    std::vector<Party> expired;
    for (auto at = parties_.begin(); at != parties_.end();) {
        if (now - at->second.used_at < rules_.idle) {
            ++at;
            continue;
        }
        forget(at->second);
        expired.push_back(std::move(at->second));
        at = parties_.erase(at);
    }
    return expired;
}

const Party* Parties::of(const PlayerId& player) const
{
    const auto found = players_.find(player);
    return found == players_.end() ? nullptr : &parties_.at(found->second);
}

Party* Parties::own(const PlayerId& player)
{
    const auto found = players_.find(player);
    return found == players_.end() ? nullptr : &parties_.at(found->second);
}

const Party* Parties::find(const PartyId& party) const
{
    const auto found = parties_.find(party);
    return found == parties_.end() ? nullptr : &found->second;
}

const Party* Parties::by_code(const std::string& code) const
{
    const auto found = codes_.find(code);
    return found == codes_.end() ? nullptr : find(found->second);
}

bool Parties::invited(const PartyId& party, const PlayerId& player) const
{
    const Party* found = find(party);
    return found && std::ranges::find(found->invited, player) != found->invited.end();
}

bool Parties::leads(const PlayerId& player) const
{
    const Party* party = of(player);
    return party && party->leader() == player;
}

std::string Parties::line_up(const PlayerId& player) const
{
    const Party* party = of(player);
    return party ? party->id.value + "/" + std::to_string(party->line_up) : std::string{};
}

std::vector<PlayerId> Parties::players() const
{
    std::vector<PlayerId> all;
    for (const auto& [id, party] : parties_)
        for (const PartyMember& member : party.members) all.push_back(member.player);
    return all;
}

// The ways to it: its code and its members.
void Parties::forget(const Party& party)
{
    codes_.erase(party.code);
    for (const PartyMember& member : party.members) players_.erase(member.player);
}

} // namespace harvest::match
