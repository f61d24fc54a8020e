#include "common/adapters/redis/presence_scripts.hpp"

namespace harvest::redis {
namespace {

constexpr std::string_view common_lua = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function text(number) return string.format('%.0f', number) end

-- A key of another type is damage, and what it held is renewed soon.
local function expect(key, kind)
  local is = redis.call('TYPE', key).ok
  if is ~= kind and is ~= 'none' then redis.call('DEL', key) end
end

local function until_at_least(key, when)
  if redis.call('PEXPIRETIME', key) < when then redis.call('PEXPIREAT', key, text(when)) end
end

-- Drops the expired fields of a hash and gives its last expiry, 0 if nothing is left.
local function tidy(key)
  local all, last = redis.call('HGETALL', key), 0
  for i = 1, #all, 2 do
    local expires = tonumber(string.match(all[i + 1], '^%d+')) or 0
    if expires <= now then redis.call('HDEL', key, all[i]) elseif expires > last then last = expires end
  end
  if last > 0 then redis.call('PEXPIREAT', key, text(last)) end
  return last
end

local function forget_offline(online)
  expect(online, 'zset')
  redis.call('ZREMRANGEBYSCORE', online, '-inf', text(now))
end

local function settle(player, devices, online)
  local last = tidy(devices)
  if last == 0 then redis.call('ZREM', online, player) return end
  redis.call('ZADD', online, text(last), player)
  until_at_least(online, last)
end
)";

constexpr std::string_view put_lua = R"(
forget_offline(KEYS[2])
expect(KEYS[1], 'hash')
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[5]) and not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[2], text(now + tonumber(ARGV[3])) .. ' ' .. ARGV[4])
settle(ARGV[1], KEYS[1], KEYS[2])
return 1
)";

constexpr std::string_view remove_lua = R"(
expect(KEYS[1], 'hash')
expect(KEYS[2], 'zset')
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local readable, entry = pcall(cjson.decode, string.match(all[i + 1], '^%d+ (.*)$') or '')
  local whose = readable and type(entry) == 'table' and entry.session == ARGV[2] and entry.connsrv == ARGV[3]
  if whose then redis.call('HDEL', KEYS[1], all[i]) end
end
settle(ARGV[1], KEYS[1], KEYS[2])
return 1
)";

constexpr std::string_view entries_lua = R"(
expect(KEYS[1], 'hash')
local all, found = redis.call('HVALS', KEYS[1]), {}
for i = 1, #all do
  local expires, entry = string.match(all[i], '^(%d+) (.*)$')
  if expires and tonumber(expires) > now then found[#found + 1] = entry end
end
return found
)";

constexpr std::string_view count_lua = R"(
forget_offline(KEYS[1])
return redis.call('ZCARD', KEYS[1])
)";

constexpr std::string_view announce_lua = R"(
expect(KEYS[1], 'hash')
tidy(KEYS[1])
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) and redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], text(now + tonumber(ARGV[2])) .. ' ' .. ARGV[3])
tidy(KEYS[1])
return 1
)";

Script with_common(std::string_view lua)
{
    return Script(std::string(common_lua) + std::string(lua));
}

} // namespace

const Script& put_script()
{
    static const Script script = with_common(put_lua);
    return script;
}

const Script& remove_script()
{
    static const Script script = with_common(remove_lua);
    return script;
}

const Script& entries_script()
{
    static const Script script = with_common(entries_lua);
    return script;
}

const Script& count_script()
{
    static const Script script = with_common(count_lua);
    return script;
}

const Script& announce_script()
{
    static const Script script = with_common(announce_lua);
    return script;
}

} // namespace harvest::redis
