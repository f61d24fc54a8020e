#include "common/adapters/enet/quota.hpp"

#include "common/base/gcra.hpp"

#include <algorithm>
#include <utility>

namespace harvest::enet {
namespace {

using Micros = std::chrono::microseconds;
constexpr std::uint32_t subnets_share = 8; // one part in so many of the listener's pace

GcraDecision pace(std::int64_t arrival, Millis now, std::uint32_t burst, std::uint32_t per_second)
{
    if (per_second == 0) return {.admitted = true};
    return gcra(arrival, Micros(now).count(), burst, Micros(1s).count() / per_second, 1);
}

} // namespace

template <class InScope>
Quota::Answer Quota::full(Millis now, InScope in_scope) const
{
    for (const std::list<Stranger>* strangers : {&silent_, &spoken_})
        for (const Stranger& each : *strangers) {
            if (now < each.safe_until) break;
            if (in_scope(each.ip)) return {Refusal::full, each.id};
        }
    return {Refusal::full, std::nullopt};
}

Quota::Answer Quota::enter(std::uint64_t id, const IpBytes& from, Millis now)
{
    const IpBytes net = subnet(from), ip = is_v4(from) ? from : net;
    const auto met = addresses_.find(ip);
    const Address address = met == addresses_.end() ? Address{} : met->second;
    const auto around = subnets_.find(net);
    const Subnet near = around == subnets_.end() ? Subnet{} : around->second;
    // A venue that one address may be has its network's share at least.
    const std::uint32_t share = limits_.newcomers / subnets_share, of_address = limits_.newcomers_of_address;
    const std::uint32_t net_burst = std::max(share, limits_.per_address), of_net = std::max(share, of_address);
    const GcraDecision paces[] = {pace(address.arrival, now, limits_.per_address, of_address),
                                  pace(near.arrival, now, net_burst, limits_.newcomers == 0 ? 0 : of_net),
                                  pace(arrival_, now, limits_.newcomers, limits_.newcomers)};
    if (!paces[0].admitted || !paces[1].admitted || !paces[2].admitted) return {Refusal::too_fast, std::nullopt};

    Answer answer;
    if (address.links >= limits_.per_address || address.strangers >= limits_.strangers_per_address)
        answer = full(now, [&](const IpBytes& other) { return other == ip; });
    else if (near.links >= limits_.per_subnet)
        answer = full(now, [&](const IpBytes& other) { return subnet(other) == net; });
    else if (members_.size() >= limits_.total)
        answer = full(now, [](const IpBytes&) { return true; });
    if (answer.refusal == Refusal::full) { // looking for who could go has its price
        if (!answer.evict && met != addresses_.end()) met->second.arrival = paces[0].arrival;
        return answer;
    }
    addresses_[ip] = {address.links + 1, address.strangers + 1, paces[0].arrival};
    subnets_[net] = {near.links + 1, paces[1].arrival};
    arrival_ = paces[2].arrival;
    silent_.push_back({id, ip, now + limits_.grace});
    members_.emplace(id, Member{ip, std::prev(silent_.end())});
    return answer;
}

void Quota::spoke(std::uint64_t id, Millis now)
{
    const auto member = members_.find(id);
    if (member == members_.end() || !member->second.stranger) return;
    const std::list<Stranger>::iterator stranger = *member->second.stranger;
    if (std::exchange(stranger->has_spoken, true)) return;
    stranger->safe_until = now + limits_.spoken_grace;
    spoken_.splice(spoken_.end(), silent_, stranger);
}

void Quota::known(std::uint64_t id)
{
    const auto member = members_.find(id);
    if (member == members_.end() || !member->second.stranger) return;
    const std::list<Stranger>::iterator stranger = *std::exchange(member->second.stranger, std::nullopt);
    (stranger->has_spoken ? spoken_ : silent_).erase(stranger);
    --addresses_[member->second.ip].strangers;
}

void Quota::leave(std::uint64_t id)
{
    const auto member = members_.find(id);
    if (member == members_.end()) return;
    known(id);
    --addresses_[member->second.ip].links;
    --subnets_[subnet(member->second.ip)].links;
    members_.erase(member);
}

void Quota::tidy(Millis now)
{
    const auto over = [&](const auto& each) {
        return each.second.links == 0 && each.second.arrival <= Micros(now).count();
    };
    std::erase_if(addresses_, over);
    std::erase_if(subnets_, over);
}

} // namespace harvest::enet
