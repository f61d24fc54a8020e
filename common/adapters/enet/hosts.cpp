#include "common/adapters/enet/hosts.hpp"

#include "common/base/assert.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace harvest::enet {
namespace {

// ENet dispatches after so many bytes at the latest, so that a burst of one peer stays far below its budget.
constexpr std::size_t most_undispatched = 16 * 1024;
// ENet asks for 256 at a time. Asked once more, it is told of none, so that what it allocates next is nobody's.
constexpr std::size_t most_datagrams = 128;
constexpr std::uint32_t tick_stride = 3; // every host is ticked each third time, in turn

ENetAddress virtual_address(const Seat& seat)
{
    return {.host = seat.slot + 1, .port = seat.generation};
}

ENetHost* make_host(std::uint32_t peers)
{
    ENetHost* host = enet_host_create(nullptr, peers, guard_channels, 0, 0);
    if (!host) return nullptr; // it opens a socket, and there may be no descriptor left
    // Nothing of ours uses the host's own socket: without the hook nothing works at all.
    enet_socket_destroy(host->socket);
    host->socket = ENET_SOCKET_NULL;
    host->maximumPacketSize = guard_max_message;
    host->maximumWaitingData = guard_waiting;
    host->duplicatePeers = 1; // a virtual address is one association
    return host;
}

bool lives(const ENetPeer* peer)
{
    return peer && peer->state != ENET_PEER_STATE_DISCONNECTED && peer->state != ENET_PEER_STATE_ZOMBIE;
}

// The seat's peer, if it is still the seat's: ENet resets one that goes while it connects without a word, and gives it
// to the next who comes.
ENetPeer* own_peer(const Seat& seat)
{
    const bool own =
        lives(seat.peer) && seat.peer->address.host == seat.slot + 1 && seat.peer->address.port == seat.generation;
    return own ? seat.peer : nullptr;
}

bool is_connected(const ENetPeer& peer)
{
    return peer.state == ENET_PEER_STATE_CONNECTED || peer.state == ENET_PEER_STATE_DISCONNECT_LATER;
}

} // namespace

PeerFacts facts_of(const Seat& seat)
{
    PeerFacts facts;
    const ENetPeer* peer = own_peer(seat);
    if (!peer) return facts;
    switch (peer->state) {
    case ENET_PEER_STATE_CONNECTED:
        facts.phase = PeerFacts::Phase::connected;
        break;
    case ENET_PEER_STATE_CONNECTING:
    case ENET_PEER_STATE_ACKNOWLEDGING_CONNECT:
    case ENET_PEER_STATE_CONNECTION_PENDING:
    case ENET_PEER_STATE_CONNECTION_SUCCEEDED:
        facts.phase = PeerFacts::Phase::connecting;
        break;
    default:
        facts.phase = PeerFacts::Phase::closing;
        break;
    }
    facts.peer_id = peer->incomingPeerID;
    facts.session = peer->incomingSessionID;
    facts.channels = static_cast<std::uint8_t>(std::min<std::size_t>(peer->channelCount, guard_channels));
    for (std::size_t i = 0; i < facts.channels; ++i)
        facts.delivered[i] = peer->channels[i].incomingReliableSequenceNumber;
    return facts;
}

HostSet::HostSet(HostEvents& events, HostSettings settings) : events_(events), settings_(settings)
{
    if (!hook_active()) throw std::runtime_error("the ENet socket hook is not linked into this program");
}

HostSet::~HostSet()
{
    const WireScope wire(*this);
    for (Host& each : hosts_) enet_host_destroy(each.enet);
}

std::optional<std::uint32_t> HostSet::host_with_room()
{
    for (std::uint32_t i = 0; i < hosts_.size(); ++i)
        if (hosts_[i].seats < settings_.peers_per_host) return i;
    ENetHost* made = make_host(settings_.peers_per_host);
    if (!made) return std::nullopt;
    hosts_.emplace_back().enet = made;
    return static_cast<std::uint32_t>(hosts_.size() - 1);
}

bool HostSet::add(Seat& seat)
{
    const std::optional<std::uint32_t> host = host_with_room();
    if (!host) return false;
    if (free_slots_.empty()) {
        free_slots_.push_back(static_cast<std::uint32_t>(seats_.size()));
        seats_.push_back(nullptr);
        generations_.push_back(0);
    }
    seat.slot = free_slots_.back();
    free_slots_.pop_back();
    seat.generation = ++generations_[seat.slot];
    seat.host = *host;
    ++hosts_[seat.host].seats;
    seats_[seat.slot] = &seat;
    return true;
}

