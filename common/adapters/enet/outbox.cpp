#include "common/adapters/enet/outbox.hpp"

#include "common/adapters/enet/wire_format.hpp"

#include <cstring>

namespace harvest::enet {
namespace {
constexpr std::size_t most_pending = 128; // peers of one turn; more are sent at once
}

Outbox::Outbox(Sink sink) : sink_(std::move(sink)), pending_(most_pending) {}

Outbox::Pending& Outbox::open(Seat& seat, std::uint16_t head)
{
    if (used_ == pending_.size()) flush();
    Pending& made = pending_[used_];
    seat.pending = static_cast<std::int32_t>(used_++);
    made.seat = &seat;
    made.head = head;
    made.timed = false;
    made.length = header;
    return made;
}

void Outbox::add(Seat& seat, const ENetBuffer* buffers, std::size_t count)
{
    // ENet's first buffer is always the datagram's header, the commands and payloads follow.
    const auto* first = static_cast<const std::uint8_t*>(buffers[0].data);
    if (count < 2 || buffers[0].dataLength < 2) return;
    const std::uint16_t word = be16(first);
    const bool timed = (word & has_sent_time) != 0 && buffers[0].dataLength >= header;
    const auto head = static_cast<std::uint16_t>(word & ~has_sent_time);
    std::size_t more = 0;
    for (std::size_t i = 1; i < count; ++i) more += buffers[i].dataLength;
    Pending* pending = seat.pending >= 0 ? &pending_[static_cast<std::size_t>(seat.pending)] : nullptr;
    if (pending && (pending->head != head || pending->length + more > guard_mtu)) {
        send(*pending);
        pending = nullptr;
    }
    if (more > guard_mtu + 196) return; // never: ENet keeps to the mtu
    if (!pending) pending = &open(seat, head);
    if (timed && !pending->timed) {
        pending->timed = true;
        pending->sent_time = be16(first + 2);
    }
    for (std::size_t i = 1; i < count; ++i) {
        std::memcpy(pending->bytes.data() + pending->length, buffers[i].data, buffers[i].dataLength);
        pending->length = static_cast<std::uint16_t>(pending->length + buffers[i].dataLength);
    }
}

void Outbox::send(Pending& pending)
{
    Seat* seat = pending.seat;
    if (!seat) return;
    pending.seat = nullptr;
    seat->pending = -1;
    std::uint8_t* start = pending.bytes.data() + (pending.timed ? 0 : 2);
    put_be16(start, static_cast<std::uint16_t>(pending.head | (pending.timed ? has_sent_time : 0)));
    if (pending.timed) put_be16(start + 2, pending.sent_time);
    sink_(*seat, {start, pending.bytes.data() + pending.length});
}

void Outbox::flush()
{
    for (std::size_t i = 0; i < used_; ++i) send(pending_[i]);
    used_ = 0;
}

void Outbox::forget(Seat& seat)
{
    if (seat.pending >= 0) pending_[static_cast<std::size_t>(seat.pending)].seat = nullptr;
    seat.pending = -1;
}

} // namespace harvest::enet
