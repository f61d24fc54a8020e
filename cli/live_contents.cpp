#include "cli/live_contents.hpp"

#include "cli/failure.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

namespace harvest::cli {
namespace {

constexpr Millis archive_wait = 5s;
constexpr std::size_t earlier_at_most = 16;

// On a loop of its own, so that it may be called where none runs.
Result<void> wait_here(AsyncResult<void> work)
{
    asio::io_context loop{1};
    auto guard = asio::make_work_guard(loop); // the store answers from a thread of its own
    Result<void> outcome = Errc::internal;
    asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& failed, Result<void> done) {
        if (!failed) outcome = std::move(done);
        guard.reset();
    });
    loop.run();
    return outcome;
}

} // namespace

Result<std::shared_ptr<const game::battle::Content>> rules_of(const ArchivedRules& kept)
{
    config::LoadedContent loaded = config::parse_content({"battle.yaml", kept.battle}, {"cards.yaml", kept.cards});
    if (!loaded.content || loaded.content->hash() != kept.hash) return Errc::data_loss;
    return std::make_shared<const game::battle::Content>(std::move(*loaded.content));
}

LiveContents::LiveContents(FoundGame found, std::string content_dir, RulesArchive& archive, const Clock& clock)
    : content_dir_(std::move(content_dir)),
      archive_(archive),
      clock_(clock)
{
    if (const Result<void> kept = keep(found); !kept)
        throw DependencyAway(kept.error(), "the store does not take the rules of this version");
    now_ = std::make_shared<const game::GameData>(std::move(found.data));
}

std::shared_ptr<const game::GameData> LiveContents::now() const
{
    const std::lock_guard lock(mutex_);
    return now_;
}

LiveContents::Rules LiveContents::known(const std::string& hash) const
{
    const std::lock_guard lock(mutex_);
    if (now_->battle->hash() == hash) return now_->battle;
    const auto found = earlier_.find(hash);
    return found == earlier_.end() ? nullptr : found->second;
}

AsyncResult<std::shared_ptr<const game::battle::Content>> LiveContents::rules(std::string hash, Deadline by)
{
    if (Rules here = known(hash)) co_return here;
    const Result<ArchivedRules> kept = co_await archive_.get(std::move(hash), by);
    if (!kept) co_return kept.error();
    const Result<Rules> read = rules_of(*kept);
    if (!read) co_return read.error();
    const std::lock_guard lock(mutex_);
    if (earlier_.size() >= earlier_at_most) earlier_.erase(earlier_.begin());
    earlier_[kept->hash] = *read;
    co_return *read;
}

Result<void> LiveContents::keep(const FoundGame& found)
{
    ArchivedRules rules{found.data.battle->hash(), found.data.battle->version(), found.texts.battle.text,
                        found.texts.cards.text, clock_.now()};
    return wait_here(archive_.keep(std::move(rules), clock_.after(archive_wait)));
}

ContentReload LiveContents::reload()
{
    const std::lock_guard one_at_a_time(reloading_);
    const std::shared_ptr<const game::GameData> before = now();
    ContentReload out;
    out.rules = before->battle->hash();
    FoundGame found;
    try {
        found = find_game(content_dir_);
    }
    catch (const boost::system::system_error& error) {
        out.refused = true;
        out.result = message_of(error);
        return out;
    }
    catch (const std::exception& error) { // a folder that is in the way of its files, no memory for them
        out.refused = true;
        out.result = fmt::format("the game's content cannot be read: {}", error.what());
        return out;
    }
    out.changed = game::changed_parts(*before, found.data);
    if (out.changed.empty()) {
        out.result = "nothing has changed";
        return out;
    }
    const std::vector<std::string> against = game::hindrances(*before, found.data);
    if (!against.empty()) {
        out.refused = true;
        out.result = fmt::format("the running game cannot take this content\n  {}", fmt::join(against, "\n  "));
        return out;
    }
    if (const Result<void> kept = keep(found); !kept) {
        out.refused = true;
        out.result = fmt::format("the store does not take the rules: {}", kept.error().message());
        return out;
    }
    out.rules = found.data.battle->hash();
    out.result = fmt::format("applied: {}; rules {}", fmt::join(out.changed, ", "), out.rules.substr(0, 8));
    const std::lock_guard lock(mutex_);
    if (earlier_.size() >= earlier_at_most) earlier_.erase(earlier_.begin());
    earlier_[before->battle->hash()] = before->battle;
    now_ = std::make_shared<const game::GameData>(std::move(found.data));
    return out;
}

} // namespace harvest::cli
