#include "common/adapters/kafka/question.hpp"

#include "common/adapters/kafka/record.hpp"

#include <algorithm>
#include <set>

namespace harvest::kafka {
namespace {

std::vector<std::string> groups_in(const rd_kafka_ListConsumerGroups_result_t* result, const std::string& prefix)
{
    std::size_t count = 0;
    const rd_kafka_ConsumerGroupListing_t** listed = rd_kafka_ListConsumerGroups_result_valid(result, &count);
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string name = rd_kafka_ConsumerGroupListing_group_id(listed[i]);
        if (name.starts_with(prefix)) groups.push_back(name);
    }
    std::ranges::sort(groups);
    return groups;
}

} // namespace

int milliseconds(Until until)
{
    const Millis left = std::chrono::ceil<Millis>(until - Until::clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 1, 600'000));
}

AdminOptions admin_options(rd_kafka_t* client, rd_kafka_admin_op_t operation, Until until)
{
    AdminOptions options(rd_kafka_AdminOptions_new(client, operation));
    (void)rd_kafka_AdminOptions_set_request_timeout(options.get(), milliseconds(until), nullptr, 0);
    return options;
}

Result<Happening> answer_on(const Queue& queue, Until until)
{
    Happening happening(rd_kafka_queue_poll(queue.get(), milliseconds(until)));
    if (!happening) return Errc::unavailable;
    if (const auto code = rd_kafka_event_error(happening.get())) return unanswered(code);
    return happening;
}

Errc unanswered(rd_kafka_resp_err_t code)
{
    const Errc errc = errc_of(code);
    return errc == Errc::timed_out ? Errc::unavailable : errc;
}

Result<std::map<Partition, std::int64_t>> offsets_at(rd_kafka_t* client, const std::vector<Partition>& partitions,
                                                     std::int64_t where, Until until)
{
    std::map<Partition, std::int64_t> offsets;
    if (partitions.empty()) return offsets;
    const PartitionList list = make_list(partitions, where);
    if (const auto code = rd_kafka_offsets_for_times(client, list.get(), milliseconds(until))) return unanswered(code);
    for (const auto& entry : list) {
        if (entry.err) return errc_of(entry.err);
        offsets[partition_in(entry)] = entry.offset;
    }
    return offsets;
}

Result<std::vector<Partition>> partitions_there(rd_kafka_t* client, const Options& options, const std::string& only,
                                                Until until)
{
    const rd_kafka_metadata_t* answer = nullptr;
    if (const auto code = rd_kafka_metadata(client, 1, nullptr, &answer, milliseconds(until))) return unanswered(code);
    const Metadata metadata(answer);
    std::vector<Partition> partitions;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
        const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
        const std::string name = topic.topic;
        if (name.starts_with("__") || !name.starts_with(options.prefix) || topic.err) continue;
        if (!only.empty() && name != only) continue;
        for (int part = 0; part < topic.partition_cnt; ++part) partitions.emplace_back(name, part);
    }
    std::ranges::sort(partitions);
    return partitions;
}

Result<std::vector<std::string>> groups_there(rd_kafka_t* client, const Options& options, Until until)
{
    const Queue queue(rd_kafka_queue_new(client));
    const AdminOptions admin = admin_options(client, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS, until);
    rd_kafka_ListConsumerGroups(client, admin.get(), queue.get());
    const Result<Happening> answer = answer_on(queue, until);
    if (!answer) return answer.error();
    return groups_in(rd_kafka_event_ListConsumerGroups_result(answer->get()), options.prefix);
}

Result<std::vector<StoredEvent>> fetch(rd_kafka_t* client, const Options& options, const Wanted& wanted,
                                       const PartitionOffsets& from, std::size_t max, Until until)
{
    const std::string full = options.prefix + wanted.topic;
    std::vector<Partition> partitions;
    for (const auto& [partition, offset] : from) partitions.emplace_back(full, partition);
    const auto first = offsets_at(client, partitions, RD_KAFKA_OFFSET_BEGINNING, until);
    if (!first) return first.error();
    const auto ends = offsets_at(client, partitions, RD_KAFKA_OFFSET_END, until);
    if (!ends) return ends.error();
    const Handle reader = make_client(RD_KAFKA_CONSUMER, client_configuration(options, nullptr));
    const Queue queue(rd_kafka_queue_new(reader.get()));
    const std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>> handle(
        rd_kafka_topic_new(reader.get(), full.c_str(), nullptr));
    std::vector<StoredEvent> events;
    std::set<std::string> seen;
    for (const Partition& partition : partitions) {
        const std::int64_t end_offset = ends->at(partition);
        std::int64_t next = std::max(from.at(partition.second), first->at(partition));
        std::size_t taken = 0;
        if (next >= end_offset) continue;
        if (rd_kafka_consume_start_queue(handle.get(), partition.second, next, queue.get())) return Errc::unavailable;
        while (next < end_offset && taken < max) {
            if (Until::clock::now() > until) return Errc::timed_out;
            const Message message(rd_kafka_consume_queue(queue.get(), 100));
            if (!message || message->err || message->partition != partition.second || message->offset < next) continue;
            next = message->offset + 1;
            std::string why;
            Result<StoredEvent> stored = event_in(*message, wanted.topic, why);
            if (!stored || (!wanted.key.empty() && stored->event.subject != wanted.key)) continue;
            if (!seen.insert(stored->event.id.value).second) continue;
            events.push_back(std::move(*stored));
            ++taken;
        }
        (void)rd_kafka_consume_stop(handle.get(), partition.second);
    }
    return events;
}

} // namespace harvest::kafka
