#include "tests/contract/event_logs.hpp"

#include "common/adapters/kafka/handles.hpp"
#include "common/adapters/system/system_entropy.hpp"

#include <array>
#include <cstdlib>
#include <thread>

namespace harvest::test {
namespace {

using kafka::Destroy;
using kafka::Handle;
using kafka::Queue;

Handle client(const kafka::Options& options)
{
    return kafka::make_client(RD_KAFKA_PRODUCER, kafka::client_configuration(options, nullptr));
}

// What a reader was handed last shows a moment after the group is stable.
bool shared_out(const rd_kafka_group_list& list, int readers)
{
    return list.group_cnt == 1 && list.groups[0].member_cnt == readers && std::string(list.groups[0].state) == "Stable";
}

} // namespace

std::string kafka_brokers()
{
    const char* brokers = std::getenv("HARVEST_TEST_KAFKA");
    if (!brokers || !*brokers)
        FAIL("HARVEST_TEST_KAFKA is not set: scripts/services up kafka && eval \"$(scripts/services env)\"");
    return brokers;
}

KafkaLogs::KafkaLogs(const std::string& brokers)
{
    options.brokers = brokers;
    const auto random = system::SystemEntropy().bytes<6>();
    options.prefix = "test-" + to_hex(random) + ".";
    options.linger = 1ms;
    options.session_timeout = 2s;
    options.topics = {{"harvest.game"}, {"harvest.chat"}};
    reopen();
}

KafkaLogs::~KafkaLogs()
{
    open_.reset();
    std::vector<std::string> topics;
    for (const kafka::TopicOptions& topic : options.topics)
        for (const char* suffix : {"", ".parked"}) topics.push_back(topic.name + suffix);
    drop(topics);
}

void KafkaLogs::drop(const std::vector<std::string>& names)
{
    const Handle handle = client(options);
    std::vector<rd_kafka_DeleteTopic_t*> topics;
    for (const std::string& name : names) topics.push_back(rd_kafka_DeleteTopic_new((options.prefix + name).c_str()));
    const Queue queue(rd_kafka_queue_new(handle.get()));
    rd_kafka_DeleteTopics(handle.get(), topics.data(), topics.size(), nullptr, queue.get());
    const kafka::Happening answer(rd_kafka_queue_poll(queue.get(), 10'000));
    rd_kafka_DeleteTopic_destroy_array(topics.data(), topics.size());
}

void KafkaLogs::reopen()
{
    open_.reset();
    open_ = std::make_unique<Open>(options, clock);
}

void KafkaLogs::produce_raw(const std::string& topic, const std::string& key, const std::string& value,
                            const std::vector<std::pair<std::string, std::string>>& headers)
{
    const Handle handle = client(options);
    rd_kafka_headers_t* const list = rd_kafka_headers_new(headers.size()); // the record owns them
    for (const auto& [name, text] : headers)
        rd_kafka_header_add(list, name.data(), -1, text.data(), static_cast<ssize_t>(text.size()));
    const std::string full = options.prefix + topic;
    std::string key_copy = key, copy = value;
    std::array<rd_kafka_vu_t, 6> record{};
    record[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    record[0].u.cstr = full.c_str();
    record[1].vtype = RD_KAFKA_VTYPE_PARTITION;
    record[1].u.i32 = partition_of(key);
    record[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    record[2].u.i = RD_KAFKA_MSG_F_COPY;
    record[3].vtype = RD_KAFKA_VTYPE_KEY;
    record[3].u.mem = {key_copy.data(), key_copy.size()};
    record[4].vtype = RD_KAFKA_VTYPE_VALUE;
    record[4].u.mem = {copy.data(), copy.size()};
    record[5].vtype = RD_KAFKA_VTYPE_HEADERS;
    record[5].u.headers = list;
    REQUIRE(rd_kafka_produceva(handle.get(), record.data(), record.size()) == nullptr);
    REQUIRE(rd_kafka_flush(handle.get(), 10'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void KafkaLogs::settle(const std::string& group, int readers)
{
    const Handle handle = client(options);
    const Deadline by = soon();
    // A cooperative group is stable once more between its two rounds.
    for (int stable = 0; stable < 12;) {
        const rd_kafka_group_list* list = nullptr;
        const auto code = rd_kafka_list_groups(handle.get(), (options.prefix + group).c_str(), &list, 5'000);
        const std::unique_ptr<const rd_kafka_group_list, Destroy<rd_kafka_group_list_destroy>> owned(list);
        stable = !code && shared_out(*list, readers) ? stable + 1 : 0;
        REQUIRE(clock.monotonic() < by.at);
        std::this_thread::sleep_for(100ms);
    }
}

} // namespace harvest::test
