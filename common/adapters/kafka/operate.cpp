#include "common/adapters/kafka/operate.hpp"

#include "common/adapters/kafka/question.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace harvest::kafka {
namespace {

using ConfigResource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroy<rd_kafka_ConfigResource_destroy>>;
using AlterOffsets =
    std::unique_ptr<rd_kafka_AlterConsumerGroupOffsets_t, Destroy<rd_kafka_AlterConsumerGroupOffsets_destroy>>;

std::string broker_name(const rd_kafka_metadata_t& metadata, std::int32_t id)
{
    for (int i = 0; i < metadata.broker_cnt; ++i)
        if (metadata.brokers[i].id == id)
            return fmt::format("{}:{}", metadata.brokers[i].host, metadata.brokers[i].port);
    return "none";
}

// retention.ms of a topic; zero: for ever.
Result<Millis> retention_of(rd_kafka_t* client, const std::string& full, Until until)
{
    const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, full.c_str()));
    rd_kafka_ConfigResource_t* wanted = resource.get();
    const Queue queue(rd_kafka_queue_new(client));
    const AdminOptions admin = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, until);
    rd_kafka_DescribeConfigs(client, &wanted, 1, admin.get(), queue.get());
    const Result<Happening> answer = answer_on(queue, until);
    if (!answer) return answer.error();
    std::size_t count = 0, entries = 0;
    const rd_kafka_ConfigResource_t** resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer->get()), &count);
    if (count != 1) return Errc::unavailable;
    if (const auto code = rd_kafka_ConfigResource_error(resources[0])) return unanswered(code);
    const rd_kafka_ConfigEntry_t** configs = rd_kafka_ConfigResource_configs(resources[0], &entries);
    for (std::size_t i = 0; i < entries; ++i) {
        if (std::string_view(rd_kafka_ConfigEntry_name(configs[i])) != "retention.ms") continue;
        const char* value = rd_kafka_ConfigEntry_value(configs[i]);
        const std::string_view text = value ? value : "";
        std::int64_t kept{};
        (void)std::from_chars(text.data(), text.data() + text.size(), kept);
        return Millis{std::max<std::int64_t>(kept, 0)};
    }
    return Millis{};
}

GroupDetail detail_of(const rd_kafka_ConsumerGroupDescription_t* description, const std::string& prefix)
{
    GroupDetail detail;
    detail.group = std::string(rd_kafka_ConsumerGroupDescription_group_id(description)).substr(prefix.size());
    const auto state = rd_kafka_ConsumerGroupDescription_state(description);
    detail.settled = state != RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE &&
                     state != RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE;
    for (std::size_t i = 0; i < rd_kafka_ConsumerGroupDescription_member_count(description); ++i) {
        const rd_kafka_MemberDescription_t* member = rd_kafka_ConsumerGroupDescription_member(description, i);
        GroupMember one;
        one.id = rd_kafka_MemberDescription_client_id(member);
        one.host = rd_kafka_MemberDescription_host(member);
        if (one.host.starts_with('/')) one.host.erase(0, 1);
        const rd_kafka_MemberAssignment_t* assigned = rd_kafka_MemberDescription_assignment(member);
        const rd_kafka_topic_partition_list_t* list =
            assigned ? rd_kafka_MemberAssignment_partitions(assigned) : nullptr;
        for (int each = 0; list && each < list->cnt; ++each) {
            Partition partition = partition_in(list->elems[each]);
            if (!partition.first.starts_with(prefix)) continue;
            partition.first.erase(0, prefix.size());
            one.partitions.push_back(std::move(partition));
        }
        detail.members.push_back(std::move(one));
    }
    return detail;
}

// A coordinator takes offsets from outside only while nobody reads.
Errc refusal(rd_kafka_resp_err_t code)
{
    return code == RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP ? Errc::conflict : unanswered(code);
}

} // namespace

