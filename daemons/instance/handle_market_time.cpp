// What the market does by itself: orders end when their time has passed, and the merchant comes each day.
#include "common/base/log.hpp"
#include "daemons/instance/instance.hpp"

namespace harvest::instance {
namespace {

constexpr Millis market_every = 30s;

} // namespace

// A store that is away now is asked again the next time.
Task<void> Instance::market_loop()
{
    while (co_await pause(market_every)) {
        Result<std::size_t> swept{0};
        do swept = co_await market_desk_.sweep(store().by());
        while (swept && *swept == MarketDesk::swept_at_once);
        if (!swept) log::warn("expired orders are left for later", {{"error.code", wire_code(swept.error())}});
        const Result<std::size_t> up = co_await market_desk_.offer(store().by());
        if (!up) log::warn("the merchant comes later", {{"error.code", wire_code(up.error())}});
    }
}

} // namespace harvest::instance
