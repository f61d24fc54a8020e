// Instances as an allocator sees them: each answers Rpc "host" and announces itself. As with the real ones, a match has
// one home at a time (its lease), and asking that home again is no second match.
#pragma once

#include "common/adapters/local/local_rpc.hpp"
#include "common/adapters/memory/memory_presence.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/protocol/matchmaking.hpp"
#include "tests/contract/support/run.hpp"

#include <map>
#include <set>
#include <string>

namespace harvest::test {

class StandIns {
public:
    StandIns(Loop& loop, Rpc& rpc, Presence& presence, Clock& clock)
        : loop_(loop),
          rpc_(rpc),
          presence_(presence),
          clock_(clock)
    {
    }

    void open(const std::string& id, std::size_t places)
    {
        if (!living.emplace(id, places).second) return;
        silent_until_[id] = clock_.monotonic() + first_word_after;
        rpc_.serve("instance", id, loop_.executor(), [this, id](RpcRequest asked) { return host(id, asked.body); });
    }
    // As by SIGKILL: its leases run out at once, its last announcement stays for a while.
    void close(const std::string& id)
    {
        if (living.erase(id) == 0) return;
        rpc_.withdraw("instance", id);
        std::erase_if(homes, [&id](const auto& home) { return home.second == id; });
    }
    // Nobody came to play it.
    void forget(const std::string& match) { homes.erase(match); }
    std::size_t hosted(const std::string& id) const
    {
        return static_cast<std::size_t>(
            std::ranges::count_if(homes, [&id](const auto& home) { return home.second == id; }));
    }

    // All that live, every 50 ms.
    void announce()
    {
        if (clock_.monotonic() < announce_at_) return;
        announce_at_ = clock_.monotonic() + 50ms;
        for (const auto& [id, places] : living) {
            if (clock_.monotonic() < silent_until_[id]) continue;
            const auto count = static_cast<std::int64_t>(hosted(id));
            DaemonPresence self{
                "instance", id, "ready", {{"matches", count}, {"free", static_cast<std::int64_t>(places) - count}}};
            loop_.spawn([this, self]() -> Task<void> {
                DaemonPresence copy = self;
                (void)co_await presence_.announce(std::move(copy), 60s, clock_.after(1s));
            });
        }
    }

    std::map<std::string, std::size_t> living; // id to places
    std::map<std::string, std::string> homes;  // match to instance
    std::set<std::string> deaf;                // do not answer
    std::set<std::string> lacking;             // have not what a match needs
    std::size_t asked_elsewhere{};             // times that a match was offered to another than its home
    bool lose_next_answer{};                   // hosts, and nobody hears of it
    Millis first_word_after{};                 // from its opening to its first announcement

private:
    AsyncResult<std::string> host(std::string id, std::string body)
    {
        const auto asked = protocol::decode<protocol::HostRequest>(body);
        if (!asked) co_return Errc::invalid_argument;
        if (lacking.contains(id)) co_return Errc::failed_precondition;
        if (deaf.contains(id)) {
            (void)co_await clock_.sleep_until(clock_.after(3s));
            co_return Errc::unavailable;
        }
        const auto home = homes.find(asked->match.value);
        if (home != homes.end() && home->second != id) {
            ++asked_elsewhere;
            co_return Errc::conflict;
        }
        if (home == homes.end() && hosted(id) >= living.at(id)) co_return Errc::resource_exhausted;
        homes[asked->match.value] = id;
        if (std::exchange(lose_next_answer, false)) co_return Errc::in_doubt;
        const protocol::HostReply reply{id, {{"wss", "127.0.0.1", 7401, "f-" + id}}};
        co_return protocol::encode(reply);
    }

    Loop& loop_;
    Rpc& rpc_;
    Presence& presence_;
    Clock& clock_;
    Millis announce_at_{};
    std::map<std::string, Millis> silent_until_;
};

} // namespace harvest::test
