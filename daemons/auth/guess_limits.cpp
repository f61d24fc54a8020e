#include "daemons/auth/guess_limits.hpp"

namespace harvest::auth {
namespace {

// GCRA lets `burst` through at once and one more each interval: in any ten minutes 5 + 5, in any minute 3 + 2, in any
// day 25 + 25. The address comes first: one that is full takes no place of the account.
constexpr std::array<RateRule, 3> rules{RateRule{5, 120s}, RateRule{3, 30s}, RateRule{25, 3'456s}};
constexpr Millis give_back_time = 1s; // the caller's own may be used up by now

} // namespace

GuessLimits::Keys GuessLimits::keys(std::string_view name_key, std::string_view address)
{
    Keys keys;
    keys[0] = "guess.address:";
    keys[0] += address;
    keys[1] = "guess.minute:";
    keys[1] += name_key;
    keys[2] = "guess.day:";
    keys[2] += name_key;
    return keys;
}

AsyncResult<GuessLimits::Verdict> GuessLimits::begin(Keys keys, Deadline by)
{
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Result<RateDecision> decision = co_await limits_.admit_shared(keys[i], rules[i], 1, by);
        if (decision && decision->admitted) continue;
        co_await give_back(keys, i);
        if (!decision) co_return Errc::unavailable;
        co_return i == 0 ? Verdict::address_full : Verdict::account_full;
    }
    co_return Verdict::may_try;
}

Task<void> GuessLimits::end(Keys keys, bool failed)
{
    const std::size_t all = keys.size();
    if (!failed) co_await give_back(std::move(keys), all);
}

// A limiter that has gone away meanwhile keeps what it has: one counts as failed who did not fail, and none the other
// way round.
Task<void> GuessLimits::give_back(Keys keys, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        (void)co_await limits_.admit_shared(keys[i], rules[i], -1, clock_.after(give_back_time));
}

} // namespace harvest::auth
