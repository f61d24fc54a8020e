#include "common/adapters/enet/quota.hpp"

namespace harvest::enet {

template <class InScope>
std::optional<std::uint64_t> Quota::oldest(InScope in_scope) const
{
    for (const Stranger& each : strangers_)
        if (in_scope(each.ip)) return each.id;
    return std::nullopt;
}

Quota::Answer Quota::enter(std::uint64_t id, const IpBytes& ip)
{
    const IpBytes net = subnet(ip);
    const auto address = addresses_.find(ip);
    if (address != addresses_.end() &&
        (address->second.links >= limits_.per_address || address->second.strangers >= limits_.strangers_per_address))
        return {false, oldest([&](const IpBytes& other) { return other == ip; })};
    const auto around = subnets_.find(net);
    if (around != subnets_.end() && around->second.links >= limits_.per_subnet)
        return {false, oldest([&](const IpBytes& other) { return subnet(other) == net; })};
    if (members_.size() >= limits_.total)
        return {false, strangers_.empty() ? std::nullopt : std::optional(strangers_.front().id)};
    strangers_.push_back({id, ip});
    members_.emplace(id, Member{ip, std::prev(strangers_.end())});
    Count& count = addresses_[ip];
    ++count.links;
    ++count.strangers;
    ++subnets_[net].links;
    return {true, std::nullopt};
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
    const auto address = addresses_.find(member->second.ip);
    if (--address->second.links == 0) addresses_.erase(address);
    const auto around = subnets_.find(subnet(member->second.ip));
    if (--around->second.links == 0) subnets_.erase(around);
    members_.erase(member);
}

} // namespace harvest::enet
