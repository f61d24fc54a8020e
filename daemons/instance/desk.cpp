#include "daemons/instance/desk.hpp"

namespace harvest::instance {

Desk::Desk(const Config& config, std::string instance, Tables& tables, TokenVerifier& verifier, RateLimit& limits,
           Clock& clock, telemetry::Histogram command_seconds, Hooks hooks)
    : config_(config),
      instance_(std::move(instance)),
      tables_(tables),
      verifier_(verifier),
      limits_(limits),
      clock_(clock),
      command_seconds_(command_seconds),
      hooks_(std::move(hooks))
{
}

void Desk::opened(ClientLink& link, const LinkInfo& info)
{
    Peer peer;
    peer.id = info.id;
    peer.link = &link;
    peer.address_key = "instance.join:" + info.address;
    peer.opened_at = clock_.monotonic();
    peers_.emplace(info.id, std::move(peer));
    unseated_.push_back(info.id);
}

void Desk::closed(LinkId link)
{
    const auto found = peers_.find(link);
    if (found == peers_.end()) return;
    const Peer peer = std::move(found->second);
    peers_.erase(found);
    Table* table = peer.match.empty() ? nullptr : tables_.find(peer.match);
    if (table && peer.watches) return table->gallery.leave(link);
    // A link that was replaced closes late: the seat is no longer its own.
    if (!table || table->links[peer.seat] != link) return;
    table->links[peer.seat] = 0;
    Effects effects;
    table->room.leave(peer.seat, clock_.monotonic(), effects);
    hooks_.touched(*table, std::move(effects));
}

void Desk::message(LinkId link, std::string_view bytes)
{
    const auto found = peers_.find(link);
    if (found == peers_.end()) return;
    std::string why;
    Result<protocol::LiveRequest> request = protocol::decode_request(bytes, &why);
    if (!request) return fault(found->second, 0, request.error(), why);
    dispatch(found->second, std::move(*request));
}

void Desk::dispatch(Peer& peer, protocol::LiveRequest request)
{
    if (request.op == "battle.join" || request.op == "battle.resume")
        return handle_join(peer, request, request.op == "battle.resume", false);
    if (request.op == "spectate.join") return handle_spectate(peer, request, false);
    if (!request.op.starts_with("battle."))
        return fault(peer, request.id, Errc::invalid_argument, "this instance has no such op");
    if (peer.match.empty()) return fault(peer, request.id, InstanceErrc::not_joined);
    if (peer.watches) return fault(peer, request.id, InstanceErrc::only_watching);
    Table* table = tables_.find(peer.match);
    if (!table) return refuse(peer, request.id, InstanceErrc::not_here);
    const std::string_view what = std::string_view(request.op).substr(7);
    if (what == "play" || what == "attack" || what == "power" || what == "end_turn" || what == "mulligan" ||
        what == "concede")
        return handle_command(peer, *table, std::move(request));
    if (what == "nonce") return handle_nonce(peer, *table, request);
    if (what == "state") return handle_state(peer, *table, request);
    if (what == "emote") return handle_emote(peer, *table, request);
    fault(peer, request.id, Errc::invalid_argument, "this instance has no such op");
}

bool Desk::admit(const Peer& peer, const std::string& key, std::int64_t burst, Millis interval,
                 const protocol::LiveRequest& request)
{
    const RateDecision decision = limits_.admit(key, {burst, interval});
    if (!decision.admitted)
        refuse(peer, request.id, Errc::resource_exhausted,
               "too many requests: wait " + std::to_string(decision.retry_after.count()) + " ms");
    return decision.admitted;
}

void Desk::refuse(const Peer& peer, std::int64_t id, const Error& error, std::string_view why)
{
    peer.link->send(peer.id, protocol::encode_error(id, wire_code(error), why.empty() ? error.message() : why));
}

void Desk::fault(Peer& peer, std::int64_t id, const Error& error, std::string_view why)
{
    refuse(peer, id, error, why);
    if (++peer.faults >= config_.faults) peer.link->close(peer.id, CloseReason::policy, "too many bad messages");
}

void Desk::deliver(const Table& table, const Effects& effects)
{
    for (const Effects::Push& push : effects.pushes) {
        const auto found = peers_.find(table.links[push.seat]);
        if (found != peers_.end()) found->second.link->send(found->first, push.bytes);
    }
}

void Desk::clear(Table& table, bool moved)
{
    std::vector<LinkId> links = table.gallery.links();
    for (LinkId& link : table.links) links.push_back(std::exchange(link, 0));
    for (const LinkId link : links) {
        const auto found = peers_.find(link);
        if (found == peers_.end()) continue;
        const Peer& peer = found->second;
        if (moved) {
            const protocol::MovedPush push{table.room.match().id};
            peer.link->send(link, protocol::encode_push("battle.moved", 0, protocol::encode(push)));
        }
        peer.link->close(link, moved ? CloseReason::going_away : CloseReason::normal,
                         moved ? "the match goes on elsewhere" : "the match is over");
    }
}

void Desk::sweep()
{
    const Millis now = clock_.monotonic();
    while (!unseated_.empty()) {
        const auto found = peers_.find(unseated_.front());
        if (found != peers_.end() && found->second.match.empty()) {
            if (now < found->second.opened_at + config_.join_within) return;
            found->second.link->close(found->first, CloseReason::policy, "no battle.join in time");
        }
        unseated_.pop_front();
    }
}

} // namespace harvest::instance