void HostSet::remove(Seat& seat)
{
    HARVEST_ASSERT(seats_[seat.slot] == &seat);
    const ENetAddress address = virtual_address(seat);
    ENetHost* host = hosts_[seat.host].enet;
    for (std::size_t i = 0; i < host->peerCount; ++i) {
        ENetPeer& peer = host->peers[i];
        if (peer.state == ENET_PEER_STATE_DISCONNECTED) continue;
        if (peer.address.host != address.host || peer.address.port != address.port) continue;
        enet_peer_reset(&peer);
        peer.data = nullptr;
    }
    for (Item& each : hosts_[seat.host].inbox)
        if (each.seat == &seat) each.seat = nullptr;
    --hosts_[seat.host].seats;
    seats_[seat.slot] = nullptr;
    free_slots_.push_back(seat.slot);
    seat.peer = nullptr;
    HARVEST_ASSERT(seat.from_peer.bytes == 0 && seat.from_us.bytes == 0);
}

void HostSet::prepare(Seat& seat) const
{
    seat.peer->data = &seat;
    enet_peer_timeout(seat.peer, 0, settings_.timeout_min_ms, settings_.timeout_max_ms);
    enet_peer_ping_interval(seat.peer, settings_.ping_interval_ms);
}

bool HostSet::connect(Seat& seat, std::uint32_t data)
{
    const ENetAddress address = virtual_address(seat);
    const ChargeScope charge(&seat.from_us);
    seat.peer = enet_host_connect(hosts_[seat.host].enet, &address, guard_channels, data);
    if (!seat.peer) return false;
    prepare(seat);
    mark_dirty(seat);
    return true;
}

void HostSet::deliver(Seat& seat, std::span<const std::uint8_t> datagram)
{
    Host& host = hosts_[seat.host];
    if (host.inbox.empty()) waiting_.push_back(seat.host);
    host.inbox.push_back(
        {&seat, static_cast<std::uint32_t>(arena_.size()), static_cast<std::uint32_t>(datagram.size())});
    arena_.insert(arena_.end(), datagram.begin(), datagram.end());
}

void HostSet::run()
{
    for (std::size_t i = 0; i < waiting_.size(); ++i) service(waiting_[i]);
    waiting_.clear();
    arena_.clear();
}

void HostSet::tick()
{
    ++tick_;
    for (std::uint32_t i = tick_ % tick_stride; i < hosts_.size(); i += tick_stride)
        if (hosts_[i].seats != 0) service(i);
}

void HostSet::service(std::uint32_t index)
{
    const WireScope wire(*this);
    const ChargeScope charge(nullptr);
    ENetEvent event;
    Host* const outer = current_;
    current_ = &hosts_[index];
    Host& host = hosts_[index];
    do {
        host.handed = host.handed_bytes = 0;
        ChargeScope::set(nullptr);
        while (enet_host_service(host.enet, &event, 0) > 0) {
            ChargeScope::set(nullptr);
            handle(event);
        }
        events_.served();
    } while (host.next < host.inbox.size());
    // Bandwidth is not limited, so ENet need not tell every peer so each time one comes or goes.
    host.enet->recalculateBandwidthLimits = 0;
    host.inbox.clear();
    host.next = 0;
    current_ = outer;
}

void HostSet::handle(ENetEvent& event)
{
    Seat* seat = static_cast<Seat*>(event.peer->data);
    switch (event.type) {
    case ENET_EVENT_TYPE_CONNECT:
        seat = seat_at(event.peer->address);
        if (!seat) break;
        seat->peer = event.peer;
        prepare(*seat);
        events_.connected(*seat, event.data);
        break;
    case ENET_EVENT_TYPE_RECEIVE:
        if (seat) events_.received(*seat, event.channelID, {event.packet->data, event.packet->dataLength});
        enet_packet_destroy(event.packet);
        break;
    case ENET_EVENT_TYPE_DISCONNECT:
        event.peer->data = nullptr;
        if (!seat) break;
        seat->peer = nullptr;
        events_.disconnected(*seat, event.data);
        break;
    case ENET_EVENT_TYPE_NONE:
        break;
    }
}

