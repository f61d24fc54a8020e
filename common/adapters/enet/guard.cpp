#include "common/adapters/enet/guard.hpp"

#include "common/adapters/enet/wire_format.hpp"

#include <algorithm>

namespace harvest::enet {
namespace {

// Besides a payload's length (up to 16 KiB), a slot of the window holds one of these.
constexpr std::uint16_t in_assembly = 0xFFFF; // any number of a message that is not whole yet
constexpr std::uint16_t whole_rest = 0xFFFE;  // the numbers after the first of one that is
constexpr std::uint16_t whole_start = 0x8000; // and its first, with total - 1 in the lower bits
constexpr std::uint16_t whole_mask = 0x3FFF;
// What is out of order leaves this much room, or the message that all wait for could never come in.
constexpr std::uint32_t headroom = guard_max_message + charge_command;
constexpr std::uint32_t max_bandwidth = 0x7FFFFFFF;      // bytes a second; 0 is "no limit"
constexpr std::uint32_t max_throttle_interval = 600'000; // ms
constexpr std::uint32_t max_throttle_step = 32;          // ENet's throttle scale

constexpr Judgement pass{};

constexpr Judgement breach(Rule rule)
{
    return {Verdict::breach, rule};
}

constexpr Judgement drop(Rule rule)
{
    return {Verdict::drop, rule};
}

constexpr bool passes(const Judgement& judgement)
{
    return judgement.verdict == Verdict::pass;
}

// How far `number` lies ahead of `from`; half the circle and more is "behind".
constexpr std::uint16_t ahead(std::uint16_t number, std::uint16_t from)
{
    return static_cast<std::uint16_t>(number - from);
}

constexpr bool behind(std::uint16_t distance)
{
    return distance >= 0x8000;
}

bool throttle_in_range(const std::uint8_t* three_numbers)
{
    const std::uint32_t interval = be32(three_numbers);
    return interval >= 1 && interval <= max_throttle_interval && be32(three_numbers + 4) <= max_throttle_step &&
           be32(three_numbers + 8) <= max_throttle_step;
}

bool bandwidth_in_range(const std::uint8_t* two_numbers)
{
    return be32(two_numbers) <= max_bandwidth && be32(two_numbers + 4) <= max_bandwidth;
}

struct Fragment {
    std::uint16_t start, length;
    std::uint32_t count, number, total, offset;
    std::uint32_t piece; // what the lengths imply for every fragment but the last; 0 if they do not fit
};

Fragment read_fragment(const std::uint8_t* at)
{
    Fragment f{.start = be16(at + 4),
               .length = be16(at + 6),
               .count = be32(at + 8),
               .number = be32(at + 12),
               .total = be32(at + 16),
               .offset = be32(at + 20),
               .piece = 0};
    if (f.total > guard_max_message || f.count < 2 || f.count > guard_max_fragments || f.number >= f.count) return f;
    const bool last = f.number == f.count - 1;
    if (last && (f.offset % f.number != 0 || f.offset + f.length != f.total || f.offset > f.total)) return f;
    const std::uint32_t piece = last ? f.offset / f.number : f.length;
    if (piece == 0 || f.length > piece || f.offset != f.number * piece) return f;
    if ((f.total + piece - 1) / piece == f.count) f.piece = piece;
    return f;
}

} // namespace

// Walks the commands of one datagram over a copy of the peer's state, in the order in which ENet will take them.
struct PeerGuard::Walk {
    State state;
    const PeerFacts& facts;
    Millis now;
    std::uint8_t channels; // that there may be: ENet forgets the number when it says good-bye, with more under way
    bool timed;     // the header carries a sent time, without which ENet stops at the first command to acknowledge
    bool open;      // data may pass; in `connecting`, once VERIFY_CONNECT is acknowledged
    bool following; // the state is kept up to date: not once the peer is closing

