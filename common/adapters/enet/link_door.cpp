// From a datagram to its session: cookie, quota, handshake, records.
#include "common/adapters/enet/link_core.hpp"
#include "common/adapters/enet/wire_format.hpp"

#include <atomic>
#include <cstring>

namespace harvest::enet {
namespace {

LinkId next_id()
{
    static std::atomic<LinkId> last{0};
    return ++last;
}

std::uint64_t mark_of(const ClientHello& hello)
{
    std::uint64_t mark;
    std::memcpy(&mark, hello.random.data() + 8, sizeof mark); // past the clock that old clients put first
    return mark;
}

} // namespace

void LinkCore::take(const BatchSocket::Datagram& datagram)
{
    count(&EnetMetrics::datagrams_in);
    count(&EnetMetrics::bytes_in, datagram.bytes.size());
    const auto found = by_address_.find(datagram.from);
    Session* session = found == by_address_.end() ? nullptr : found->second;
    if (session && session->doomed) return;
    if (config_.plain) return take_plain(datagram, session);
    if (looks_like_hello(datagram.bytes)) return take_hello(datagram, session);
    if (!session) return;
    if (session->stage == Session::Stage::handshaking)
        take_handshake(*session, datagram.bytes);
    else
        take_record(*session, datagram.bytes);
}

// Nothing is kept for a sender whose hello carries no cookie of ours.
void LinkCore::take_hello(const BatchSocket::Datagram& datagram, Session* session)
{
    count(&EnetMetrics::hellos);
    const std::optional<ClientHello> hello = read_hello(datagram.bytes);
    if (!hello) return;
    if (!jar_.accepts(datagram.from, *hello)) {
        if (!accepting_) return;
        const Cookie cookie = jar_.bake(datagram.from, *hello);
        socket_.send(datagram.from, hello_verify(*hello, cookie));
        return count(&EnetMetrics::cookies_sent);
    }
    if (session && session->hello == mark_of(*hello)) {
        if (session->stage == Session::Stage::handshaking) take_handshake(*session, datagram.bytes);
        return; // else a late repeat
    }
    if (!accepting_) return;
    if (session) { // the client began anew from the same port
        doom(*session, CloseReason::normal);
        by_address_.erase(datagram.from);
    }
    Session* made = admit_stranger(datagram.from);
    if (!made) return;
    made->hello = mark_of(*hello);
    out_to_ = made->remote;
    made->dtls = DtlsSession::accept(*dtls_, datagram.bytes);
    if (!made->dtls) {
        count(&EnetMetrics::handshakes_failed);
        return doom(*made, CloseReason::protocol_error);
    }
    handshaking_.push_back(made->id);
    take_handshake(*made, datagram.bytes);
}

void LinkCore::take_plain(const BatchSocket::Datagram& datagram, Session* session)
{
    constexpr std::size_t connect_size = 4 + 48;
    if (!session) {
        const bool connect = datagram.bytes.size() == connect_size && (be16(datagram.bytes.data()) & nobody) == nobody;
        if (!connect || !accepting_) return;
        session = admit_stranger(datagram.from);
        if (!session) return;
        session->stage = Session::Stage::joining;
    }
    hosts_->deliver(*session, datagram.bytes);
}

void LinkCore::take_handshake(Session& session, std::span<const std::uint8_t> bytes)
{
    out_to_ = session.remote;
    warm_up(session);
    switch (session.dtls->handshake(bytes)) {
    case DtlsSession::Step::waiting:
        return;
    case DtlsSession::Step::ready:
        count(&EnetMetrics::handshakes);
        session.stage = Session::Stage::joining;
        return;
    case DtlsSession::Step::failed:
        count(&EnetMetrics::handshakes_failed);
        return doom(session, CloseReason::protocol_error);
    }
}

void LinkCore::take_record(Session& session, std::span<const std::uint8_t> bytes)
{
    out_to_ = session.remote;
    warm_up(session);
    session.dtls->feed(bytes);
    int got = 0;
    while ((got = session.dtls->next(plain_)) > 0)
        hosts_->deliver(session, {plain_.data(), static_cast<std::size_t>(got)});
    if (got < 0) doom(session, session.stage == Session::Stage::closing ? session.reason : CloseReason::normal);
}

// A place for an address that has proven to be its own, or null if its quota is used up: its DTLS knocks again.
Session* LinkCore::admit_stranger(const Address& from)
{
    const LinkId id = next_id();
    for (Quota::Answer answer = quota_.enter(id, from.ip, now_); answer.refusal != Quota::Refusal::none;
         answer = quota_.enter(id, from.ip, now_)) {
        Session* oldest = answer.evict ? find(*answer.evict) : nullptr;
        if (!oldest) {
            const bool full = answer.refusal == Quota::Refusal::full;
            count(full ? &EnetMetrics::refused_by_quota : &EnetMetrics::refused_by_rate);
            return nullptr;
        }
        count(&EnetMetrics::evicted);
        quota_.leave(oldest->id);
        doom(*oldest, CloseReason::policy);
    }
    auto made = std::make_unique<Session>();
    made->id = id;
    made->remote = from;
    made->since = now_;
    if (!hosts_->add(*made)) {
        quota_.leave(id);
        count(&EnetMetrics::refused_for_room);
        return nullptr;
    }
    if (sessions_.size() <= made->slot) sessions_.resize(made->slot + 1);
    by_address_[from] = made.get();
    by_id_[id] = made.get();
    count(&EnetMetrics::links);
    return (sessions_[made->slot] = std::move(made)).get();
}

void LinkCore::warm_up(Session& session)
{
    session.active = now_;
    if (session.warm || !session.dtls) return;
    session.warm = true;
    warm_.push_back(session.id);
}

} // namespace harvest::enet
