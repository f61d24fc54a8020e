#include "cli/bots/deeds.hpp"

#include "common/protocol/events.hpp"

#include <fmt/format.h>

namespace harvest::bots {
namespace {

// What every reply to a deed tells, among other things.
struct Moved {
    std::optional<std::vector<protocol::AssetAmount>> spent, gained;
};
BOOST_DESCRIBE_STRUCT(Moved, (), (spent, gained))

std::map<std::string, std::int64_t> amounts(const protocol::Inventory& inventory)
{
    std::map<std::string, std::int64_t> out;
    for (const protocol::InventoryItem& item : inventory.items) out[item.asset] += item.amount.units;
    return out;
}

} // namespace

void Deeds::open_books(const protocol::Inventory& now)
{
    books_ = amounts(now);
    open_ = true;
}

std::int64_t Deeds::owned(const std::string& asset) const
{
    const auto at = books_.find(asset);
    return at == books_.end() ? 0 : at->second;
}

std::string Deeds::difference(const protocol::Inventory& now, const std::set<std::string>& but) const
{
    std::map<std::string, std::int64_t> told = books_;
    const std::map<std::string, std::int64_t> there = amounts(now);
    for (const auto& [asset, amount] : there) told.try_emplace(asset, 0);
    for (const auto& [asset, amount] : told) {
        const auto at = there.find(asset);
        const std::int64_t held = at == there.end() ? 0 : at->second;
        if (held != amount && !but.contains(asset))
            return fmt::format("{}: {} by the server, {} by what it has told", asset, held, amount);
    }
    return {};
}

AsyncResult<void> Deeds::act(LiveSession& lobby, std::string op, std::string data)
{
    deed_ = Deed{std::move(op), std::move(data), fmt::format("{:016x}{:016x}", chance_.next(), chance_.next()),
                 std::chrono::steady_clock::now()};
    return ask(lobby);
}

AsyncResult<void> Deeds::finish(LiveSession& lobby)
{
    if (!deed_) co_return Result<void>{};
    co_return co_await ask(lobby);
}

AsyncResult<void> Deeds::ask(LiveSession& lobby)
{
    const Instant sent = std::chrono::steady_clock::now();
    const Result<protocol::RawJson> reply =
        co_await lobby.call(deed_->op, deed_->data, world_.clock.after(call_time), deed_->key);
    if (!reply && is_cut(reply.error())) co_return reply.error();
    const Deed deed = std::move(*deed_);
    deed_.reset();
    if (!reply) {
        observer_.failed(deed.op, lobby.last_error());
        co_return reply.error();
    }
    observer_.done(deed.op, deed.intended, sent);
    const Result<Moved> moved = read<Moved>(*reply);
    if (!moved) co_return moved.error();
    if (moved->spent)
        for (const protocol::AssetAmount& item : *moved->spent) books_[item.asset] -= item.amount.units;
    if (moved->gained)
        for (const protocol::AssetAmount& item : *moved->gained) books_[item.asset] += item.amount.units;
    co_return Result<void>{};
}

} // namespace harvest::bots
