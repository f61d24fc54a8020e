#include "common/adapters/kafka/event_log.hpp"

#include "common/adapters/kafka/admin.hpp"
#include "common/adapters/kafka/consumer.hpp"
#include "common/adapters/kafka/operate.hpp"
#include "common/adapters/kafka/question.hpp"
#include "common/base/log.hpp"
#include "common/runtime/blocking_pool.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace harvest::kafka {

// A question to the cluster, on a thread that may wait for it.
struct Asking {
    rd_kafka_t* client{};
    const Options& options;
    Until until{};
};

struct KafkaEventLog::State {
    State(Options given, Clock& clock_port)
        : options(std::move(given)),
          clock(clock_port),
          reach(options.brokers),
          producer(std::make_shared<Producer>(options, reports, reach)),
          questions(1, 64, clock)
    {
    }

    const Options options;
    Clock& clock;
    Reach reach;
    Poller reports; // apart: what consumers ask may take its time, and keeps no acknowledgement waiting
    Poller poller;
    std::shared_ptr<Producer> producer;
    BlockingPool questions; // what blocks until a broker answers; last, so that it ends first

    // What a question may still take; the deadline of the caller included.
    Millis patience(Deadline by) const
    {
        return std::clamp(by.at - clock.monotonic(), Millis{1}, options.request_timeout);
    }

    template <class T>
    AsyncResult<T> ask(std::function<Result<T>(const Asking&)> job, Deadline by)
    {
        const State& self = *this;
        std::function<Result<T>()> whole = [&self, job = std::move(job), by] {
            const std::shared_ptr<rd_kafka_t> client = self.producer->client();
            return job(Asking{client.get(), self.options, Until::clock::now() + self.patience(by)});
        };
        co_return co_await questions.compute<T>(std::move(whole), by);
    }
};

namespace {

// The outcome, or `late` if it is not there by then.
AsyncResult<void> outcome_by(std::shared_ptr<OneShot<void>> shot, Clock& clock, Deadline by, Errc late)
{
    using namespace asio::experimental::awaitable_operators;
    const auto ended = co_await (OneShot<void>::wait(shot) || clock.sleep_until(by));
    if (ended.index() == 0) co_return std::get<0>(ended);
    if (const Result<void>& slept = std::get<1>(ended); !slept) co_return slept.error();
    co_return late;
}

class Reader final : public EventReader {
public:
    Reader(std::shared_ptr<Consumer> consumer, Clock& clock) : consumer_(std::move(consumer)), clock_(clock) {}
    ~Reader() override { consumer_->close(); }

    AsyncResult<std::vector<StoredEvent>> next(std::size_t max, Deadline by) override;
    AsyncResult<void> commit(Deadline by) override;

private:
    std::shared_ptr<Consumer> consumer_;
    Clock& clock_;
};

AsyncResult<std::vector<StoredEvent>> Reader::next(std::size_t max, Deadline by)
{
    using namespace asio::experimental::awaitable_operators;
    for (;;) {
        const auto gate = std::make_shared<Gate>();
        Result<std::vector<StoredEvent>> events = consumer_->take(max, gate);
        if (!events || !events->empty()) co_return events;
        const auto woken = co_await (gate->wait() || clock_.sleep_until(by));
        const bool over = woken.index() == 1;
        const Result<void>& outcome = over ? std::get<1>(woken) : std::get<0>(woken);
        if (!outcome) co_return outcome.error();
        if (over) co_return std::vector<StoredEvent>{};
    }
}

AsyncResult<void> Reader::commit(Deadline by)
{
    return outcome_by(consumer_->commit(), clock_, by, Errc::timed_out);
}

} // namespace

namespace {

std::string missing(const std::string& topic, std::int32_t partitions)
{
    return fmt::format("topic {0} is missing, and topics are not to be made: kafka-topics.sh --create --topic {0} "
                       "--partitions {1}",
                       topic, partitions);
}

} // namespace

KafkaEventLog::KafkaEventLog(Options options, Clock& clock) : state_(std::make_unique<State>(std::move(options), clock))
{
    const State& state = *state_;
    const auto fail = [&state](const Error& error, const std::string& why) {
        throw boost::system::system_error(error, fmt::format("Kafka at {}: {}", state.options.brokers, why));
    };
    std::string why;
    if (state.options.make_topics) {
        const Result<void> made = make_topics(state.producer->client().get(), state.options, why);
        if (!made) fail(made.error(), why);
    }
    for (const TopicOptions& topic : state.options.topics) {
        const std::string full = state.options.prefix + topic.name;
        Result<std::int32_t> count = state.producer->partitions_of(full, state.options.request_timeout);
        // A topic just made is known to every broker a moment later.
        const Deadline known_by = clock.after(state.options.request_timeout);
        while (state.options.make_topics && !count && count.error() == Errc::not_found &&
               clock.monotonic() < known_by.at) {
            std::this_thread::sleep_for(Millis{50});
            count = state.producer->partitions_of(full, state.options.request_timeout);
        }
        if (!count && count.error() == Errc::not_found)
            fail(count.error(), state.options.make_topics ? fmt::format("topic {} was made and is not there", full)
                                                          : missing(full, topic.partitions));
        if (!count) fail(count.error(), "topic " + full);
        if (*count != topic.partitions)
            log::warn(fmt::format("topic {} has {} partitions, the configuration says {}: it stays as it is", full,
                                  *count, topic.partitions),
                      {{"event.action", "kafka.partitions"}});
    }
    state_->reports.add(state_->producer);
}

