#include "cli/bots/deeds.hpp"

#include <fmt/format.h>

namespace harvest::bots {
namespace {

constexpr Millis too_often = 400ms; // until an op is admitted again

} // namespace

AsyncResult<std::string> Deeds::act(std::string op, std::string data)
{
    Ask deed;
    deed.op = std::move(op);
    deed.data = std::move(data);
    deed.key = fmt::format("{:016x}{:016x}", client_.world().run, chance_.next());
    deed.door = chance_.happens(0.5) ? Door::rest : Door::live;
    open_ = std::move(deed);
    return ask();
}

AsyncResult<void> Deeds::finish()
{
    if (!open_) co_return Result<void>{};
    const Result<std::string> reply = co_await ask();
    co_return reply ? Result<void>() : unless_cut(reply.error());
}

AsyncResult<std::string> Deeds::ask()
{
    Ask again = *open_;
    Result<std::string> reply = co_await client_.ask(std::move(again));
    if (!reply && is_cut(reply.error())) co_return reply;
    const Ask deed = std::move(*open_);
    open_.reset();
    if (!reply) co_return reply;
    const Result<void> kept = books_.done(deed.op, deed.data, *reply);
    if (!kept) co_return kept.error();
    if (keeps_journal_) journal_.push_back({deed.op, deed.data, deed.key, std::hash<std::string>{}(*reply)});
    co_return reply;
}

AsyncResult<std::string> Deeds::repeat()
{
    while (repeated_ < journal_.size()) {
        const Done& done = journal_[repeated_];
        Ask again;
        again.op = done.op;
        again.data = done.data;
        again.key = done.key;
        const Result<std::string> reply = co_await client_.ask_quietly(std::move(again));
        if (!reply && is_cut(reply.error())) co_return reply.error();
        if (!reply && reply.error() == Errc::resource_exhausted) {
            const Result<void> slept =
                co_await client_.world().clock.sleep_until(client_.world().clock.after(too_often));
            if (!slept) co_return slept.error();
            continue;
        }
        const bool same = reply && std::hash<std::string>{}(*reply) == done.reply;
        if (!same && first_difference_.empty())
            first_difference_ = fmt::format("{} with the key {}: {}", done.op, done.key,
                                            reply ? "another reply" : std::string(wire_code(reply.error())));
        ++repeated_;
    }
    co_return first_difference_;
}

} // namespace harvest::bots
