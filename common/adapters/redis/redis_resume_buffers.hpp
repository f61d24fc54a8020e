// Resume buffers of a whole installation in one Redis: one key a session, many sessions a call, expiry by Redis' clock.
// Names of keys and what the clients were told come from the resume token's secret by HMAC-SHA-256: who reads Redis can
// neither resume a session nor read its pushes (AES-256-GCM), in which tickets and chat may be.
#pragma once

#include "common/adapters/redis/connection.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/resume_buffers.hpp"

namespace harvest::redis {

struct ResumeOptions {
    std::string prefix{"harvest:resume:"}; // the version of what is kept follows
    Millis timeout{1'000};                 // longest wait for Redis in a call
};

class RedisResumeBuffers final : public ResumeBuffers {
public:
    RedisResumeBuffers(RedisConnection& connection, const Clock& clock, Entropy& entropy, ResumeOptions options = {});

    // Error besides, of take(): data_loss (what is kept does not open).
    AsyncResult<std::vector<ResumeWritten>> write(std::vector<ResumeWrite> writes, Deadline by) override;
    AsyncResult<ResumeTaken> take(ResumeTake take, Deadline by) override;
    AsyncResult<void> forget(std::vector<ResumeKey> ended, Deadline by) override;

private:
    std::string name_of(const std::string& secret) const;
    AsyncResult<Reply> run(const Script& script, std::vector<std::string> keys, std::vector<std::string> arguments,
                           Deadline by);

    RedisConnection& connection_;
    const Clock& clock_;
    Entropy& entropy_;
    ResumeOptions options_;
};

} // namespace harvest::redis