KafkaEventLog::~KafkaEventLog()
{
    state_->producer->close();
    const auto until = Until::clock::now() + 2 * state_->options.request_timeout;
    const bool readers_left = state_->poller.drain(until);
    if (const bool sent = state_->reports.drain(until); !sent || !readers_left)
        log::warn("readers of the event log could not leave their groups in time", {{"event.action", "kafka.close"}});
}

AsyncResult<void> KafkaEventLog::append(std::string topic, std::vector<Event> events, Deadline by)
{
    State& state = *state_;
    if (topic.empty()) co_return Errc::invalid_argument;
    for (const Event& event : events)
        if (event.id.empty() || event.type.empty()) co_return Errc::invalid_argument;
    if (events.empty()) co_return Result<void>{};
    if (state.clock.monotonic() > by.at) co_return Errc::timed_out;
    const std::string full = state.options.prefix + topic;
    if (!state.producer->known_partitions_of(full)) {
        std::function<Result<std::int32_t>()> ask = [producer = state.producer, full, wait = state.patience(by)] {
            return producer->partitions_of(full, wait);
        };
        const Result<std::int32_t> known = co_await state.questions.compute<std::int32_t>(std::move(ask), by);
        if (!known) co_return known.error();
    }
    const auto delivered = std::make_shared<OneShot<void>>();
    const Result<void> sent = state.producer->send(
        full, events, [delivered](Result<void> outcome) { delivered->complete(std::move(outcome)); });
    if (!sent) co_return sent.error();
    co_return co_await outcome_by(delivered, state.clock, by, Errc::in_doubt);
}

std::unique_ptr<EventReader> KafkaEventLog::subscribe(Subscription subscription)
{
    auto consumer = std::make_shared<Consumer>(state_->options, std::move(subscription), state_->producer,
                                               state_->poller, state_->reach, state_->clock);
    state_->poller.add(consumer);
    return std::make_unique<Reader>(std::move(consumer), state_->clock);
}

AsyncResult<std::vector<StoredEvent>> KafkaEventLog::read(std::string topic, std::string key, std::int64_t offset,
                                                          std::size_t max, Deadline by)
{
    auto job = [topic = std::move(topic), key = std::move(key), offset, max](const Asking& to) {
        return read_events(to.client, to.options, topic, key, offset, max, to.until);
    };
    return state_->ask<std::vector<StoredEvent>>(std::move(job), by);
}

AsyncResult<std::vector<TopicInfo>> KafkaEventLog::topics(Deadline by)
{
    auto job = [](const Asking& to) { return topic_infos(to.client, to.options, to.until); };
    return state_->ask<std::vector<TopicInfo>>(std::move(job), by);
}

AsyncResult<std::vector<GroupLag>> KafkaEventLog::lags(Deadline by)
{
    auto job = [](const Asking& to) { return group_lags(to.client, to.options, to.until); };
    return state_->ask<std::vector<GroupLag>>(std::move(job), by);
}

AsyncResult<TopicDetail> KafkaEventLog::describe(std::string topic, Deadline by)
{
    auto job = [topic = std::move(topic)](const Asking& to) {
        return describe_topic(to.client, to.options, topic, to.until);
    };
    return state_->ask<TopicDetail>(std::move(job), by);
}

AsyncResult<std::vector<GroupDetail>> KafkaEventLog::groups(Deadline by)
{
    auto job = [](const Asking& to) { return group_details(to.client, to.options, to.until); };
    return state_->ask<std::vector<GroupDetail>>(std::move(job), by);
}

AsyncResult<PartitionOffsets> KafkaEventLog::offsets_at(std::string topic, Millis time, Deadline by)
{
    auto job = [topic = std::move(topic), time](const Asking& to) {
        return offsets_of_time(to.client, to.options, topic, time, to.until);
    };
    return state_->ask<PartitionOffsets>(std::move(job), by);
}

AsyncResult<std::vector<StoredEvent>> KafkaEventLog::read_from(std::string topic, PartitionOffsets from,
                                                               std::size_t max, Deadline by)
{
    auto job = [topic = std::move(topic), from = std::move(from), max](const Asking& to) {
        return fetch(to.client, to.options, {topic, {}}, from, max, to.until);
    };
    return state_->ask<std::vector<StoredEvent>>(std::move(job), by);
}

AsyncResult<void> KafkaEventLog::reset(std::string group, std::string topic, PartitionOffsets to, Deadline by)
{
    std::function<Result<PartitionOffsets>(const Asking&)> job =
        [group = std::move(group), topic = std::move(topic),
         to = std::move(to)](const Asking& asking) -> Result<PartitionOffsets> {
        const Result<void> done = reset_group(asking.client, asking.options, group, topic, to, asking.until);
        if (!done) return done.error();
        return to;
    };
    const Result<PartitionOffsets> done = co_await state_->ask<PartitionOffsets>(std::move(job), by);
    if (!done) co_return done.error();
    co_return Result<void>{};
}

bool KafkaEventLog::reachable() const
{
    return !state_->reach.away();
}

} // namespace harvest::kafka
