// Faults between connection servers and what they resume from.
#pragma once

#include "common/ports/presence.hpp"
#include "common/ports/resume_buffers.hpp"
#include "common/ports/rpc.hpp"

namespace harvest::test {

// Buffers that can be away, or so slow that every deadline passes.
class FaultyBuffers final : public ResumeBuffers {
public:
    FaultyBuffers(ResumeBuffers& inner, Clock& clock) : inner_(inner), clock_(clock) {}
    bool away{}, silent{}, writes_lost{}, takes_unanswered{};

    AsyncResult<std::vector<ResumeWritten>> write(std::vector<ResumeWrite> writes, Deadline by) override
    {
        const Result<void> up = co_await reach(by);
        if (!up) co_return up.error();
        if (writes_lost) co_return Errc::unavailable;
        co_return co_await inner_.write(std::move(writes), by);
    }
    AsyncResult<ResumeTaken> take(ResumeTake take, Deadline by) override
    {
        const Result<void> up = co_await reach(by);
        if (!up) co_return up.error();
        Result<ResumeTaken> taken = co_await inner_.take(std::move(take), by);
        if (takes_unanswered) co_return Errc::timed_out;
        co_return taken;
    }
    AsyncResult<void> forget(std::vector<ResumeKey> ended, Deadline by) override
    {
        const Result<void> up = co_await reach(by);
        if (!up) co_return up.error();
        co_return co_await inner_.forget(std::move(ended), by);
    }

private:
    AsyncResult<void> reach(Deadline by)
    {
        if (away) co_return Errc::unavailable;
        if (!silent) co_return Result<void>{};
        (void)co_await clock_.sleep_until(by);
        co_return Errc::timed_out;
    }
    ResumeBuffers& inner_;
    Clock& clock_;
};

// Presence that loses the next so many entries, or removes or finds none for a while.
class ForgetfulPresence final : public Presence {
public:
    explicit ForgetfulPresence(Presence& inner) : inner_(inner) {}
    int puts_lost{};
    bool removes_lost{}, finds_lost{};

    AsyncResult<void> put(PlayerPresence presence, Millis ttl, Deadline by) override
    {
        if (puts_lost > 0) {
            --puts_lost;
            co_return Errc::unavailable;
        }
        co_return co_await inner_.put(std::move(presence), ttl, by);
    }
    AsyncResult<void> remove(PlayerId player, SessionId session, std::string connsrv, Deadline by) override
    {
        if (removes_lost) co_return Errc::unavailable;
        co_return co_await inner_.remove(std::move(player), std::move(session), std::move(connsrv), by);
    }
    AsyncResult<std::vector<PlayerPresence>> find(PlayerId player, Deadline by) override
    {
        if (finds_lost) co_return Errc::unavailable;
        co_return co_await inner_.find(std::move(player), by);
    }
    AsyncResult<std::int64_t> count(Deadline by) override { return inner_.count(by); }
    AsyncResult<void> announce(DaemonPresence daemon, Millis ttl, Deadline by) override
    {
        return inner_.announce(std::move(daemon), ttl, by);
    }
    AsyncResult<std::vector<DaemonPresence>> daemons(Deadline by) override { return inner_.daemons(by); }

private:
    Presence& inner_;
};

// Rpc that loses every "surrender", or is late with those to one server.
class FaultyRpc final : public Rpc {
public:
    FaultyRpc(Rpc& inner, Clock& clock) : inner_(inner), clock_(clock) {}
    bool surrender_lost{};
    std::string late_to; // id of a connection server
    Millis late{};

    AsyncResult<std::string> call(RpcRequest request) override
    {
        if (request.method == "surrender" && surrender_lost) co_return Errc::unavailable;
        if (request.method == "surrender" && request.id == late_to)
            (void)co_await clock_.sleep_until(clock_.after(late));
        co_return co_await inner_.call(std::move(request));
    }
    void serve(std::string daemon, std::string id, Executor executor, RpcHandler handler) override
    {
        inner_.serve(std::move(daemon), std::move(id), std::move(executor), std::move(handler));
    }
    void withdraw(const std::string& daemon, const std::string& id) override { inner_.withdraw(daemon, id); }

private:
    Rpc& inner_;
    Clock& clock_;
};

} // namespace harvest::test
