#include "common/adapters/kafka/admin.hpp"

#include "common/adapters/kafka/question.hpp"
#include "common/adapters/kafka/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace harvest::kafka {
namespace {

using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Destroy<rd_kafka_NewTopic_destroy>>;

NewTopic new_topic(const Options& options, const TopicOptions& topic, bool parked)
{
    const std::string name = options.prefix + (parked ? parked_topic(topic.name) : topic.name);
    NewTopic made(rd_kafka_NewTopic_new(name.c_str(), parked ? 1 : topic.partitions, options.replication, nullptr, 0));
    const std::int64_t retention = topic.retention.count() > 0 && !parked ? topic.retention.count() : -1;
    (void)rd_kafka_NewTopic_set_config(made.get(), "retention.ms", std::to_string(retention).c_str());
    if (parked) (void)rd_kafka_NewTopic_set_config(made.get(), "max.message.bytes", "4194304");
    return made;
}

Result<std::map<Partition, std::int64_t>> committed_by(rd_kafka_t* client, const std::string& group, Until until)
{
    rd_kafka_ListConsumerGroupOffsets_t* wanted = rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), nullptr);
    const std::unique_ptr<rd_kafka_ListConsumerGroupOffsets_t, Destroy<rd_kafka_ListConsumerGroupOffsets_destroy>>
        owned(wanted);
    const Queue queue(rd_kafka_queue_new(client));
    const AdminOptions admin = admin_options(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, until);
    rd_kafka_ListConsumerGroupOffsets(client, &wanted, 1, admin.get(), queue.get());
    const Result<Happening> answer = answer_on(queue, until);
    if (!answer) return answer.error();
    std::size_t count = 0;
    const auto* result = rd_kafka_event_ListConsumerGroupOffsets_result(answer->get());
    const rd_kafka_group_result_t** results = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count);
    std::map<Partition, std::int64_t> offsets;
    if (count != 1) return offsets;
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(results[0]))
        return errc_of(rd_kafka_error_code(error));
    const rd_kafka_topic_partition_list_t* list = rd_kafka_group_result_partitions(results[0]);
    for (int i = 0; list && i < list->cnt; ++i)
        if (list->elems[i].offset >= 0) offsets[partition_in(list->elems[i])] = list->elems[i].offset;
    return offsets;
}

} // namespace

Result<void> make_topics(rd_kafka_t* client, const Options& options, std::string& why)
{
    std::vector<NewTopic> owned;
    for (const TopicOptions& topic : options.topics) {
        owned.push_back(new_topic(options, topic, false));
        owned.push_back(new_topic(options, topic, true));
    }
    if (owned.empty()) return {};
    std::vector<rd_kafka_NewTopic_t*> wanted;
    for (const NewTopic& each : owned) wanted.push_back(each.get());
    const Queue queue(rd_kafka_queue_new(client));
    const Until until = Until::clock::now() + options.request_timeout;
    const AdminOptions admin = admin_options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, until);
    (void)rd_kafka_AdminOptions_set_operation_timeout(admin.get(), milliseconds(until), nullptr, 0);
    rd_kafka_CreateTopics(client, wanted.data(), wanted.size(), admin.get(), queue.get());
    const Happening happening(rd_kafka_queue_poll(queue.get(), milliseconds(until)));
    if (!happening || rd_kafka_event_error(happening.get())) {
        why = happening ? rd_kafka_event_error_string(happening.get()) : "no answer";
        return happening ? unanswered(rd_kafka_event_error(happening.get())) : Errc::unavailable;
    }
    std::size_t count = 0;
    const rd_kafka_topic_result_t** results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(happening.get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
        const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
        if (!code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
        const char* text = rd_kafka_topic_result_error_string(results[i]);
        why = fmt::format("topic {} cannot be made: {}", rd_kafka_topic_result_name(results[i]),
                          text ? text : rd_kafka_err2str(code));
        return unanswered(code);
    }
    return {};
}

Result<std::vector<TopicInfo>> topic_infos(rd_kafka_t* client, const Options& options, Until until)
{
    const auto partitions = partitions_there(client, options, "", until);
    if (!partitions) return partitions.error();
    const auto first = offsets_at(client, *partitions, RD_KAFKA_OFFSET_BEGINNING, until);
    if (!first) return first.error();
    const auto ends = offsets_at(client, *partitions, RD_KAFKA_OFFSET_END, until);
    if (!ends) return ends.error();
    std::vector<TopicInfo> infos;
    for (const Partition& partition : *partitions)
        infos.push_back({partition.first.substr(options.prefix.size()), partition.second, first->at(partition),
                         ends->at(partition)});
    return infos;
}

Result<std::vector<GroupLag>> group_lags(rd_kafka_t* client, const Options& options, Until until)
{
    const Result<std::vector<std::string>> groups = groups_there(client, options, until);
    if (!groups) return groups.error();
    std::vector<GroupLag> lags;
    std::vector<Partition> partitions;
    for (const std::string& group : *groups) {
        const auto committed = committed_by(client, group, until);
        if (!committed) return committed.error();
        for (const auto& [partition, offset] : *committed) {
            if (!partition.first.starts_with(options.prefix)) continue;
            partitions.push_back(partition);
            lags.push_back({group.substr(options.prefix.size()), partition.first, partition.second, offset, 0});
        }
    }
    std::ranges::sort(partitions);
    partitions.erase(std::ranges::unique(partitions).begin(), partitions.end());
    const auto ends = offsets_at(client, partitions, RD_KAFKA_OFFSET_END, until);
    if (!ends) return ends.error();
    for (GroupLag& lag : lags) {
        lag.end_offset = ends->at({lag.topic, lag.partition});
        lag.topic.erase(0, options.prefix.size());
    }
    return lags;
}

Result<std::vector<StoredEvent>> read_events(rd_kafka_t* client, const Options& options, const std::string& topic,
                                             const std::string& key, std::int64_t offset, std::size_t max, Until until)
{
    auto partitions = partitions_there(client, options, options.prefix + topic, until);
    if (!partitions) return partitions.error();
    const auto count = static_cast<std::int32_t>(partitions->size());
    if (!key.empty())
        std::erase_if(*partitions, [&](const Partition& each) { return each.second != partition_of(key, count); });
    PartitionOffsets from;
    for (const Partition& partition : *partitions) from[partition.second] = offset;
    Result<std::vector<StoredEvent>> read = fetch(client, options, {topic, key}, from, max, until);
    if (!read) return read.error();
    std::vector<StoredEvent> events = std::move(*read);
    std::ranges::stable_sort(events, {}, [](const StoredEvent& each) { return each.offset; });
    if (events.size() > max) events.resize(max);
    return events;
}

} // namespace harvest::kafka
