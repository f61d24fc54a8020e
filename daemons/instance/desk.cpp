#include "daemons/instance/desk.hpp"

#include "common/base/address_key.hpp"
#include "common/base/gcra.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

// Only words of ours: what a client calls an op may be anything.
std::string_view span_name(std::string_view op)
{
    for (const std::string_view known : {"battle.join", "battle.resume", "spectate.join"})
        if (op == known) return known;
    return find_op(op) ? op : "unknown";
}

} // namespace

Desk::Desk(const Config& config, std::string instance, Tables& tables, const TicketBars& bars, TokenVerifier& verifier,
           RateLimit& limits, Clock& clock, Entropy& entropy, telemetry::Spans& spans,
           telemetry::Histogram command_seconds, Hooks hooks)
    : config_(config),
      instance_(std::move(instance)),
      tables_(tables),
      bars_(bars),
      verifier_(verifier),
      limits_(limits),
      clock_(clock),
      entropy_(entropy),
      spans_(spans),
      command_seconds_(command_seconds),
      hooks_(std::move(hooks))
{
}

void Desk::opened(ClientLink& link, const LinkInfo& info)
{
    Peer peer;
    peer.id = info.id;
    peer.link = &link;
    peer.address_key = "instance.join:" + address_key(info.address);
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
    if (bytes.size() > config_.max_message.bytes) return fault(found->second, 0, InstanceErrc::too_big);
    std::string why;
    Result<protocol::LiveRequest> request = protocol::decode_request(bytes, &why);
    if (!request) return fault(found->second, 0, request.error(), why);
    traced(found->second, std::move(*request));
}

void Desk::traced(Peer& peer, protocol::LiveRequest request)
{
    if (!spans_.on() && !request.traceparent) return dispatch(peer, std::move(request));
    telemetry::Span span;
    span.trace = telemetry::continue_trace(request.traceparent.value_or(""), entropy_.bytes<24>());
    span.daemon = instance_;
    span.name = span_name(request.op);
    span.kind = telemetry::SpanKind::server;
    span.begun = telemetry::unix_nanoseconds();
    request.traceparent = span.trace.traceparent;
    dispatch(peer, std::move(request));
    span.ended = telemetry::unix_nanoseconds();
    if (spans_.wants(span.trace, false)) spans_.add(std::move(span));
}

void Desk::dispatch(Peer& peer, protocol::LiveRequest request)
{
    if (request.op == "battle.join" || request.op == "battle.resume")
        return handle_join(peer, request, request.op == "battle.resume", false);
    if (request.op == "spectate.join") return handle_spectate(peer, request, false);
    const std::optional<Op> op = find_op(request.op);
    if (!op) return fault(peer, request.id, Errc::invalid_argument, "this instance has no such op");
    if (peer.match.empty()) return fault(peer, request.id, InstanceErrc::not_joined);
    if (peer.watches) return fault(peer, request.id, InstanceErrc::only_watching);
    Table* table = tables_.find(peer.match);
    if (!table) return refuse(peer, request.id, InstanceErrc::not_here);
    if (!admit_op(peer, *table, *op, request)) return;
    switch (*op) {
    case Op::nonce:
        return handle_nonce(peer, *table, request);
    case Op::state:
        return handle_state(peer, *table, request);
    case Op::emote:
        return handle_emote(peer, *table, request);
    case Op::mulligan:
    case Op::play:
    case Op::attack:
    case Op::power:
    case Op::end_turn:
    case Op::concede:
        return handle_command(peer, *table, std::move(request));
    }
}

bool Desk::admit_join(Peer& peer, const protocol::LiveRequest& request)
{
    const RateDecision decision = limits_.admit(peer.address_key, {config_.address_burst, config_.address_interval});
    if (!decision.admitted) too_often(peer, request.id, decision.retry_after);
    return decision.admitted;
}

bool Desk::admit_op(Peer& peer, Table& table, Op op, const protocol::LiveRequest& request)
{
    const RateRule rule = op == Op::emote ? RateRule{config_.emote_burst, config_.emote_interval}
                                          : RateRule{config_.command_burst, config_.command_interval};
    std::int64_t& bucket = table.buckets[peer.seat][static_cast<std::size_t>(op)];
    const GcraDecision decision = gcra(bucket, clock_.monotonic().count(), rule.burst, rule.interval.count(), 1);
    bucket = decision.arrival;
    if (!decision.admitted) too_often(peer, request.id, Millis{decision.retry_after});
    return decision.admitted;
}

void Desk::too_often(Peer& peer, std::int64_t id, Millis retry_after)
{
    refuse(peer, id, Errc::resource_exhausted,
           "too many requests: wait " + std::to_string(retry_after.count()) + " ms");
    if (peer.patience.lose(Patience::Fault::too_often, clock_.monotonic(), {config_.faults, config_.forgive_every}))
        peer.link->close(peer.id, CloseReason::policy, "too many requests");
}

void Desk::refuse(const Peer& peer, std::int64_t id, const Error& error, std::string_view why)
{
    peer.link->send(peer.id, protocol::encode_error(id, wire_code(error), why.empty() ? error.message() : why));
}

void Desk::fault(Peer& peer, std::int64_t id, const Error& error, std::string_view why)
{
    refuse(peer, id, error, why);
    if (peer.patience.lose(Patience::Fault::bad_message, clock_.monotonic(), {config_.faults, config_.forgive_every}))
        peer.link->close(peer.id, CloseReason::policy, "too many bad messages");
}

void Desk::deliver(const Table& table, const Effects& effects)
{
    for (const Effects::Push& push : effects.pushes) {
        const auto found = peers_.find(table.links[push.seat]);
        if (found != peers_.end()) found->second.link->send(found->first, push.bytes);
    }
}

void Desk::expel(const PlayerId& player, std::string_view why)
{
    std::vector<LinkId> links;
    for (const auto& [id, peer] : peers_)
        if (peer.player == player && bars_.bars(player, peer.ticket_at)) links.push_back(id);
    std::sort(links.begin(), links.end());
    for (const LinkId link : links)
        if (const auto found = peers_.find(link); found != peers_.end())
            found->second.link->close(link, CloseReason::revoked, why);
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
