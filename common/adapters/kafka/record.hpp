// An event as a Kafka record: CloudEvents' binary mode (the Kafka protocol binding 1.0.2). Key: the subject; value: the
// data; headers: ce_id, ce_type, ce_source, ce_time, ce_specversion, traceparent.
#pragma once

#include "common/adapters/kafka/handles.hpp"
#include "common/ports/records/event.hpp"

namespace harvest::kafka {

Headers headers_of(const Event& event);

// Nothing if it is no event of ours; `why` then says in what.
Result<StoredEvent> event_in(const rd_kafka_message_t& message, std::string topic, std::string& why);

// What is kept of such a record in "<topic>.parked": reason, place, and the bytes. Its id names the place, so that it
// is one event, however many groups come across it.
Event parked_event(const rd_kafka_message_t& message, const std::string& topic, const std::string& group,
                   const std::string& why, Millis now);

inline std::string parked_topic(const std::string& topic)
{
    return topic + ".parked";
}

} // namespace harvest::kafka
