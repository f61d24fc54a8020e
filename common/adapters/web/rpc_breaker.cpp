#include "common/adapters/web/rpc_breaker.hpp"

#include <algorithm>

namespace harvest::web {

bool Breaker::would_begin(Millis now) const
{
    return state_ == State::closed || (now >= until_ && !probing_);
}

bool Breaker::begin(Millis now)
{
    if (!would_begin(now)) return false;
    if (state_ != State::closed) {
        state_ = State::half_open;
        probing_ = true;
    }
    return true;
}

void Breaker::succeeded()
{
    state_ = State::closed;
    failures_ = 0;
    probing_ = false;
    wait_ = Millis{0};
}

void Breaker::failed(Millis now)
{
    ++failures_;
    const bool probe_failed = state_ == State::half_open && probing_;
    // What was begun before it opened says nothing new.
    if (!probe_failed && (state_ != State::closed || failures_ < config_.failures)) return;
    probing_ = false;
    state_ = State::open;
    wait_ = std::min(config_.longest_wait, wait_ == Millis{0} ? config_.first_wait : 2 * wait_);
    until_ = now + wait_;
}

void Breaker::abandoned()
{
    if (state_ != State::half_open) return;
    state_ = State::open; // the next call may probe at once
    probing_ = false;
}

} // namespace harvest::web
