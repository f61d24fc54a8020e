// What a bot does that changes what it owns. Each deed has an idempotency key and is asked again with it until it is
// answered, over cut links and daemons that went away; the bot keeps books of what it was told, which the server's
// inventory must equal (PROMISES.md, acknowledged is there exactly once).
#pragma once

#include "cli/bots/habits.hpp"
#include "cli/bots/live_session.hpp"
#include "common/protocol/account.hpp"

#include <map>
#include <set>

namespace harvest::bots {

class Deeds {
public:
    Deeds(World& world, Observer& observer, Chance& chance) : world_(world), observer_(observer), chance_(chance) {}

    bool books_open() const { return open_; }
    void open_books(const protocol::Inventory& now);
    std::int64_t owned(const std::string& asset) const;
    // The first asset that differs: "wheat: 12 by the server, 10 by what it has told"; "" if none. Assets that come
    // from elsewhere too are left out.
    std::string difference(const protocol::Inventory& now, const std::set<std::string>& but) const;

    // Does one thing. Errors: the server's; one of a cut link leaves the deed to finish().
    AsyncResult<void> act(LiveSession& lobby, std::string op, std::string data);
    // Asks again what has had no answer.
    AsyncResult<void> finish(LiveSession& lobby);

private:
    struct Deed {
        std::string op, data, key;
        Instant intended;
    };
    AsyncResult<void> ask(LiveSession& lobby);

    World& world_;
    Observer& observer_;
    Chance& chance_;
    bool open_ = false;
    std::map<std::string, std::int64_t> books_;
    std::optional<Deed> deed_;
};

} // namespace harvest::bots
