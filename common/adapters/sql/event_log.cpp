#include "common/adapters/sql/event_log.hpp"

#include "common/adapters/sql/event_log_state.hpp"
#include "common/adapters/sql/outbox.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace harvest::sql {

namespace {

using State = SqlEventLog::State;

class Reader final : public EventReader {
public:
    Reader(std::shared_ptr<State> state, Subscription subscription)
        : state_(std::move(state)),
          subscription_(std::move(subscription))
    {
        const std::lock_guard lock(state_->mutex);
        if (subscription_.group.empty()) {
            for (const Partition& partition : partitions_of(subscription_.topics))
                position_[partition] = end(partition);
            return;
        }
        state_->groups[subscription_.group].push_back(&subscription_);
        state_->wake_all();
    }

    ~Reader() override
    {
        if (subscription_.group.empty()) return;
        const std::lock_guard lock(state_->mutex);
        auto& members = state_->groups[subscription_.group];
        std::erase(members, &subscription_);
        if (members.empty()) state_->groups.erase(subscription_.group);
        state_->wake_all();
    }

    AsyncResult<std::vector<StoredEvent>> next(std::size_t max, Deadline by) override;
    AsyncResult<void> commit(Deadline by) override;

private:
    // With the state's lock held, as the three below.
    std::int64_t end(const Partition& partition) const
    {
        const auto found = state_->ends.find(partition);
        return found == state_->ends.end() ? 0 : found->second;
    }

    std::vector<Partition> assigned() const
    {
        return subscription_.group.empty() ? partitions_of(subscription_.topics) : state_->share_of(subscription_);
    }

    // Partitions of ours with something to read; where to start goes round, so that none starves another.
    std::vector<Partition> ready() const
    {
        std::vector<Partition> list;
        for (const auto& [partition, offset] : position_)
            if (offset < end(partition)) list.push_back(partition);
        if (!list.empty()) std::rotate(list.begin(), list.begin() + static_cast<long>(turn_ % list.size()), list.end());
        return list;
    }

    AsyncResult<void> reassign(Deadline by);
    AsyncResult<std::vector<StoredEvent>> fetch(std::vector<Partition> from, std::size_t max, Deadline by);

    std::shared_ptr<State> state_;
    Subscription subscription_;
    std::vector<Partition> owned_;
    Offsets position_; // of the next event to deliver, for the partitions that are ours
    std::size_t turn_ = 0;
};

AsyncResult<void> Reader::reassign(Deadline by)
{
    std::vector<Partition> mine;
    {
        const std::lock_guard lock(state_->mutex);
        mine = assigned();
    }
    if (subscription_.group.empty() || mine == owned_) co_return Result<void>{};
    Work<Offsets> load = [group = subscription_.group](Connection& connection) {
        return committed_offsets(connection, group);
    };
    const Result<Offsets> committed = co_await sql::read<Offsets>(state_->database, std::move(load), by);
    if (!committed) co_return committed.error();
    position_.clear();
    for (const Partition& partition : mine) {
        const auto found = committed->find(partition);
        position_[partition] = found == committed->end() ? 0 : found->second;
    }
    owned_ = std::move(mine);
    co_return Result<void>{};
}

AsyncResult<std::vector<StoredEvent>> Reader::fetch(std::vector<Partition> from, std::size_t max, Deadline by)
{
    ++turn_;
    Offsets ends; // as they were before the read: what comes after is not in it
    {
        const std::lock_guard lock(state_->mutex);
        for (const Partition& partition : from) ends[partition] = end(partition);
    }
    Work<std::vector<StoredEvent>> load = [from, positions = position_,
                                           max](Connection& connection) -> Result<std::vector<StoredEvent>> {
        std::vector<StoredEvent> events;
        for (const Partition& partition : from) {
            if (events.size() >= max) break;
            const Result<void> got =
                read_partition(connection, partition, positions.at(partition), max - events.size(), events);
            if (!got) return got.error();
        }
        return events;
    };
    Result<std::vector<StoredEvent>> events =
        co_await sql::read<std::vector<StoredEvent>>(state_->database, std::move(load), by);
    if (!events) co_return events.error();
    for (const StoredEvent& stored : *events) position_[{stored.topic, stored.partition}] = stored.offset + 1;
    if (events->empty()) // what stood there has been cleared away
        for (const auto& [partition, end_then] : ends) position_[partition] = end_then;
    co_return events;
}

AsyncResult<std::vector<StoredEvent>> Reader::next(std::size_t max, Deadline by)
{
    using namespace asio::experimental::awaitable_operators;
    for (;;) {
        const Result<void> assigned_now = co_await reassign(by);
        if (!assigned_now) co_return assigned_now.error();
        const auto gate = std::make_shared<Gate>();
        std::vector<Partition> from;
        {
            const std::lock_guard lock(state_->mutex);
            from = ready();
            if (from.empty()) state_->waiting.push_back(gate);
        }
        if (!from.empty()) {
            Result<std::vector<StoredEvent>> events = co_await fetch(std::move(from), max, by);
            if (!events || !events->empty()) co_return events;
            continue;
        }
        const auto woken = co_await (gate->wait() || state_->clock.sleep_until(by));
        {
            const std::lock_guard lock(state_->mutex);
            std::erase(state_->waiting, gate);
        }
        const bool over = woken.index() == 1;
        const Result<void>& outcome = over ? std::get<1>(woken) : std::get<0>(woken);
        if (!outcome) co_return outcome.error();
        if (over) co_return std::vector<StoredEvent>{};
    }
}

AsyncResult<void> Reader::commit(Deadline by)
{
    if (subscription_.group.empty() || position_.empty()) co_return Result<void>{};
    {
        const std::lock_guard lock(state_->mutex);
        if (assigned() != owned_) co_return Errc::conflict; // another reader has them now: they are delivered again
    }
    Job keep = [group = subscription_.group, offsets = position_](Connection& connection) {
        return commit_offsets(connection, group, offsets);
    };
    co_return co_await state_->database.write(std::move(keep), by);
}

} // namespace

