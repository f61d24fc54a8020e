#include "common/adapters/redis/leaderboard_scripts.hpp"

namespace harvest::redis {
namespace {

// Members of one score are in order of bytes, whatever the locale of Lua's own comparison is.
constexpr std::string_view read_lua = R"(
local scores, names, lock = KEYS[1], KEYS[2], KEYS[3]
local player, above, limit = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local function is(key, kind) return redis.call('TYPE', key).ok == kind end

local left = -2
if is(scores, 'zset') and is(names, 'hash') and redis.call('ZCARD', scores) == redis.call('HLEN', names) then
  left = redis.call('PTTL', scores)
end
local token = ''
if left < tonumber(ARGV[6]) - tonumber(ARGV[7]) then
  local time = redis.call('TIME')
  local mine = time[1] .. '.' .. time[2]
  if redis.call('SET', lock, mine, 'NX', 'PX', ARGV[8]) then token = mine end
end
if left <= 0 then return {token} end

local function less(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local size, from = redis.call('ZCARD', scores), 0
if ARGV[1] == 'around' then
  local place = redis.call('ZREVRANK', scores, player)
  if not place then return {token, size, -1, 0} end
  from = math.max(0, place - above)
elseif ARGV[2] ~= '' then
  from = redis.call('ZCOUNT', scores, '(' .. ARGV[2], '+inf')
  local past = from + redis.call('ZCOUNT', scores, ARGV[2], ARGV[2])
  while from < past do
    local middle = math.floor((from + past) / 2)
    if less(redis.call('ZREVRANGE', scores, middle, middle)[1], player) then past = middle else from = middle + 1 end
  end
end
local page = redis.call('ZREVRANGE', scores, from, from + limit - 1, 'WITHSCORES')
local reply = {token, size, from, 0}
if #page > 0 then reply[4] = redis.call('ZCOUNT', scores, '(' .. page[2], '+inf') end
for i = 1, #page, 2 do
  local name = redis.call('HGET', names, page[i])
  if not name then return {token} end
  reply[#reply + 1], reply[#reply + 2], reply[#reply + 3] = page[i], page[i + 1], name
end
return reply
)";

constexpr std::string_view load_lua = R"(
for i = 2, #ARGV, 3 do
  redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1])
  redis.call('HSET', KEYS[2], ARGV[i + 1], ARGV[i + 2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[1])
return 1
)";

constexpr std::string_view publish_lua = R"(
if redis.call('GET', KEYS[5]) ~= ARGV[1] or redis.call('ZCARD', KEYS[1]) ~= tonumber(ARGV[3])
    or redis.call('HLEN', KEYS[2]) ~= tonumber(ARGV[3]) then
  redis.call('DEL', KEYS[1], KEYS[2])
  return 0
end
redis.call('DEL', KEYS[3], KEYS[4], KEYS[5])
if tonumber(ARGV[3]) > 0 then
  redis.call('RENAME', KEYS[1], KEYS[3])
  redis.call('RENAME', KEYS[2], KEYS[4])
  redis.call('PEXPIRE', KEYS[3], ARGV[2])
  redis.call('PEXPIRE', KEYS[4], ARGV[2])
end
return 1
)";

} // namespace

const Script& read_board_script()
{
    static const Script script(read_lua);
    return script;
}

const Script& load_board_script()
{
    static const Script script(load_lua);
    return script;
}

const Script& publish_board_script()
{
    static const Script script(publish_lua);
    return script;
}

} // namespace harvest::redis
