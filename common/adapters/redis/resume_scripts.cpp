#include "common/adapters/redis/resume_scripts.hpp"

namespace harvest::redis {
namespace {

// A hash whose numbers are none of ours is damage, and counts as not there.
constexpr std::string_view buffer_lua = R"(
local function text(number) return string.format('%.0f', number) end

local function read(key)
  if redis.call('TYPE', key).ok ~= 'hash' then return nil end
  local f = redis.call('HMGET', key, 'holder', 'fence', 'player', 'session', 'standing', 'first', 'last')
  local first, last = tonumber(f[6] or ''), tonumber(f[7] or '')
  for i = 1, 5 do if not f[i] then return nil end end
  if not first or not last or not (first >= 1 and last >= first - 1 and last - first < 1000) then return nil end
  return {holder = f[1], fence = f[2], player = f[3], session = f[4], standing = f[5], first = first, last = last}
end

local function drop(key, from, to)
  for seq = from, to do redis.call('HDEL', key, 'p' .. text(seq)) end
end
)";

constexpr std::string_view write_lua = R"(
local at, results = 1, {}
for i, key in ipairs(KEYS) do
  local holder, fence, player, session, standing = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local first, last, ttl, count = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6]), ARGV[at + 7], tonumber(ARGV[at + 8])
  local from, push = last - count + 1, at + 9
  at = push + count
  local old = read(key)
  local goes_on = old and old.fence == fence and old.last + 1 >= from
  if old and old.fence ~= fence then
    results[i] = 1
  elseif not goes_on and (standing == '' or from > first) then
    results[i] = 2
  elseif goes_on and last < old.last then
    results[i] = 0
  else
    if goes_on then first = math.max(first, old.first) else redis.call('DEL', key) end
    redis.call('HSET', key, 'holder', holder, 'fence', fence, 'player', player, 'session', session,
      'first', text(first), 'last', text(last))
    if standing ~= '' then redis.call('HSET', key, 'standing', standing) end
    for seq = math.max(from, first), last do
      redis.call('HSET', key, 'p' .. text(seq), ARGV[push + seq - from])
    end
    if goes_on then drop(key, old.first, math.min(first - 1, old.last)) end
    redis.call('PEXPIRE', key, ttl)
    results[i] = 0
  end
end
return results
)";

constexpr std::string_view take_lua = R"(
local key, seen = KEYS[1], tonumber(ARGV[5])
local old = read(key)
if not old or old.player ~= ARGV[3] or old.session ~= ARGV[4] then return {} end
if seen < old.first - 1 or seen > old.last then return {} end
local reply = {old.holder, old.fence, old.standing, text(old.last)}
for seq = seen + 1, old.last do
  local push = redis.call('HGET', key, 'p' .. text(seq))
  if not push then return {} end
  reply[#reply + 1] = push
end
drop(key, old.first, seen)
redis.call('HSET', key, 'holder', ARGV[1], 'fence', ARGV[2], 'first', text(seen + 1))
redis.call('PEXPIRE', key, ARGV[6])
return reply
)";

constexpr std::string_view forget_lua = R"(
for i, key in ipairs(KEYS) do
  local old = read(key)
  if old and old.fence == ARGV[i] then redis.call('DEL', key) end
end
return 1
)";

Script with_buffer(std::string_view lua)
{
    return Script(std::string(buffer_lua) + std::string(lua));
}

} // namespace

const Script& write_resume_script()
{
    static const Script script = with_buffer(write_lua);
    return script;
}

const Script& take_resume_script()
{
    static const Script script = with_buffer(take_lua);
    return script;
}

const Script& forget_resume_script()
{
    static const Script script = with_buffer(forget_lua);
    return script;
}

} // namespace harvest::redis
