// The adapters that the suite of the event log runs on: the stores, and a real Kafka, whose address HARVEST_TEST_KAFKA
// gives (scripts/services env). Each Kafka log has topics and groups of its own, which go with it.
#pragma once

#include "common/adapters/kafka/event_log.hpp"
#include "tests/contract/support/stores.hpp"

namespace harvest::test {

constexpr auto game_topic = "harvest.game";

// Where the two truly differ (common/ports/event_log.hpp).
template <class Stores>
struct LogTraits {
    static constexpr bool appends_once = true;       // all or none, no id twice, no gap in the offsets
    static constexpr bool moves_at_once = true;      // a partition changes its reader while the reader is not looking
    static constexpr Millis quiet{40};               // nothing came for so long: there is nothing
    static void settle(Stores&, const char*, int) {} // until the group's readers have shared its partitions out
};

// "127.0.0.1:19092"; fails the test where there is none.
std::string kafka_brokers();

class KafkaLogs {
public:
    KafkaLogs() : KafkaLogs(kafka_brokers()) {}
    explicit KafkaLogs(const std::string& brokers);
    ~KafkaLogs();

    struct Open {
        explicit Open(kafka::Options options, Clock& clock) : events(std::move(options), clock) {}
        kafka::KafkaEventLog events;
    };

    void reopen();
    Open* operator->() { return open_.get(); }
    Deadline soon() const { return clock.after(20s); }
    template <class TypedId>
    TypedId id()
    {
        return new_id<TypedId>(clock, entropy);
    }
    // Writes bytes that are no event.
    void produce_raw(const std::string& topic, const std::string& key, const std::string& value,
                     const std::vector<std::pair<std::string, std::string>>& headers = {});
    // Takes these topics from the brokers.
    void drop(const std::vector<std::string>& topics);
    void settle(const std::string& group, int readers);

    system::SystemClock clock;
    memory::SeededEntropy entropy{42};
    kafka::Options options;

private:
    std::unique_ptr<Open> open_;
};

template <>
struct LogTraits<KafkaLogs> {
    static constexpr bool appends_once = false;
    static constexpr bool moves_at_once = false;
    static constexpr Millis quiet{1'500};
    static void settle(KafkaLogs& logs, const char* group, int readers) { logs.settle(group, readers); }
};

} // namespace harvest::test

#define HARVEST_EVENT_LOGS HARVEST_STORES, harvest::test::KafkaLogs
