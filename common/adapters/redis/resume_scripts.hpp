// The scripts of RedisResumeBuffers. A session is one hash: holder, fence, player, session, standing, first and last
// (of the pushes kept), and "p<number>" for each of these.
#pragma once

#include "common/adapters/redis/script.hpp"

namespace harvest::redis {

// KEYS: the sessions. ARGV of each: holder, fence, player, session, standing ("" if unchanged), first, last, ttl,
// count, and that many pushes. Gives a number for each: 0 kept, 1 fenced, 2 missing.
const Script& write_resume_script();
// KEYS: the session. ARGV: holder, fence, player, session, the client's last push, ttl. Gives nothing if it cannot be
// taken, else the holder and fence before, standing, last, and the pushes.
const Script& take_resume_script();
const Script& forget_resume_script(); // KEYS: the sessions. ARGV: their fences.

} // namespace harvest::redis
