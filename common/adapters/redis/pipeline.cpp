#include "common/adapters/redis/pipeline.hpp"

#include <algorithm>

namespace harvest::redis {
namespace {

// Looks are gathered, so that many calls with as many deadlines cost one look.
constexpr Millis grain{5};

} // namespace

void Pending::tell(Result<Reply> outcome)
{
    if (answer) std::exchange(answer, nullptr)->complete(std::move(outcome));
}

std::shared_ptr<Pending> Pending::ping(Time now)
{
    auto ping = std::make_shared<Pending>();
    const std::vector<std::string> words{"PING"};
    ping->wire = encode(words);
    ping->by = now;
    return ping;
}

Pipeline::Pipeline() : reader_(std::make_unique<ReplyReader>()) {}

void Pipeline::restart()
{
    reader_ = std::make_unique<ReplyReader>();
    progress_ = Time::clock::now();
}

void Pipeline::add(std::shared_ptr<Pending> call)
{
    earliest_ = std::min(earliest_, call->by);
    calls_.push_back(std::move(call));
}

std::string Pipeline::unsent()
{
    if (sent_ == 0) progress_ = Time::clock::now();
    std::string wire;
    for (; sent_ < calls_.size(); ++sent_) wire += std::exchange(calls_[sent_]->wire, {});
    return wire;
}

bool Pipeline::receive(std::string_view bytes)
{
    progress_ = Time::clock::now();
    reader_->feed(bytes);
    Reply reply;
    for (;;) {
        const Result<bool> whole = reader_->next(reply);
        if (!whole) return false;
        if (!*whole) return true;
        if (sent_ == 0) return false; // a reply that nobody asked for
        // After a failover this one takes no writes: another attempt may find the new primary.
        const bool demoted = reply.kind == Reply::Kind::error && reply.text.starts_with("READONLY");
        calls_.front()->tell(std::move(reply));
        calls_.pop_front();
        --sent_;
        if (demoted) return false;
    }
}

void Pipeline::expire(Time now)
{
    if (now < earliest_) return;
    earliest_ = Time::max();
    for (const auto& call : calls_) {
        if (call->by <= now) call->tell(make_error_code(call->when_over));
        if (call->answer) earliest_ = std::min(earliest_, call->by);
    }
}

void Pipeline::fail_all(Errc why)
{
    for (const auto& call : calls_) call->tell(make_error_code(why));
    calls_.clear();
    sent_ = 0;
    earliest_ = Time::max();
}

bool Pipeline::silent(Time now, Millis stall) const
{
    return sent_ > 0 && now - progress_ >= stall;
}

bool Pipeline::idle(Time now, Millis length) const
{
    return calls_.empty() && now - progress_ >= length;
}

Pipeline::Time Pipeline::next_look(bool up, Millis stall, Millis idle) const
{
    Time next = earliest_;
    if (up) next = std::min(next, progress_ + (sent_ > 0 ? stall : idle));
    return next == Time::max() ? next : std::max(next, Time::clock::now()) + grain;
}

} // namespace harvest::redis
