#include "common/adapters/enet/quota.hpp"

#include "common/base/gcra.hpp"

namespace harvest::enet {
namespace {

using Micros = std::chrono::microseconds;

GcraDecision pace(std::int64_t arrival, Millis now, std::uint32_t burst, std::uint32_t per_second)
{
    if (per_second == 0) return {.admitted = true};
    return gcra(arrival, Micros(now).count(), burst, Micros(1s).count() / per_second, 1);
}

} // namespace

template <class InScope>
Quota::Answer Quota::full(Millis now, InScope in_scope) const
{
    for (const Stranger& each : strangers_) {
        if (now - each.since < limits_.grace) break;
        if (in_scope(each.ip)) return {Refusal::full, each.id};
    }
    return {Refusal::full, std::nullopt};
}

Quota::Answer Quota::enter(std::uint64_t id, const IpBytes& ip, Millis now)
{
    const IpBytes net = subnet(ip);
    const auto known_address = addresses_.find(ip);
    const Address before = known_address == addresses_.end() ? Address{} : known_address->second;
    if (before.links >= limits_.per_address || before.strangers >= limits_.strangers_per_address)
        return full(now, [&](const IpBytes& other) { return other == ip; });
    const auto around = subnets_.find(net);
    if (around != subnets_.end() && around->second >= limits_.per_subnet)
        return full(now, [&](const IpBytes& other) { return subnet(other) == net; });
    if (members_.size() >= limits_.total) return full(now, [](const IpBytes&) { return true; });
    const GcraDecision of_address = pace(before.arrival, now, limits_.per_address, limits_.newcomers_of_address);
    const GcraDecision of_all = pace(arrival_, now, limits_.newcomers, limits_.newcomers);
    if (!of_address.admitted || !of_all.admitted) return {Refusal::too_fast, std::nullopt};
    arrival_ = of_all.arrival;
    addresses_[ip] = {before.links + 1, before.strangers + 1, of_address.arrival};
    ++subnets_[net];
    strangers_.push_back({id, ip, now});
    members_.emplace(id, Member{ip, std::prev(strangers_.end())});
    return {};
}

void Quota::known(std::uint64_t id)
{
    const auto member = members_.find(id);
    if (member == members_.end() || member->second.stranger == strangers_.end()) return;
    strangers_.erase(member->second.stranger);
    member->second.stranger = strangers_.end();
    --addresses_[member->second.ip].strangers;
}

void Quota::leave(std::uint64_t id)
{
    const auto member = members_.find(id);
    if (member == members_.end()) return;
    known(id);
    --addresses_[member->second.ip].links;
    const auto around = subnets_.find(subnet(member->second.ip));
    if (--around->second == 0) subnets_.erase(around);
    members_.erase(member);
}

void Quota::tidy(Millis now)
{
    std::erase_if(addresses_, [&](const auto& each) {
        return each.second.links == 0 && each.second.arrival <= Micros(now).count();
    });
}

} // namespace harvest::enet
