// What ENet reports of a session, the limits on its time, and its end.
#include "common/adapters/enet/link_core.hpp"
#include "common/base/log.hpp"

#include <algorithm>

namespace harvest::enet {
namespace {
constexpr std::size_t sweep_parts = 32; // ticks for one round over all sessions

// A failure over one client's message ends that link, not the listener.
template <class Call>
bool survived(Call call)
{
    try {
        call();
        return true;
    }
    catch (const std::exception& error) {
        log::error("handling a live message failed", {{"error.message", error.what()}});
        return false;
    }
}

} // namespace

bool LinkCore::admit(Seat& seat, std::span<std::uint8_t> datagram)
{
    auto& session = static_cast<Session&>(seat);
    if (session.doomed) return false;
    const Judgement judgement = session.guard.judge(datagram, facts_of(session), now_);
    if (judgement.verdict == Verdict::pass) {
        if (!session.touched) touched_.push_back(&session);
        session.touched = true;
        return true;
    }
    if (metrics_)
        metrics_->guard_rules[static_cast<std::size_t>(judgement.rule)].fetch_add(1, std::memory_order_relaxed);
    if (judgement.verdict == Verdict::drop) {
        count(&EnetMetrics::guard_dropped);
        return false;
    }
    count(&EnetMetrics::guard_breaches);
    log::debug("a client broke a rule of the datagram guard",
               {{"client.ip", ip_text(session.remote.ip)}, {"rule", to_string(judgement.rule)}});
    doom(session, CloseReason::protocol_error);
    return false;
}

void LinkCore::served()
{
    for (Session* each : touched_) {
        each->touched = false;
        if (facts_of(*each).phase != PeerFacts::Phase::closing) each->guard.served();
    }
    touched_.clear();
}

void LinkCore::emit(Seat& seat, const ENetBuffer* buffers, std::size_t buffer_count)
{
    outbox_.add(seat, buffers, buffer_count);
}

void LinkCore::connected(Seat& seat, std::uint32_t data)
{
    auto& session = static_cast<Session&>(seat);
    if (session.doomed) return;
    session.stage = Session::Stage::open;
    session.connect_data = data;
    session.announced = true;
    count(&EnetMetrics::opened);
    const LinkInfo info{.id = session.id, .transport = "enet", .address = ip_text(session.remote.ip)};
    if (!survived([&] { events_->opened(info); })) doom(session, CloseReason::policy);
}

void LinkCore::received(Seat& seat, std::uint8_t channel, std::span<const std::uint8_t> packet)
{
    auto& session = static_cast<Session&>(seat);
    if (session.doomed || session.stage != Session::Stage::open) return;
    if (session.framing == Framing::unknown) {
        session.framing = detect_framing(packet, session.connect_data);
        quota_.spoke(session.id, now_);
    }
    const std::optional<std::string_view> text = unwrap(session.framing, packet);
    if (!text) return doom(session, CloseReason::bad_data);
    session.channel = channel;
    if (!survived([&] { events_->message(session.id, *text); })) doom(session, CloseReason::policy);
}

void LinkCore::disconnected(Seat& seat, std::uint32_t)
{
    auto& session = static_cast<Session&>(seat);
    CloseReason reason = session.guard.said_goodbye() ? CloseReason::normal : CloseReason::unresponsive;
    if (session.stage == Session::Stage::closing) reason = session.reason;
    doom(session, reason);
}

void LinkCore::check(Session& session)
{
    const bool early = session.stage == Session::Stage::handshaking || session.stage == Session::Stage::joining;
    if (early && now_ - session.since > config_.handshake_timeout) return doom(session, CloseReason::policy);
    if (session.stage == Session::Stage::closing && now_ - session.since > config_.close_timeout)
        return doom(session, session.reason);
    if (session.guard.overdue(now_)) doom(session, CloseReason::protocol_error);
}

void LinkCore::sweep()
{
    const std::size_t part = sessions_.size() / sweep_parts + 1;
    for (std::size_t i = 0; i < part && !sessions_.empty(); ++i) {
        if (++sweep_at_ >= sessions_.size()) sweep_at_ = 0;
        if (Session* session = sessions_[sweep_at_].get(); session && !session->doomed) check(*session);
    }
}

void LinkCore::resend_handshakes()
{
    std::erase_if(handshaking_, [this](LinkId id) {
        Session* session = find(id);
        if (!session || session->doomed || session->stage != Session::Stage::handshaking) return true;
        out_to_ = session->remote;
        if (session->dtls->resend_if_due() == DtlsSession::Step::failed) doom(*session, CloseReason::protocol_error);
        return session->doomed;
    });
}

void LinkCore::cool_idle()
{
    std::erase_if(warm_, [this](LinkId id) {
        Session* session = find(id);
        if (!session || !session->dtls) return true;
        if (session->stage == Session::Stage::handshaking || now_ - session->active < cool_after) return false;
        session->warm = false;
        session->dtls->cool();
        return true;
    });
}

// Marks a session for its end in reap(): never at once, since ENet may be at work on it.
void LinkCore::doom(Session& session, CloseReason reason)
{
    if (session.doomed) return;
    session.doomed = true;
    session.reason = reason;
    doomed_.push_back(&session);
    schedule_turn();
}

void LinkCore::reap()
{
    for (std::size_t i = 0; i < doomed_.size(); ++i) release(*doomed_[i]); // closed() may doom more
    doomed_.clear();
}

void LinkCore::release(Session& session)
{
    hosts_->close_now(session, static_cast<std::uint32_t>(session.reason));
    outbox_.flush();
    if (session.dtls && session.stage != Session::Stage::handshaking) {
        out_to_ = session.remote;
        session.dtls->say_goodbye();
    }
    outbox_.forget(session);
    std::erase(touched_, &session);
    hosts_->remove(session);
    quota_.leave(session.id);
    if (const auto at = by_address_.find(session.remote); at != by_address_.end() && at->second == &session)
        by_address_.erase(at);
    by_id_.erase(session.id);
    const std::unique_ptr<Session> gone = std::move(sessions_[session.slot]);
    if (metrics_) metrics_->links.fetch_sub(1, std::memory_order_relaxed); // several listeners may share them
    if (!gone->announced) return;
    count(&EnetMetrics::closed);
    survived([&] { events_->closed(gone->id, gone->reason); });
}

} // namespace harvest::enet