Result<TopicDetail> describe_topic(rd_kafka_t* client, const Options& options, const std::string& topic, Until until)
{
    const std::string full = options.prefix + topic;
    const rd_kafka_metadata_t* answer = nullptr;
    if (const auto code = rd_kafka_metadata(client, 1, nullptr, &answer, milliseconds(until))) return unanswered(code);
    const Metadata metadata(answer);
    TopicDetail detail;
    detail.topic = topic;
    std::vector<Partition> partitions;
    for (int i = 0; i < metadata->topic_cnt; ++i) {
        const rd_kafka_metadata_topic_t& each = metadata->topics[i];
        if (full != each.topic || each.err) continue;
        for (int part = 0; part < each.partition_cnt; ++part) {
            const rd_kafka_metadata_partition_t& partition = each.partitions[part];
            partitions.emplace_back(full, partition.id);
            detail.partitions.push_back({partition.id, 0, 0, broker_name(*metadata, partition.leader),
                                         partition.replica_cnt, partition.isr_cnt});
        }
    }
    if (detail.partitions.empty()) return Errc::not_found;
    std::ranges::sort(detail.partitions, {}, &PartitionDetail::partition);
    const auto first = offsets_at(client, partitions, RD_KAFKA_OFFSET_BEGINNING, until);
    if (!first) return first.error();
    const auto ends = offsets_at(client, partitions, RD_KAFKA_OFFSET_END, until);
    if (!ends) return ends.error();
    for (PartitionDetail& each : detail.partitions) {
        each.first_offset = first->at({full, each.partition});
        each.end_offset = ends->at({full, each.partition});
    }
    const Result<Millis> kept = retention_of(client, full, until);
    if (!kept) return kept.error();
    detail.retention = *kept;
    return detail;
}

Result<std::vector<GroupDetail>> group_details(rd_kafka_t* client, const Options& options, Until until)
{
    const Result<std::vector<std::string>> names = groups_there(client, options, until);
    if (!names) return names.error();
    std::vector<GroupDetail> details;
    if (names->empty()) return details;
    std::vector<const char*> wanted;
    for (const std::string& name : *names) wanted.push_back(name.c_str());
    const Queue queue(rd_kafka_queue_new(client));
    const AdminOptions admin = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, until);
    rd_kafka_DescribeConsumerGroups(client, wanted.data(), wanted.size(), admin.get(), queue.get());
    const Result<Happening> answer = answer_on(queue, until);
    if (!answer) return answer.error();
    std::size_t count = 0;
    const rd_kafka_ConsumerGroupDescription_t** found = rd_kafka_DescribeConsumerGroups_result_groups(
        rd_kafka_event_DescribeConsumerGroups_result(answer->get()), &count);
    for (std::size_t i = 0; i < count; ++i) {
        if (const rd_kafka_error_t* error = rd_kafka_ConsumerGroupDescription_error(found[i]);
            error && rd_kafka_error_code(error))
            return unanswered(rd_kafka_error_code(error));
        details.push_back(detail_of(found[i], options.prefix));
    }
    std::ranges::sort(details, {}, &GroupDetail::group);
    return details;
}

Result<PartitionOffsets> offsets_of_time(rd_kafka_t* client, const Options& options, const std::string& topic,
                                         Millis time, Until until)
{
    const auto partitions = partitions_there(client, options, options.prefix + topic, until);
    if (!partitions) return partitions.error();
    const auto found = offsets_at(client, *partitions, std::max<std::int64_t>(time.count(), 0), until);
    if (!found) return found.error();
    const auto ends = offsets_at(client, *partitions, RD_KAFKA_OFFSET_END, until);
    if (!ends) return ends.error();
    PartitionOffsets offsets;
    for (const auto& [partition, offset] : *found)
        offsets[partition.second] = offset < 0 ? ends->at(partition) : offset;
    return offsets;
}

Result<void> reset_group(rd_kafka_t* client, const Options& options, const std::string& group, const std::string& topic,
                         const PartitionOffsets& to, Until until)
{
    const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(to.size())));
    for (const auto& [partition, offset] : to)
        rd_kafka_topic_partition_list_add(list.get(), (options.prefix + topic).c_str(), partition)->offset = offset;
    const AlterOffsets change(rd_kafka_AlterConsumerGroupOffsets_new((options.prefix + group).c_str(), list.get()));
    rd_kafka_AlterConsumerGroupOffsets_t* wanted = change.get();
    const Queue queue(rd_kafka_queue_new(client));
    const AdminOptions admin = admin_options(client, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, until);
    rd_kafka_AlterConsumerGroupOffsets(client, &wanted, 1, admin.get(), queue.get());
    const Happening answer(rd_kafka_queue_poll(queue.get(), milliseconds(until)));
    if (!answer) return Errc::in_doubt;
    if (const auto code = rd_kafka_event_error(answer.get())) return refusal(code);
    std::size_t count = 0;
    const rd_kafka_group_result_t** results = rd_kafka_AlterConsumerGroupOffsets_result_groups(
        rd_kafka_event_AlterConsumerGroupOffsets_result(answer.get()), &count);
    if (count != 1) return Errc::in_doubt;
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(results[0]))
        return refusal(rd_kafka_error_code(error));
    const rd_kafka_topic_partition_list_t* done = rd_kafka_group_result_partitions(results[0]);
    for (int i = 0; done && i < done->cnt; ++i)
        if (done->elems[i].err) return refusal(done->elems[i].err);
    return {};
}

} // namespace harvest::kafka
