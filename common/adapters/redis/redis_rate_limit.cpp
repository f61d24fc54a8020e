#include "common/adapters/redis/redis_rate_limit.hpp"

#include "common/base/assert.hpp"

namespace harvest::redis {
namespace {

constexpr std::string_view gcra_lua = R"(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local burst, interval, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local whole = burst * interval
local kept = redis.pcall('GET', KEYS[1])
local arrival = 0
if kept then arrival = type(kept) == 'string' and tonumber(kept) or math.huge end
if arrival ~= arrival then arrival = math.huge end
local from = math.min(math.max(arrival, now), now + whole)
local after = math.max(now, from + math.min(cost, burst + 1) * interval)
local admitted = after <= now + whole
local retry = 0
if not admitted then
  retry = after - whole - now
  after = from
end
if after > now and after ~= arrival then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', string.format('%.0f', after - now))
elseif kept and after == now then
  redis.call('DEL', KEYS[1])
end
return {admitted and 1 or 0, math.floor((now + whole - after) / interval), retry, after - now}
)";

const Script& gcra_script()
{
    static const Script script(gcra_lua);
    return script;
}

} // namespace

RedisRateLimit::RedisRateLimit(RedisConnection& connection, RateLimit& local, const Clock& clock,
                               RateLimitOptions options)
    : connection_(connection),
      local_(local),
      clock_(clock),
      options_(std::move(options))
{
}

std::string_view RedisRateLimit::lua()
{
    return gcra_lua;
}

RateDecision RedisRateLimit::admit(const std::string& key, const RateRule& rule, std::int64_t cost)
{
    return local_.admit(key, rule, cost);
}

AsyncResult<RateDecision> RedisRateLimit::admit_shared(std::string key, RateRule rule, std::int64_t cost, Deadline by)
{
    HARVEST_ASSERT(rule.burst > 0 && rule.interval.count() > 0 && cost >= -rule.burst);
    const Result<Patience> wait = patience(clock_, by, options_.timeout);
    if (!wait) co_return wait.error();
    // What this process alone has used up needs no asking, and a refusal costs its bucket nothing.
    if (local_.admit(key, rule, 0).remaining < cost) {
        const RateDecision refused = local_.admit(key, rule, cost);
        if (!refused.admitted) co_return refused;
    }
    std::vector<std::string> keys, arguments;
    keys.push_back(options_.prefix + key);
    arguments.push_back(std::to_string(rule.burst));
    arguments.push_back(std::to_string(rule.interval.count()));
    arguments.push_back(std::to_string(cost));
    const Result<Reply> reply = co_await connection_.eval(gcra_script(), std::move(keys), std::move(arguments), *wait);
    if (!reply)
        co_return reply.error() == Errc::timed_out || reply.error() == Errc::canceled
            ? reply.error()
            : make_error_code(Errc::unavailable);
    if (reply->items.size() != 4) co_return Errc::unavailable;
    const auto number = [&reply](std::size_t i) { return reply->items[i].integer; };
    RateDecision decision{number(0) == 1, number(1), Millis{number(2)}, Millis{number(3)}};
    // So that this process remembers its part when Redis goes away or forgets.
    if (decision.admitted && cost != 0) local_.admit(key, rule, cost);
    co_return decision;
}

} // namespace harvest::redis
