// What becomes of parties while time passes and people come and go, and who is told of it.
#include "common/protocol/matchmaking.hpp"
#include "daemons/match/match.hpp"

namespace harvest::match {
namespace {

constexpr Millis tend_every = 5s, look_within = 1s;

} // namespace

// Who is gone for too long leaves; a party in which nothing happens ends.
Task<void> MatchDaemon::tend_parties()
{
    for (;;) {
        const Result<void> slept = co_await clock_.sleep_until(clock_.after(tend_every));
        if (!slept) co_return;
        if (stopped_) continue;
        const Millis begun = clock_.monotonic(); // of a long pass: who was seen at its start is not away at its end
        for (const PlayerId& player : parties_.players()) {
            const Result<std::vector<PlayerPresence>> here = co_await presence_.find(player, clock_.after(look_within));
            if (!here && here.error() == Errc::canceled) co_return;
            if (!here || !here->empty()) parties_.seen(player, clock_.monotonic()); // in doubt they are here
        }
        for (PlayerId& player : parties_.away(begun)) part(std::move(player), protocol::party_reason::away);
        for (const Party& party : parties_.expire(clock_.monotonic()))
            for (const PartyMember& member : party.members) tell_out(member.player, protocol::party_reason::expired);
    }
}

// Nobody plays against somebody else than those who were there when they said that they are ready.
void MatchDaemon::drop_old_challenges()
{
    for (const Seeker* seeker : queue_.challengers()) {
        if (!seeker->party.empty() && seeker->party == parties_.line_up(seeker->player)) continue;
        send_away(seeker->ticket, "party_changed");
    }
}

void MatchDaemon::part(PlayerId player, std::string_view reason)
{
    const Result<const Party*> left = parties_.leave(player);
    if (!left) return;
    drop_old_challenges();
    tell_out(player, reason);
    if (*left) tell(**left, reason);
}

void MatchDaemon::party_happened(const PlayerId& player, std::string_view reason)
{
    if (const Party* party = parties_.touch(player, clock_.monotonic())) tell(*party, reason);
}

void MatchDaemon::tell(const Party& party, std::string_view reason)
{
    const protocol::PartyChanged changed{std::string(reason), show(party)};
    const std::string data = protocol::encode(changed);
    for (const PartyMember& member : party.members)
        tasks_.spawn([this, player = member.player, data] { return push(player, "party.changed", data); });
}

void MatchDaemon::tell_out(const PlayerId& player, std::string_view reason)
{
    const protocol::PartyChanged changed{std::string(reason), std::nullopt};
    tasks_.spawn([this, player, data = protocol::encode(changed)] { return push(player, "party.changed", data); });
}

protocol::PartyInfo MatchDaemon::show(const Party& party) const
{
    protocol::PartyInfo info;
    info.party = party.id;
    info.code = party.code;
    info.mode = protocol::challenge_mode;
    info.size = static_cast<std::int64_t>(parties_.rules().size);
    info.version = party.version;
    for (const PartyMember& member : party.members) {
        const Seeker* waiting = queue_.of(member.player);
        const bool ready = waiting && waiting->party == parties_.line_up(member.player);
        info.members.push_back({member.player, member.name, member.player == party.leader(), ready});
    }
    return info;
}

} // namespace harvest::match
