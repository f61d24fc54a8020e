#include "common/adapters/otlp/traced_event_log.hpp"

namespace harvest::otlp {
namespace {

using telemetry::Span;

class TracedReader final : public EventReader {
public:
    TracedReader(std::string who, std::string group, std::unique_ptr<EventReader> inner, telemetry::Spans& spans,
                 Entropy& entropy)
        : who_(std::move(who)),
          group_(std::move(group)),
          inner_(std::move(inner)),
          spans_(spans),
          entropy_(entropy)
    {
    }

    AsyncResult<std::vector<StoredEvent>> next(std::size_t max, Deadline by) override
    {
        Result<std::vector<StoredEvent>> events = co_await inner_->next(max, by);
        if (events)
            for (const StoredEvent& stored : *events) note(stored);
        co_return events;
    }

    AsyncResult<void> commit(Deadline by) override
    {
        const Result<void> done = co_await inner_->commit(by);
        if (!done) co_return done.error();
        const std::int64_t now = telemetry::unix_nanoseconds();
        for (Span& span : open_) {
            span.ended = now;
            spans_.add(std::move(span));
        }
        open_.clear();
        co_return Result<void>{};
    }

private:
    static constexpr std::size_t most_open = 256; // of a reader that commits seldom; more leave no span

    void note(const StoredEvent& stored)
    {
        if (open_.size() >= most_open || !telemetry::is_traceparent(stored.event.traceparent)) return;
        Span span;
        span.trace = telemetry::continue_trace(stored.event.traceparent, entropy_.bytes<24>());
        if (!spans_.wants(span.trace, false)) return;
        span.daemon = who_;
        span.name = "process " + stored.topic;
        span.kind = telemetry::SpanKind::consumer;
        span.begun = telemetry::unix_nanoseconds();
        span.attributes = {{"messaging.system", "harvest"},
                           {"messaging.destination.name", stored.topic},
                           {"messaging.consumer.group.name", group_},
                           {"harvest.event.type", stored.event.type}};
        open_.push_back(std::move(span));
    }

    std::string who_, group_;
    std::unique_ptr<EventReader> inner_;
    telemetry::Spans& spans_;
    Entropy& entropy_;
    std::vector<Span> open_;
};

} // namespace

TracedEventLog::TracedEventLog(std::string who, EventLog& inner, telemetry::Spans& spans, Entropy& entropy)
    : who_(std::move(who)),
      inner_(inner),
      spans_(spans),
      entropy_(entropy)
{
}

AsyncResult<void> TracedEventLog::append(std::string topic, std::vector<Event> events, Deadline by)
{
    return inner_.append(std::move(topic), std::move(events), by);
}

std::unique_ptr<EventReader> TracedEventLog::subscribe(Subscription subscription)
{
    const std::string group = subscription.group;
    std::unique_ptr<EventReader> reader = inner_.subscribe(std::move(subscription));
    if (group.empty()) return reader; // everybody sees everything: that is nobody's work
    return std::make_unique<TracedReader>(who_, group, std::move(reader), spans_, entropy_);
}

AsyncResult<std::vector<StoredEvent>> TracedEventLog::read(std::string topic, std::string key, std::int64_t offset,
                                                           std::size_t max, Deadline by)
{
    return inner_.read(std::move(topic), std::move(key), offset, max, by);
}

AsyncResult<std::vector<TopicInfo>> TracedEventLog::topics(Deadline by)
{
    return inner_.topics(by);
}

AsyncResult<std::vector<GroupLag>> TracedEventLog::lags(Deadline by)
{
    return inner_.lags(by);
}

} // namespace harvest::otlp
