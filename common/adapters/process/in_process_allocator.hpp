// Allocator over the instances of this process (or of this installation): the least loaded one that is ready hosts.
#pragma once

#include "common/ports/allocator.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/rpc.hpp"

#include <map>
#include <string>

namespace harvest::process {

// For one thread. Remembers where matches went, so that asking again gives the same instance while it lives.
class InProcessAllocator final : public Allocator {
public:
    InProcessAllocator(Rpc& rpc, Presence& presence, Clock& clock, std::size_t remembered = 20'000);

    AsyncResult<Allocation> allocate(MatchId match, Deadline by) override;

private:
    AsyncResult<std::vector<std::string>> candidates(const MatchId& match, Deadline by);
    AsyncResult<Allocation> ask(std::string instance, MatchId match, Deadline by);
    void remember(const MatchId& match, const std::string& instance);

    Rpc& rpc_;
    Presence& presence_;
    Clock& clock_;
    std::size_t remembered_;
    std::map<std::string, std::string> homes_;  // match to instance; ids are in order of time, so the oldest is first
    std::map<std::string, std::int64_t> since_; // matches given to an instance since its last announcement
    std::map<std::string, std::int64_t> announced_;
};

} // namespace harvest::process