    Judgement command(std::span<const std::uint8_t> rest, std::size_t& used);
    Judgement control(Command number, std::span<const std::uint8_t> bytes, std::uint8_t flags);
    Judgement payload(Command number, std::span<const std::uint8_t> rest, std::size_t& used);
    Judgement reliable(std::uint8_t channel, std::uint16_t number, std::uint16_t length);
    Judgement unreliable(std::uint8_t channel, std::uint16_t number, std::uint16_t length);
    Judgement fragment(std::uint8_t channel, std::uint16_t number, const Fragment& piece);
    Assembly* find(std::uint8_t channel, std::uint16_t start);
    void advance(std::uint8_t channel);
    void hold(std::uint32_t payload_bytes);
    void pass_on(std::uint32_t payload_bytes);
    void complete(Assembly& assembly);
    bool repeats_whole(const Channel& channel, const Fragment& piece) const;
    Judgement within_budget(std::uint32_t kept_free) const;
};

void PeerGuard::Walk::hold(std::uint32_t payload_bytes)
{
    state.held += charge_command + payload_bytes;
    state.held_payload += payload_bytes;
}

// What was held is now waiting for the application, until served().
void PeerGuard::Walk::pass_on(std::uint32_t payload_bytes)
{
    state.held -= charge_command + payload_bytes;
    state.held_payload -= payload_bytes;
    state.passing += charge_command + payload_bytes;
    state.passing_payload += payload_bytes;
}

Judgement PeerGuard::Walk::within_budget(std::uint32_t kept_free) const
{
    const bool fits = state.fixed + state.held + state.passing + kept_free <= guard_budget &&
                      state.held_payload + state.passing_payload + kept_free <= guard_waiting;
    return fits ? pass : drop(Rule::budget);
}

PeerGuard::Assembly* PeerGuard::Walk::find(std::uint8_t channel, std::uint16_t start)
{
    for (Assembly& each : state.assemblies)
        if (each.count != 0 && each.channel == channel && each.start == start) return &each;
    return nullptr;
}

// A whole message frees its place among the assemblies, even if it waits for earlier numbers.
void PeerGuard::Walk::complete(Assembly& assembly)
{
    Channel& channel = state.channels[assembly.channel];
    for (std::uint16_t i = 1; i < assembly.count; ++i)
        channel.held[static_cast<std::uint16_t>(assembly.start + i) % guard_window] = whole_rest;
    channel.held[assembly.start % guard_window] = static_cast<std::uint16_t>(whole_start | (assembly.total - 1));
    assembly = {};
}

// Is `piece` a fragment of the whole message that is held at its start?
bool PeerGuard::Walk::repeats_whole(const Channel& channel, const Fragment& piece) const
{
    if (channel.held[piece.start % guard_window] != (whole_start | (piece.total - 1))) return false;
    const auto at = [&](std::uint32_t i) { return channel.held[(piece.start + i) % guard_window]; };
    for (std::uint32_t i = 1; i < piece.count; ++i)
        if (at(i) != whole_rest) return false;
    return at(piece.count) != whole_rest;
}

// Everything contiguous from `next` on is delivered, a message in fragments once it is whole.
void PeerGuard::Walk::advance(std::uint8_t number)
{
    Channel& channel = state.channels[number];
    for (std::uint16_t* slot = nullptr; *(slot = &channel.held[channel.next % guard_window]) != 0; ++channel.next) {
        if (*slot == in_assembly) break;
        if (*slot != whole_rest) pass_on(*slot & whole_start ? (*slot & whole_mask) + 1U : *slot);
        *slot = 0;
    }
    const auto delivered = static_cast<std::uint16_t>(channel.next - 1);
    if (channel.unreliable_held == 0 || behind(ahead(delivered, channel.unreliable_until))) return;
    state.held -= channel.unreliable_held;
    state.held_payload -= channel.unreliable_payload;
    state.passing += channel.unreliable_held;
    state.passing_payload += channel.unreliable_payload;
    channel.unreliable_held = channel.unreliable_payload = 0;
}

Judgement PeerGuard::Walk::reliable(std::uint8_t number_of_channel, std::uint16_t number, std::uint16_t length)
{
    Channel& channel = state.channels[number_of_channel];
    const std::uint16_t distance = ahead(number, channel.next);
    if (behind(distance)) return pass; // delivered long ago: ENet acknowledges it once more
    if (distance >= guard_window) return drop(Rule::window);
    std::uint16_t& slot = channel.held[number % guard_window];
    if (slot & whole_start) return breach(Rule::fragment);
    if (slot != 0) return pass; // a repeat of what is held
    slot = length;
    hold(length);
    advance(number_of_channel);
    return within_budget(distance == 0 ? 0 : headroom);
}

Judgement PeerGuard::Walk::unreliable(std::uint8_t number_of_channel, std::uint16_t number, std::uint16_t length)
{
    Channel& channel = state.channels[number_of_channel];
    const auto delivered = static_cast<std::uint16_t>(channel.next - 1);
    const std::uint16_t distance = ahead(number, delivered);
    if (behind(distance)) return pass; // overtaken: ENet throws it away
    if (distance > guard_window) return drop(Rule::window);
    hold(length);
    if (distance == 0) {
        pass_on(length);
        return within_budget(headroom);
    }
    const bool later = channel.unreliable_held == 0 || !behind(ahead(number, channel.unreliable_until));
    if (later) channel.unreliable_until = number;
    channel.unreliable_held += charge_command + length;
    channel.unreliable_payload += length;
    return within_budget(headroom);
}

Judgement PeerGuard::Walk::fragment(std::uint8_t number_of_channel, std::uint16_t number, const Fragment& piece)
{
    if (piece.piece == 0 || number != static_cast<std::uint16_t>(piece.start + piece.number))
        return breach(Rule::fragment);
    if (!following) return pass;
    Channel& channel = state.channels[number_of_channel];
    const std::uint16_t first = ahead(piece.start, channel.next);
    const auto last = static_cast<std::uint16_t>(first + piece.count - 1);
    if (behind(first)) return behind(last) ? pass : breach(Rule::fragment);
    if (last >= guard_window) return drop(Rule::window);
    if (repeats_whole(channel, piece)) return pass;
    Assembly* assembly = find(number_of_channel, piece.start);
    if (!assembly) {
        for (std::uint16_t i = 0; i < piece.count; ++i)
            if (channel.held[static_cast<std::uint16_t>(piece.start + i) % guard_window] != 0)
                return breach(Rule::fragment);
        const auto free = std::find_if(state.assemblies.begin(), state.assemblies.end(),
                                       [](const Assembly& each) { return each.count == 0; });
        if (free == state.assemblies.end()) return drop(Rule::assemblies);
        assembly = &*free;
        *assembly = {.since = now,
                     .seen = 0,
                     .start = piece.start,
                     .total = static_cast<std::uint16_t>(piece.total),
                     .piece = static_cast<std::uint16_t>(piece.piece),
                     .count = static_cast<std::uint8_t>(piece.count),
                     .channel = number_of_channel};
        for (std::uint16_t i = 0; i < piece.count; ++i)
            channel.held[static_cast<std::uint16_t>(piece.start + i) % guard_window] = in_assembly;
        hold(piece.total);
    }
    if (assembly->total != piece.total || assembly->count != piece.count || assembly->piece != piece.piece)
        return breach(Rule::fragment);
    assembly->seen |= 1U << piece.number;
    if (assembly->seen == (1ULL << assembly->count) - 1) complete(*assembly);
    advance(number_of_channel);
    return within_budget(first == 0 ? 0 : headroom);
}

Judgement PeerGuard::Walk::control(Command number, std::span<const std::uint8_t> bytes, std::uint8_t flags)
{
    if (number == Command::acknowledge) {
        if (flags != 0) return breach(Rule::command);
        if (bytes[1] >= channels && bytes[1] != control_channel) return breach(Rule::channel);
        // The only thing a peer can acknowledge while it connects is VERIFY_CONNECT, the first of its numbers.
        if (bytes[1] == control_channel && be16(bytes.data() + 4) == 1) open = true;
        return pass;
    }
    if (bytes[1] != control_channel) return breach(Rule::channel);
    if (number == Command::disconnect) {
        if (flags != wants_ack && flags != unsequenced) return breach(Rule::command);
        state.goodbye = true;
        following = false;
        return pass;
    }
    if (flags != wants_ack) return breach(Rule::command);
    if (number == Command::bandwidth_limit && !bandwidth_in_range(bytes.data() + 4)) return breach(Rule::range);
    if (number == Command::throttle_configure && !throttle_in_range(bytes.data() + 4)) return breach(Rule::range);
    return open ? pass : drop(Rule::phase);
}

Judgement PeerGuard::Walk::payload(Command number, std::span<const std::uint8_t> rest, std::size_t& used)
{
    const std::uint8_t flags = rest[0] & static_cast<std::uint8_t>(~number_mask);
    if (flags != (number == Command::send_unreliable ? 0 : wants_ack)) return breach(Rule::command);
    const std::uint8_t channel = rest[1];
    if (channel >= channels) return breach(Rule::channel);
    const std::uint16_t sequence = be16(rest.data() + 2);
    const std::uint16_t length = be16(rest.data() + (number == Command::send_reliable ? 4 : 6));
    if (length == 0) return breach(Rule::empty);
    if (length > rest.size() - used) return breach(Rule::header);
    used += length;
    if (!open) return drop(Rule::phase);
    if (number == Command::send_fragment) return fragment(channel, sequence, read_fragment(rest.data()));
    if (!following) return pass;
    return number == Command::send_reliable ? reliable(channel, sequence, length)
                                            : unreliable(channel, sequence, length);
}

Judgement PeerGuard::Walk::command(std::span<const std::uint8_t> rest, std::size_t& used)
{
    if (rest.size() < 4) return breach(Rule::header);
    const auto number = static_cast<Command>(rest[0] & number_mask);
    const std::uint8_t flags = rest[0] & static_cast<std::uint8_t>(~number_mask);
    used = command_size(rest[0]);
    switch (number) {
    case Command::acknowledge:
    case Command::disconnect:
    case Command::ping:
    case Command::bandwidth_limit:
    case Command::throttle_configure:
    case Command::send_reliable:
    case Command::send_unreliable:
    case Command::send_fragment:
        break;
    case Command::connect:
        return breach(Rule::connect);
    default:
        return breach(Rule::command);
    }
    if (used > rest.size()) return breach(Rule::header);
    if (flags & wants_ack) {
        if (!timed) return breach(Rule::header);
        state.passing += charge_ack;
        if (const Judgement room = within_budget(0); !passes(room)) return room;
    }
    const bool carries =
        number == Command::send_reliable || number == Command::send_unreliable || number == Command::send_fragment;
    return carries ? payload(number, rest, used) : control(number, rest.first(used), flags);
}

Judgement PeerGuard::judge_connect(std::span<std::uint8_t> datagram, const PeerFacts& facts)
{
    constexpr std::size_t header = 4;
    if (datagram.size() != header + command_size(static_cast<std::uint8_t>(Command::connect)))
        return breach(Rule::connect);
    std::uint8_t* at = datagram.data() + header;
    if (!(be16(datagram.data()) & has_sent_time) || at[0] != (static_cast<std::uint8_t>(Command::connect) | wants_ack))
        return breach(Rule::connect);
    const std::uint32_t channels = be32(at + 16);
    if (at[1] != control_channel || be16(at + 4) >= nobody || channels == 0 || channels > 255)
        return breach(Rule::connect);
    if (!bandwidth_in_range(at + 20) || !throttle_in_range(at + 28)) return breach(Rule::range);
    const std::uint32_t id = be32(at + 40);
    if (state_.connect_seen && state_.connect_id != id) return breach(Rule::connect);
    if (state_.connect_seen && facts.phase == PeerFacts::Phase::none) return drop(Rule::phase); // its peer is gone
    if (be32(at + 8) > guard_mtu) put_be32(at + 8, guard_mtu);
    if (!state_.connect_seen) state_.fixed = charge_connection;
    state_.connect_seen = true;
    state_.connect_id = id;
    return pass;
}

Judgement PeerGuard::judge(std::span<std::uint8_t> datagram, const PeerFacts& facts, Millis now)
{
    using Phase = PeerFacts::Phase;
    if (datagram.size() < 2) return breach(Rule::header);
    const std::uint16_t head = be16(datagram.data());
    if (head & compressed) return breach(Rule::header);
    if ((head & nobody) == nobody) return judge_connect(datagram, facts);
    if (facts.phase == Phase::none) return state_.connect_seen ? drop(Rule::phase) : breach(Rule::header);
    if ((head & nobody) != facts.peer_id || ((head >> 12) & 3) != facts.session) return breach(Rule::header);
    if (overdue(now)) return breach(Rule::overdue);
    const bool connected = facts.phase == Phase::connected;
    for (std::uint8_t i = 0; connected && i < std::min(facts.channels, guard_channels); ++i)
        if (static_cast<std::uint16_t>(facts.delivered[i] + 1) != state_.channels[i].next) return breach(Rule::drift);

    std::size_t at = head & has_sent_time ? 4 : 2;
    if (datagram.size() <= at) return breach(Rule::header);
    Walk walk{.state = state_,
              .facts = facts,
              .now = now,
              .channels = facts.phase == Phase::closing ? guard_channels : std::min(facts.channels, guard_channels),
              .timed = (head & has_sent_time) != 0,
              .open = facts.phase != Phase::connecting,
              .following = facts.phase != Phase::closing};
    while (at < datagram.size()) {
        std::size_t used = 0;
        const Judgement judgement = walk.command(datagram.subspan(at), used);
        if (!passes(judgement)) return judgement;
        at += used;
    }
    state_ = walk.state;
    return pass;
}

void PeerGuard::served()
{
    state_.passing = 0;
    state_.passing_payload = 0;
}

bool PeerGuard::overdue(Millis now) const
{
    return std::any_of(state_.assemblies.begin(), state_.assemblies.end(), [now](const Assembly& each) {
        return each.count != 0 && now - each.since > guard_assembly_time;
    });
}

std::string_view to_string(Rule rule)
{
    constexpr std::string_view names[rule_count] = {"none",  "header",  "command",    "channel", "empty",
                                                    "range", "connect", "fragment",   "overdue", "drift",
                                                    "phase", "window",  "assemblies", "budget"};
    return names[static_cast<std::size_t>(rule)];
}

} // namespace harvest::enet
