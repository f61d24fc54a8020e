// A bot's account settled: what the server says that it owns against its books, each of its keys asked again. Rewards
// of achievements and quests come by themselves and are left out of both, by what the server says is reached.
#pragma once

#include "cli/bots/deeds.hpp"
#include "cli/bots/life/trading.hpp"

namespace harvest::bots {

class Bookkeeping {
public:
    Bookkeeping(Client& client, Deeds& deeds, Trading& trading) : client_(client), deeds_(deeds), trading_(trading) {}

    // Once, before the first deed. Errors: a cut link's; unavailable (rewards come in all the time).
    AsyncResult<void> open();
    // A ranked match has ended unseen: what it paid is told at its table alone.
    void paid_untold() { untold_.insert({"coin", "wheat"}); }
    // Takes the orders back, compares and repeats, and tells the observer what it found. Errors as of open().
    AsyncResult<void> settle(const std::string& name);

private:
    // What achievements and the day's quests have paid by now.
    struct Rewards {
        Holdings paid;
        std::string day; // "2026-11-28"
        friend bool operator==(const Rewards&, const Rewards&) = default;
    };
    AsyncResult<Rewards> rewards();
    template <class List>
    AsyncResult<List> every(std::string_view kind, std::string path);
    AsyncResult<Holdings> held();
    AsyncResult<Holdings> earned(std::string& day);

    Client& client_;
    Deeds& deeds_;
    Trading& trading_;
    std::string day_; // on which the books were opened, as the server counts days
    std::set<std::string> untold_;
};

} // namespace harvest::bots
