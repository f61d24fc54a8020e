#include "common/runtime/expulsions.hpp"

#include "common/base/log.hpp"
#include "common/protocol/events.hpp"

namespace harvest {
namespace {

constexpr std::size_t events_at_once = 256;
constexpr Millis read_wait = 2s, read_pause = 200ms;

// One that cannot be acted on costs none of the others.
void tell_one(const StoredEvent& stored, const std::function<void(const Expulsion&)>& tell)
{
    const std::optional<Expulsion> expulsion = expulsion_in(stored.event);
    if (!expulsion) return;
    try {
        tell(*expulsion);
    }
    catch (const std::exception& failure) {
        log::error("an event is left out", {{"event.id", stored.event.id.value}, {"error.message", failure.what()}});
    }
}

} // namespace

std::optional<Expulsion> expulsion_in(const Event& event)
{
    namespace type = protocol::event_type;
    if (event.type == type::session_revoked) {
        auto revoked = protocol::decode<protocol::SessionRevoked>(event.data, nullptr, protocol::Unknown::ignore);
        if (revoked && !revoked->session) return Expulsion{std::move(revoked->player), std::nullopt, event.time};
    }
    if (event.type == type::user_sanctioned) {
        auto sanctioned = protocol::decode<protocol::UserSanctioned>(event.data, nullptr, protocol::Unknown::ignore);
        if (sanctioned && sanctioned->kind == "ban")
            return Expulsion{std::move(sanctioned->player), std::move(sanctioned->scope), event.time};
    }
    return std::nullopt;
}

std::shared_ptr<EventReader> read_expulsions(EventLog& log)
{
    Subscription subscription;
    subscription.topics = {std::string(protocol::topic::user)};
    return log.subscribe(std::move(subscription));
}

Task<void> follow_expulsions(std::shared_ptr<EventReader> reader, Clock& clock,
                             std::function<void(const Expulsion&)> tell)
{
    for (;;) {
        const Result<std::vector<StoredEvent>> events = co_await reader->next(events_at_once, clock.after(read_wait));
        if (events) {
            for (const StoredEvent& stored : *events) tell_one(stored, tell);
            continue;
        }
        if (events.error() == Errc::canceled) co_return;
        const Result<void> slept = co_await clock.sleep_until(clock.after(read_pause));
        if (!slept) co_return;
    }
}

} // namespace harvest