SqlEventLog::SqlEventLog(Database& database, Clock& clock, TopicRetention retention)
    : state_(std::make_shared<State>(database, clock, std::move(retention)))
{
    const auto load = [this](Connection& connection) -> Result<void> {
        Result<Offsets> ends = end_offsets(connection);
        if (!ends) return ends.error();
        state_->ends = std::move(*ends);
        return {};
    };
    const Result<void> loaded = database.read_now(load);
    if (!loaded) throw OpenError(classify(loaded.error()), "cannot read the event log: " + loaded.error().message());
    database.on_append([state = state_](std::span<const Appended> notes) { state->appended(notes); });
}

SqlEventLog::~SqlEventLog() = default;

AsyncResult<void> SqlEventLog::append(std::string topic, std::vector<Event> events, Deadline by)
{
    return state_->database.write(
        [topic = std::move(topic), events = std::move(events)](Connection& connection) -> Result<void> {
            for (const Event& event : events) {
                const Result<void> appended = append_event(connection, topic, event);
                if (!appended) return appended.error();
            }
            return {};
        },
        by);
}

std::unique_ptr<EventReader> SqlEventLog::subscribe(Subscription subscription)
{
    return std::make_unique<Reader>(state_, std::move(subscription));
}

AsyncResult<std::vector<StoredEvent>> SqlEventLog::read(std::string topic, std::string key, std::int64_t offset,
                                                        std::size_t max, Deadline by)
{
    return sql::read<std::vector<StoredEvent>>(
        state_->database,
        [topic = std::move(topic), key = std::move(key), offset, max](Connection& connection) {
            return key.empty() ? read_topic(connection, topic, offset, max)
                               : read_key(connection, topic, key, offset, max);
        },
        by);
}

AsyncResult<std::vector<TopicInfo>> SqlEventLog::topics(Deadline by)
{
    return sql::read<std::vector<TopicInfo>>(state_->database, topic_infos, by);
}

AsyncResult<std::vector<GroupLag>> SqlEventLog::lags(Deadline by)
{
    return sql::read<std::vector<GroupLag>>(state_->database, group_lags, by);
}

AsyncResult<std::int64_t> SqlEventLog::forget(std::string topic, Millis before, std::size_t max, Deadline by)
{
    return sql::write<std::int64_t>(
        state_->database,
        [topic = std::move(topic), before, max](Connection& connection) -> Result<std::int64_t> {
            std::int64_t total = 0;
            for (std::int32_t part = 0; part < event_partitions; ++part) {
                const Result<std::int64_t> gone = forget_events(connection, {topic, part}, before, max);
                if (!gone) return gone.error();
                total += *gone;
            }
            return total;
        },
        by);
}

AsyncResult<std::int64_t> SqlEventLog::forget_expired(std::size_t max, Deadline by)
{
    std::int64_t total = 0;
    for (const auto& [topic, kept] : state_->retention) {
        if (kept <= Millis{}) continue;
        const Result<std::int64_t> gone = co_await forget(topic, state_->clock.now() - kept, max, by);
        if (!gone) co_return gone.error();
        total += *gone;
    }
    co_return total;
}

} // namespace harvest::sql
