#include "common/adapters/memory/memory_resume_buffers.hpp"

#include "common/adapters/memory/yield.hpp"
#include "common/crypto/digest.hpp"

#include <algorithm>

namespace harvest::memory {
namespace {

std::string name_of(const std::string& secret)
{
    return to_hex(crypto::sha256(as_bytes(secret)));
}

} // namespace

MemoryResumeBuffers::MemoryResumeBuffers(const Clock& clock, std::size_t capacity) : clock_(clock), capacity_(capacity)
{
}

void MemoryResumeBuffers::Entry::drop_before(std::int64_t seq)
{
    for (; first_seq < seq && !pushes.empty(); ++first_seq) pushes.pop_front();
    first_seq = std::max(first_seq, seq);
}

void MemoryResumeBuffers::erase(Entries::iterator at)
{
    expiries_.erase({at->second.expires, at->first});
    entries_.erase(at);
}

void MemoryResumeBuffers::renew(Entries::iterator at, Millis ttl)
{
    expiries_.erase({at->second.expires, at->first});
    at->second.expires = clock_.monotonic() + ttl;
    expiries_.emplace(at->second.expires, at->first);
}

void MemoryResumeBuffers::forget_expired()
{
    const Millis now = clock_.monotonic();
    while (!expiries_.empty() && expiries_.begin()->first <= now) erase(entries_.find(expiries_.begin()->second));
}

ResumeWritten MemoryResumeBuffers::write_one(ResumeWrite write)
{
    const std::string name = name_of(write.key.secret);
    auto at = entries_.find(name);
    if (at != entries_.end() && at->second.fence != write.key.fence) return ResumeWritten::fenced;
    const bool goes_on = at != entries_.end() && at->second.last_seq() + 1 >= write.from_seq();
    if (!goes_on && !write.whole()) return ResumeWritten::missing;
    if (at == entries_.end()) {
        if (entries_.size() >= capacity_) return ResumeWritten::missing;
        at = entries_.emplace(name, Entry{}).first;
    }
    Entry& entry = at->second;
    if (goes_on && write.last_seq < entry.last_seq()) return ResumeWritten::kept;
    entry.holder = std::move(write.holder);
    entry.fence = std::move(write.key.fence);
    entry.player = std::move(write.player);
    entry.session = std::move(write.session);
    if (write.standing) entry.standing = std::move(*write.standing);
    if (!goes_on) {
        entry.pushes.clear();
        entry.first_seq = write.from_seq();
    }
    const std::int64_t known = entry.last_seq() + 1 - write.from_seq();
    for (auto push = write.pushes.begin() + known; push != write.pushes.end(); ++push)
        entry.pushes.push_back(std::move(*push));
    entry.drop_before(write.first_seq);
    renew(at, write.ttl);
    return ResumeWritten::kept;
}

AsyncResult<std::vector<ResumeWritten>> MemoryResumeBuffers::write(std::vector<ResumeWrite> writes, Deadline by)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    forget_expired();
    std::vector<ResumeWritten> outcomes;
    for (ResumeWrite& write : writes) outcomes.push_back(write_one(std::move(write)));
    co_return outcomes;
}

AsyncResult<ResumeTaken> MemoryResumeBuffers::take(ResumeTake take, Deadline by)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    forget_expired();
    const auto at = entries_.find(name_of(take.key.secret));
    if (at == entries_.end()) co_return Errc::not_found;
    Entry& entry = at->second;
    if (entry.player != take.player || entry.session != take.session) co_return Errc::not_found;
    if (take.last_seq < entry.first_seq - 1 || take.last_seq > entry.last_seq()) co_return Errc::not_found;
    entry.drop_before(take.last_seq + 1);
    ResumeTaken taken;
    taken.holder = std::exchange(entry.holder, std::move(take.holder));
    taken.fence = std::exchange(entry.fence, std::move(take.key.fence));
    taken.standing = entry.standing;
    taken.pushes.assign(entry.pushes.begin(), entry.pushes.end());
    taken.last_seq = entry.last_seq();
    renew(at, take.ttl);
    co_return taken;
}

AsyncResult<void> MemoryResumeBuffers::forget(std::vector<ResumeKey> ended, Deadline by)
{
    co_await yield();
    const std::lock_guard lock(mutex_);
    if (clock_.monotonic() >= by.at) co_return Errc::timed_out;
    for (const ResumeKey& key : ended)
        if (const auto at = entries_.find(name_of(key.secret)); at != entries_.end() && at->second.fence == key.fence)
            erase(at);
    co_return Result<void>{};
}

} // namespace harvest::memory
