// Resume buffers of one process, whose connection servers take sessions from each other. For any thread; entries expire
// by the monotonic clock. Full: a new session is not kept, and is told to be missing.
#pragma once

#include "common/ports/resume_buffers.hpp"

#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace harvest::memory {

class MemoryResumeBuffers final : public ResumeBuffers {
public:
    explicit MemoryResumeBuffers(const Clock& clock, std::size_t capacity = 200'000);

    AsyncResult<std::vector<ResumeWritten>> write(std::vector<ResumeWrite> writes, Deadline by) override;
    AsyncResult<ResumeTaken> take(ResumeTake take, Deadline by) override;
    AsyncResult<void> forget(std::vector<ResumeKey> ended, Deadline by) override;

private:
    struct Entry {
        std::string holder, fence;
        PlayerId player;
        SessionId session;
        ResumeStanding standing;
        std::int64_t first_seq{1};
        std::deque<std::string> pushes; // from first_seq on
        Millis expires{};
        std::int64_t last_seq() const { return first_seq - 1 + static_cast<std::int64_t>(pushes.size()); }
        void drop_before(std::int64_t seq);
    };
    using Entries = std::map<std::string, Entry>; // by digest of the secret

    ResumeWritten write_one(ResumeWrite write);
    void forget_expired();
    void renew(Entries::iterator at, Millis ttl);
    void erase(Entries::iterator at);

    const Clock& clock_;
    std::size_t capacity_;
    std::mutex mutex_;
    Entries entries_;
    std::set<std::pair<Millis, std::string>> expiries_;
};

} // namespace harvest::memory
