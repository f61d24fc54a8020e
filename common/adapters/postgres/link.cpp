#include "common/adapters/postgres/link.hpp"

#include "common/base/log.hpp"

#include <algorithm>

namespace harvest::postgres {
namespace {

constexpr Millis first_pause{100}, longest_pause{5'000};

}

Link::Link(const Target& target, const Clock& clock, std::function<Result<void>(PostgresConnection&)> greet)
    : target_(target),
      clock_(clock),
      greet_(std::move(greet))
{
}

PostgresConnection* Link::get()
{
    if (session_ && !session_->lost()) return session_.get();
    session_.reset();
    if (clock_.monotonic() < next_attempt_.at) return nullptr;
    try {
        auto fresh = std::make_unique<PostgresConnection>(target_, clock_);
        const Result<void> greeted = greet_ ? greet_(*fresh) : Result<void>{};
        if (!greeted) {
            failed(fresh->last_message());
            return nullptr;
        }
        session_ = std::move(fresh);
        pause_ = Millis{0};
        return session_.get();
    }
    catch (const sql::OpenError& error) {
        failed(error.what());
        return nullptr;
    }
}

void Link::failed(std::string_view why)
{
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    // Many processes lose a server at the same moment; they must not all come back at the same one.
    const Millis spread{static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(pause_.count() / 2 + 1))};
    next_attempt_ = clock_.after(pause_ / 2 + spread);
    log::warn("the database is away", {{"error.message", why}, {"retry_in_ms", pause_.count()}});
}

} // namespace harvest::postgres
