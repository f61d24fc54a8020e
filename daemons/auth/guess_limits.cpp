#include "daemons/auth/guess_limits.hpp"

#include "common/protocol/auth_errc.hpp"

namespace harvest::auth {
namespace {

// GCRA lets `burst` through at once and one more each interval: in any minute 3 + 2, in any day 25 + 25, in any ten
// minutes 5 + 5.
constexpr std::array<RateRule, 3> rules{RateRule{3, 30s}, RateRule{25, 3'456s}, RateRule{5, 120s}};

} // namespace

GuessLimits::Keys GuessLimits::keys(std::string_view name_key, std::string_view address)
{
    Keys keys;
    keys[0] = "guess.minute:";
    keys[0] += name_key;
    keys[1] = "guess.day:";
    keys[1] += name_key;
    keys[2] = "guess.address:";
    keys[2] += address;
    return keys;
}

AsyncResult<void> GuessLimits::begin(Keys keys, Deadline by)
{
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Result<RateDecision> decision = co_await limits_.admit_shared(keys[i], rules[i], 1, by);
        if (decision && decision->admitted) continue;
        co_await give_back(keys, i, by);
        if (!decision) co_return Errc::unavailable;
        co_return protocol::AuthErrc::too_many_failures;
    }
    co_return Result<void>{};
}

Task<void> GuessLimits::end(Keys keys, bool failed, Deadline by)
{
    if (!failed) co_await give_back(std::move(keys), keys.size(), by);
}

// A limiter that has gone away meanwhile keeps what it has: one counts as failed who did not fail, and none the other
// way round.
Task<void> GuessLimits::give_back(Keys keys, std::size_t count, Deadline by)
{
    for (std::size_t i = 0; i < count; ++i) (void)co_await limits_.admit_shared(keys[i], rules[i], -1, by);
}

} // namespace harvest::auth
