// The calls of one connection in the order of their replies. For one thread.
#pragma once

#include "common/adapters/redis/wire.hpp"
#include "common/base/time.hpp"
#include "common/runtime/one_shot.hpp"

#include <deque>
#include <memory>

namespace harvest::redis {

struct Pending {
    using Time = std::chrono::steady_clock::time_point;

    std::string wire;
    Time by;
    Errc when_over{Errc::timed_out};
    std::shared_ptr<OneShot<Reply>> answer; // null once it has been told
    void tell(Result<Reply> outcome);
    static std::shared_ptr<Pending> ping(Time now);
};

class Pipeline {
public:
    using Time = Pending::Time;

    Pipeline();
    // Before a new connection: what came on the old one is forgotten.
    void restart();
    ReplyReader& reader() { return *reader_; }

    void add(std::shared_ptr<Pending> call);
    // The bytes of what has been added and not sent; sent from now on.
    std::string unsent();
    // Answers those whose replies are in `bytes`. False if the connection is of no use any more.
    bool receive(std::string_view bytes);
    // Tells those whose time is over; their places are kept for the replies that may still come.
    void expire(Time now);
    void fail_all(Errc why);

    std::size_t size() const { return calls_.size(); }
    // Replies are due and nothing came for so long.
    bool silent(Time now, Millis stall) const;
    bool idle(Time now, Millis length) const;
    // When something may be over; of a connection that is up, also when it may be silent or idle.
    Time next_look(bool up, Millis stall, Millis idle) const;

private:
    std::unique_ptr<ReplyReader> reader_;
    std::deque<std::shared_ptr<Pending>> calls_;
    std::size_t sent_{};
    Time progress_{};            // something came, or the first of what is due was sent
    Time earliest_{Time::max()}; // no call is over before
};

} // namespace harvest::redis