Seat* HostSet::seat_at(const ENetAddress& address) const
{
    if (address.host == 0 || address.host > seats_.size()) return nullptr;
    Seat* seat = seats_[address.host - 1];
    return seat && seat->generation == address.port ? seat : nullptr;
}

// ENet gives a CONNECT its peer without a word; the next datagram to or from it shows.
void HostSet::find_peer(Seat& seat)
{
    ENetHost* host = hosts_[seat.host].enet;
    const ENetAddress address = virtual_address(seat);
    seat.peer = nullptr;
    for (std::size_t i = 0; i < host->peerCount && !seat.peer; ++i) {
        ENetPeer& peer = host->peers[i];
        if (peer.address.host == address.host && peer.address.port == address.port && lives(&peer)) seat.peer = &peer;
    }
}

void HostSet::send(const ENetAddress& to, const ENetBuffer* buffers, std::size_t count)
{
    Seat* seat = seat_at(to);
    if (!seat) return;
    if (!own_peer(*seat)) find_peer(*seat);
    events_.emit(*seat, buffers, count);
}

std::size_t HostSet::receive(ENetAddress& from, ENetBuffer& into)
{
    ChargeScope::set(nullptr);
    Host& host = *current_;
    while (host.next < host.inbox.size() && host.handed < most_datagrams && host.handed_bytes < most_undispatched) {
        const Item item = host.inbox[host.next++];
        if (!item.seat || item.length > into.dataLength) continue;
        Seat& seat = *item.seat;
        if (!own_peer(seat)) find_peer(seat);
        const std::span<std::uint8_t> bytes(arena_.data() + item.offset, item.length);
        if (!events_.admit(seat, bytes)) continue;
        std::memcpy(into.data, bytes.data(), bytes.size());
        from = virtual_address(seat);
        ++host.handed;
        host.handed_bytes += bytes.size();
        ChargeScope::set(&seat.from_peer);
        return bytes.size();
    }
    return 0;
}

void HostSet::mark_dirty(Seat& seat)
{
    Host& host = hosts_[seat.host];
    if (host.dirty) return;
    host.dirty = true;
    dirty_.push_back(seat.host);
}

void HostSet::flush()
{
    if (dirty_.empty()) return;
    const WireScope wire(*this);
    const ChargeScope charge(nullptr);
    for (std::size_t i = 0; i < dirty_.size(); ++i) {
        Host& host = hosts_[dirty_[i]];
        host.dirty = false;
        enet_host_flush(host.enet);
    }
    dirty_.clear();
}

bool HostSet::send(Seat& seat, std::uint8_t channel, std::span<const std::uint8_t> header,
                   std::span<const std::uint8_t> body, void (*done)(ENetPacket*), void* user)
{
    if (!own_peer(seat)) return false;
    const ChargeScope charge(&seat.from_us);
    ENetPacket* packet = enet_packet_create(nullptr, header.size() + body.size(), ENET_PACKET_FLAG_RELIABLE);
    if (!packet) return false;
    std::copy(header.begin(), header.end(), packet->data);
    std::copy(body.begin(), body.end(), packet->data + header.size());
    const std::size_t last = seat.peer->channelCount - 1;
    const auto on = static_cast<std::uint8_t>(std::min<std::size_t>(channel, last));
    if (enet_peer_send(seat.peer, on, packet) != 0) {
        enet_packet_destroy(packet);
        return false;
    }
    packet->userData = user;
    packet->freeCallback = done;
    mark_dirty(seat);
    return true;
}

void HostSet::close_later(Seat& seat, std::uint32_t data)
{
    if (!own_peer(seat)) return;
    const WireScope wire(*this);
    const ChargeScope charge(is_connected(*seat.peer) ? &seat.from_us : nullptr); // else ENet closes it now
    enet_peer_disconnect_later(seat.peer, data);
    mark_dirty(seat);
}

void HostSet::close_now(Seat& seat, std::uint32_t data)
{
    if (!own_peer(seat)) return;
    const WireScope wire(*this);
    const ChargeScope charge(nullptr); // ENet flushes the whole host: others' pings are due too
    enet_peer_disconnect_now(seat.peer, data);
    seat.peer = nullptr;
}

} // namespace harvest::enet
