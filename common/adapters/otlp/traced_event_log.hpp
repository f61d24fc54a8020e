// EventLog whose groups of readers leave a span for each event that is part of a wanted trace: from when it was read
// until it was done with.
#pragma once

#include "common/ports/entropy.hpp"
#include "common/ports/event_log.hpp"
#include "common/telemetry/trace.hpp"

namespace harvest::otlp {

class TracedEventLog final : public EventLog {
public:
    // For the slot `who` ("chat-0"); what it is given outlives it and its readers.
    TracedEventLog(std::string who, EventLog& inner, telemetry::Spans& spans, Entropy& entropy);

    AsyncResult<void> append(std::string topic, std::vector<Event> events, Deadline by) override;
    std::unique_ptr<EventReader> subscribe(Subscription subscription) override;
    AsyncResult<std::vector<StoredEvent>> read(std::string topic, std::string key, std::int64_t offset, std::size_t max,
                                               Deadline by) override;
    AsyncResult<std::vector<TopicInfo>> topics(Deadline by) override;
    AsyncResult<std::vector<GroupLag>> lags(Deadline by) override;

private:
    std::string who_;
    EventLog& inner_;
    telemetry::Spans& spans_;
    Entropy& entropy_;
};

} // namespace harvest::otlp
