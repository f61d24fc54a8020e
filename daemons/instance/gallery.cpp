#include "daemons/instance/gallery.hpp"

#include "common/base/assert.hpp"
#include "common/protocol/live.hpp"

#include <algorithm>

namespace harvest::instance {
namespace {

constexpr std::size_t most_messages = 16; // at once; a link holds 64

// At the end there is nothing left to hide.
bool is_due(const Room& room, std::int64_t turn, std::int64_t late)
{
    return room.state() && (room.phase() == RoomPhase::over || turn + late <= room.state()->turn);
}

std::string update_of(const battle::State& state, const Room& room, std::size_t command,
                      const battle::RawEvents& events)
{
    protocol::SpectateUpdate update;
    update.command = static_cast<std::int64_t>(command);
    update.events = battle::events_for_spectator(state, room.content(), events);
    update.view = battle::spectator_view(state, room.content());
    return protocol::encode_push("spectate.update", 0, protocol::encode(update));
}

} // namespace

Gallery::Gallery(GalleryRules rules) : rules_(rules)
{
    lanes_[0].late = rules.late_turns;
}

Result<protocol::SpectateReply> Gallery::enter(const Visitor& visitor, const Room& room, LinkId& replaced)
{
    Lane& lane = lanes_[visitor.judge ? 1 : 0];
    const auto before = std::ranges::find(lane.visitors, visitor.player, &Visitor::player);
    replaced = before == lane.visitors.end() ? LinkId{0} : before->link;
    const bool full = static_cast<std::int64_t>(lane.visitors.size()) >= rules_.places;
    if (full && replaced == 0 && !visitor.judge) return InstanceErrc::gallery_full;
    if (replaced != 0) {
        before->link = visitor.link;
    } else {
        lane.visitors.push_back(visitor);
        std::vector<Tell> untold; // the reply says all of it
        if (lane.visitors.size() == 1) advance(lane, room, untold);
    }
    protocol::SpectateReply reply;
    reply.match = room.match().id;
    reply.phase = room.phase_name();
    reply.commitment = room.match().commitment;
    reply.delay_turns = lane.late;
    reply.command = static_cast<std::int64_t>(lane.shown);
    if (lane.state) reply.view = battle::spectator_view(*lane.state, room.content());
    return reply;
}

void Gallery::leave(LinkId link)
{
    for (Lane& lane : lanes_) {
        std::erase_if(lane.visitors, [link](const Visitor& visitor) { return visitor.link == link; });
        if (lane.visitors.empty()) lane = Lane{lane.late, {}, {}, 0};
    }
}

std::vector<Gallery::Tell> Gallery::follow(const Room& room)
{
    std::vector<Tell> out;
    for (Lane& lane : lanes_)
        if (!lane.visitors.empty()) advance(lane, room, out);
    return out;
}

void Gallery::advance(Lane& lane, const Room& room, std::vector<Tell>& out) const
{
    battle::RawEvents events;
    if (!lane.state) {
        if (!is_due(room, 0, lane.late)) return;
        const Result<battle::State> dealt = room.dealt(&events);
        HARVEST_ASSERT(dealt.has_value());
        lane.state = *dealt;
        out.push_back({links_of(lane), update_of(*lane.state, room, 0, events)});
        events.clear();
    }
    const std::vector<Played>& played = room.played();
    std::size_t due = lane.shown;
    while (due < played.size() && is_due(room, played[due].turn, lane.late)) ++due;
    const std::size_t together = (due - lane.shown) / most_messages + 1;
    for (std::size_t told = lane.shown; lane.shown < due;) {
        const Played& next = played[lane.shown++];
        const Result<void> applied = battle::apply(*lane.state, room.content(), next.seat, next.command, &events);
        HARVEST_ASSERT(applied.has_value());
        if (lane.shown - told < together && lane.shown < due) continue;
        out.push_back({links_of(lane), update_of(*lane.state, room, lane.shown, events)});
        events.clear();
        told = lane.shown;
    }
}

Gallery::Tell Gallery::settled(const protocol::BattleEnd& end)
{
    protocol::SpectateEnd told;
    told.match = end.match;
    told.winner = end.winner;
    told.reason = end.reason;
    told.turns = end.turns;
    told.commands = end.commands;
    told.server_seed = end.server_seed;
    told.nonces = end.nonces;
    told.final_hash = end.final_hash;
    last_word_ = protocol::encode_push("spectate.end", 0, protocol::encode(told));
    return {links(), last_word_};
}

std::vector<LinkId> Gallery::links_of(const Lane& lane)
{
    std::vector<LinkId> out;
    for (const Visitor& visitor : lane.visitors) out.push_back(visitor.link);
    return out;
}

std::vector<LinkId> Gallery::links() const
{
    std::vector<LinkId> out = links_of(lanes_[0]);
    const std::vector<LinkId> judges = links_of(lanes_[1]);
    out.insert(out.end(), judges.begin(), judges.end());
    return out;
}

} // namespace harvest::instance
