// Stand-ins for what auth does, whose tokens are plain text here, and, where none runs, for instances: an allocator
// that plays matches by waiting.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/allocator.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/tokens.hpp"
#include "common/runtime/task_group.hpp"

#include <map>
#include <set>

namespace harvest::test {

std::string plain_token(const AccessClaims& claims);
std::string plain_ticket(const TicketClaims& claims);

class PlainVerifier final : public TokenVerifier {
public:
    Result<AccessClaims> access(std::string_view token, Millis now) override;
    Result<TicketClaims> ticket(std::string_view ticket, std::string_view instance, Millis now) override;
    Result<void> use_keys(std::string_view jwks) override;

private:
    bool has_keys_{};
};

class PlainSigner final : public TokenSigner {
public:
    std::string access_token(const AccessClaims& claims) override { return plain_token(claims); }
    std::string ticket(const TicketClaims& claims) override { return plain_ticket(claims); }
    std::string refresh_token(const SessionId& session, std::int64_t generation) override;
    TokenHash hash(std::string_view opaque_token) const override;
    std::string jwks() const override { return R"({"keys":[]})"; }
    Result<void> rotate(Millis) override { return {}; }
};

// Answers "jwks" and "sign_ticket" as auth does.
void serve_plain_auth(Rpc& rpc, Executor executor);

// Claims each match for "instance-0" and ends it after `play_time`.
class WaitingAllocator final : public Allocator {
public:
    WaitingAllocator(Matches& matches, Clock& clock, TaskGroup& tasks, std::string instance = "instance-0")
        : matches_(matches),
          clock_(clock),
          tasks_(tasks),
          instance_(std::move(instance))
    {
    }
    AsyncResult<Allocation> allocate(MatchId match, Deadline by) override;

    Millis play_time{20s};
    bool broken{};         // gives no instance
    std::size_t refused{}; // times that it gave none
    std::set<MatchId> playing, ended;
    void crash()
    {
        ++generation_;
        playing.clear();
    } // forgets what it plays, without a word

private:
    Task<void> play(harvest::Match match);
    Matches& matches_;
    Clock& clock_;
    TaskGroup& tasks_;
    std::string instance_;
    int generation_{};
};

} // namespace harvest::test
