// From bytes to handlers and back: envelope, rate limits, faults, order within a connection.
#include "common/base/address_key.hpp"
#include "common/base/fault.hpp"
#include "common/base/log.hpp"
#include "daemons/connsrv/forward.hpp"
#include "daemons/connsrv/port.hpp"

namespace harvest::connsrv {
namespace {

// Refusals that a client of ours does not provoke; they use up the connection's patience.
bool is_bad(const Error& error)
{
    return error == LiveErrc::unknown_op || error == LiveErrc::bad_message || error == LiveErrc::too_big ||
           error == LiveErrc::hello_required;
}

Outcome outcome_of(const Error& error)
{
    return !error ? Outcome::ok : is_fault(error) ? Outcome::failed : Outcome::refused;
}

} // namespace

void Connsrv::opened(ClientLink& link, const LinkInfo& info, Port& port)
{
    if (draining_) {
        link.close(info.id, CloseReason::going_away, "the server restarts: connect again");
        return;
    }
    const ConnId conn = roster_.opened(clock_.monotonic());
    Door& door = doors_[conn];
    door.link = &link;
    door.id = info.id;
    door.address_key = address_key(info.address);
    door.transport = info.transport;
    port.remember(info.id, conn);
    figures_.opened(info.transport);
}

void Connsrv::gone(ConnId conn, CloseReason reason)
{
    const auto found = doors_.find(conn);
    if (found == doors_.end()) return;
    figures_.closed(found->second.transport, reason);
    doors_.erase(found);
    roster_.closed(conn, clock_.monotonic());
    keep();
}

void Connsrv::arrived(ConnId conn, std::string_view bytes)
{
    const Connection* connection = roster_.connection(conn);
    if (!connection || connection->closing) return;
    if (bytes.size() > config_.max_message.bytes) {
        refuse(conn, 0, LiveErrc::too_big, {});
        return;
    }
    Door& door = doors_.at(conn);
    if (door.inbox.size() >= static_cast<std::size_t>(config_.inbox)) {
        refuse(conn, 0, LiveErrc::busy, {});
        return;
    }
    door.inbox.emplace_back(bytes);
    if (door.busy) return;
    door.busy = true;
    tasks_.spawn([this, conn] { return pump(conn); });
}

// Answers one connection's requests in order; an idle connection has no coroutine.
Task<void> Connsrv::pump(ConnId conn)
{
    ++busy_;
    for (;;) {
        const auto found = doors_.find(conn);
        if (found == doors_.end()) break;
        Door& door = found->second;
        const Connection* connection = roster_.connection(conn);
        if (door.inbox.empty() || !connection || connection->closing) {
            door.inbox = {};
            door.busy = false;
            break;
        }
        std::string bytes = std::move(door.inbox.front());
        door.inbox.erase(door.inbox.begin());
        bool failed = false;
        try {
            co_await answer(conn, std::move(bytes));
        }
        catch (const std::exception& error) { // an unforeseen failure ends one connection, never its neighbours
            log::error("a live request ended by an exception", {{"error.message", error.what()}});
            failed = true;
        }
        keep();
        if (failed) close(conn, CloseReason::policy, "an error on our side");
    }
    --busy_;
}

Task<void> Connsrv::answer(ConnId conn, std::string bytes)
{
    const Millis begun = clock_.monotonic();
    std::string why;
    Result<protocol::LiveRequest> request = protocol::decode_request(bytes, &why);
    if (!request) {
        refuse(conn, 0, LiveErrc::bad_message, why);
        co_return;
    }
    const std::int64_t re = request->id;
    const OpRow* row = find_op(request->op);
    if (!row) {
        refuse(conn, re, LiveErrc::unknown_op, {});
        co_return;
    }
    Connection* connection = roster_.connection(conn);
    if (!connection || connection->closing) co_return;
    const bool signs_in = row->op == Op::session_hello || row->op == Op::session_resume;
    if (!signs_in && !connection->live) {
        refuse(conn, re, LiveErrc::hello_required, {});
        co_return;
    }
    if (signs_in && connection->live) {
        refuse(conn, re, LiveErrc::already_signed_in, {});
        co_return;
    }
    if (const Millis wait = roster_.admit_op(*connection, row->op, begun); wait > Millis{0}) {
        figures_.served(row->op, Outcome::refused, Millis{0});
        refuse(conn, re, Errc::resource_exhausted, "try again in " + std::to_string(wait.count()) + " ms");
        co_return;
    }
    Caller caller;
    caller.conn = conn;
    if (const Live* live = connection->live) {
        caller.player = live->player;
        caller.session = live->session;
        caller.name = live->name;
    }
    const Op op = row->op;
    const telemetry::Trace trace = telemetry::continue_trace(request->traceparent.value_or(""), entropy_.bytes<24>());
    const std::int64_t traced_from = spans_.on() ? telemetry::unix_nanoseconds() : 0;
    request->traceparent = trace.traceparent;
    Reply reply = co_await dispatch(op, std::move(caller), std::move(*request), clock_.after(config_.call_timeout));
    const Outcome outcome = outcome_of(reply.error);
    figures_.served(op, outcome, clock_.monotonic() - begun);
    if (spans_.wants(trace, outcome == Outcome::failed)) leave_span(row->name, trace, traced_from, reply.error);
    if (outcome == Outcome::failed)
        log::warn("a live request failed on our side",
                  {{"event.action", row->name}, {"error.message", reply.error.message()}, {"trace.id", trace.id()}});
    if (op == Op::session_resume && !reply.error) co_return; // it has sent its reply, and the pushes behind it
    if (reply.error)
        refuse(conn, re, reply.error, reply.text);
    else
        send(conn, protocol::encode_reply(re, reply.text));
}

void Connsrv::leave_span(std::string_view op, const telemetry::Trace& trace, std::int64_t begun, const Error& error)
{
    telemetry::Span span;
    span.trace = trace;
    span.daemon = id_;
    span.name = op;
    span.kind = telemetry::SpanKind::server;
    span.begun = begun;
    span.ended = telemetry::unix_nanoseconds();
    if (error) span.attributes.emplace_back("error.type", wire_code(error));
    if (error && is_fault(error)) span.error = error.message();
    spans_.add(std::move(span));
}

Task<Reply> Connsrv::dispatch(Op op, Caller caller, protocol::LiveRequest request, Deadline by)
{
    switch (op) {
    case Op::session_hello:
        co_return co_await handle_hello(caller.conn, std::move(request), by);
    case Op::session_resume:
        co_return co_await handle_resume(caller.conn, std::move(request), by);
    case Op::session_ping:
        co_return handle_ping(caller, request);
    case Op::presence_set:
        co_return co_await handle_presence_set(std::move(caller), std::move(request), by);
    case Op::presence_subscribe:
        co_return co_await handle_presence_subscribe(std::move(caller), std::move(request), by);
    case Op::chat_join:
        co_return co_await handle_chat_join(std::move(caller), std::move(request), by);
    case Op::chat_leave:
        co_return handle_chat_leave(caller, request);
    case Op::chat_send:
        co_return co_await handle_chat_send(std::move(caller), std::move(request), by);
    case Op::chat_history:
        co_return co_await forward_chat_history(rpc_, std::move(caller), std::move(request), by);
    case Op::chat_edit:
        co_return co_await forward_chat_edit(rpc_, std::move(caller), std::move(request), by);
    case Op::chat_delete:
        co_return co_await forward_chat_delete(rpc_, std::move(caller), std::move(request), by);
    case Op::chat_read:
        co_return co_await forward_chat_read(rpc_, std::move(caller), std::move(request), by);
    case Op::chat_unread:
        co_return co_await forward_chat_unread(rpc_, std::move(caller), std::move(request), by);
    case Op::notify_list:
        co_return co_await handle_notify_list(std::move(caller), std::move(request), by);
    case Op::notify_read:
        co_return co_await handle_notify_read(std::move(caller), std::move(request), by);
    case Op::match_queue:
        co_return co_await forward_match_queue(rpc_, std::move(caller), std::move(request), by);
    case Op::match_cancel:
        co_return co_await forward_match(rpc_, "cancel", std::move(caller), std::move(request), by);
    case Op::match_status:
        co_return co_await forward_match(rpc_, "status", std::move(caller), std::move(request), by);
    case Op::match_watch:
        co_return co_await forward_match_watch(rpc_, std::move(caller), std::move(request), by);
    case Op::match_rematch:
        co_return co_await forward_match_rematch(rpc_, std::move(caller), std::move(request), by);
    case Op::party_create:
    case Op::party_leave:
        co_return co_await forward_party(rpc_, std::move(caller), std::move(request), by);
    case Op::party_invite:
        co_return co_await forward_party_invite(rpc_, std::move(caller), std::move(request), by);
    case Op::party_join:
        co_return co_await handle_party_join(std::move(caller), std::move(request), by);
    case Op::farm_get:
    case Op::farm_plant:
    case Op::farm_water:
    case Op::farm_harvest:
    case Op::farm_expand:
        co_return co_await forward_farm(rpc_, std::move(caller), std::move(request), by);
    case Op::market_order:
    case Op::market_cancel:
    case Op::market_book:
        co_return co_await forward_market(rpc_, std::move(caller), std::move(request), by);
    case Op::craft_make:
    case Op::craft_dismantle:
        co_return co_await forward_craft(rpc_, std::move(caller), std::move(request), by);
    case Op::report_send:
        co_return co_await handle_report(std::move(caller), std::move(request), by);
    }
    co_return LiveErrc::unknown_op;
}

void Connsrv::refuse(ConnId conn, std::int64_t re, Error error, std::string_view why)
{
    if (is_bad(error)) figures_.bad_message();
    const std::string message = why.empty() ? error.message() : std::string(why);
    send(conn, protocol::encode_error(re, wire_code(error), message));
    Connection* connection = roster_.connection(conn);
    const bool often = error == LiveErrc::busy || error == Errc::resource_exhausted;
    if (!connection || connection->closing || !(often || is_bad(error))) return;
    const Patience::Fault kind = often ? Patience::Fault::too_often : Patience::Fault::bad_message;
    if (roster_.fault(*connection, clock_.monotonic(), kind))
        close(conn, CloseReason::policy, often ? "too many requests" : "too many bad messages");
}

bool Connsrv::send(ConnId conn, std::string_view bytes)
{
    const auto found = doors_.find(conn);
    return found != doors_.end() && found->second.link->send(found->second.id, bytes);
}

void Connsrv::known(ConnId conn)
{
    const auto found = doors_.find(conn);
    if (found != doors_.end()) found->second.link->known(found->second.id);
}

void Connsrv::close(ConnId conn, CloseReason reason, std::string_view text)
{
    if (Connection* connection = roster_.connection(conn)) connection->closing = true;
    const auto found = doors_.find(conn);
    if (found == doors_.end()) return;
    ClientLink* link = found->second.link;
    const LinkId id = found->second.id; // copied: the link may tell us of the end before close() returns
    link->close(id, reason, text);
}

void Connsrv::deliver(const std::vector<Roster::Delivery>& deliveries)
{
    for (const Roster::Delivery& delivery : deliveries) send(delivery.conn, delivery.bytes);
    keep();
}

} // namespace harvest::connsrv
