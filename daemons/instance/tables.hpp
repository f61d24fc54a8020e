// The matches that this instance holds: each table is a room and what the daemon knows about it besides.
#pragma once

#include "common/ports/client_link.hpp"
#include "common/protocol/live.hpp"
#include "daemons/instance/answers.hpp"
#include "daemons/instance/gallery.hpp"
#include "daemons/instance/ops.hpp"
#include "daemons/instance/room.hpp"

#include <map>
#include <memory>
#include <optional>

namespace harvest::instance {

// A command that waits until the battle log has caught up, or the lease is sure again.
struct Held {
    SeatIndex seat{};
    protocol::LiveRequest request;
};

struct Table {
    Table(Room table_room, GalleryRules gallery_rules) : room(std::move(table_room)), gallery(gallery_rules) {}
    Room room;
    Gallery gallery;
    std::array<LinkId, 2> links{}; // 0: nobody
    std::array<Answers, 2> answers;
    std::array<OpBuckets, 2> buckets{}; // a new link of the seat has them too
    std::deque<Held> held;
    std::optional<Millis> still_since; // nothing was played and no clock ran from then on; monotonic
    std::string traceparent;           // of the last command
    Millis lease_until{};              // monotonic
    Millis leave_at{Millis::max()};    // once settled
    Millis call_at{};                  // when those who have not come are told again
    bool dealing{}, writing{}, settling{}, settled{};
    std::uint64_t number{};     // in order of hosting
    Millis due{Millis::max()};  // its place in the order of Tables
    std::size_t counted_tail{}; // its share of Tables::unwritten()
    bool counted_open{};        // whether it is one of Tables::unsettled()
};

class Tables {
public:
    Table& add(std::unique_ptr<Table> table);
    Table* find(const MatchId& match);
    void remove(const MatchId& match);
    std::size_t size() const { return tables_.size(); }
    std::size_t unsettled() const { return unsettled_; }
    std::vector<Table*> all() const;

    // Call after each change of a table: keeps the order of the clocks, what is to be written, and the tail's size.
    void changed(Table& table);
    // Those whose clock has something to do at `now`, in order; whose commands are held are always among them.
    std::vector<Table*> due(Millis now);
    // Those with something for the battle log that nobody writes yet; each is named once.
    std::vector<MatchId> take_unwritten();
    std::size_t unwritten() const { return unwritten_; } // commands of all tables

private:
    std::map<std::string, std::unique_ptr<Table>, std::less<>> tables_;
    std::map<std::pair<Millis, std::uint64_t>, Table*> order_;
    std::vector<MatchId> dirty_;
    std::size_t unwritten_{}, unsettled_{};
    std::uint64_t next_{1};
};

} // namespace harvest::instance
