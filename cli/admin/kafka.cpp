// admin kafka: topics, groups and lag.
#include "cli/admin/client.hpp"
#include "cli/admin/eventlog.hpp"
#include "cli/handlers.hpp"
#include "common/config/values.hpp"

#include <fmt/format.h>

namespace harvest::cli {

Answer admin_kafka_topics(Invocation& invocation)
{
    return named(show(invocation, "/admin/v1/topics",
                      {{"TOPIC", "topic"},
                       {"PART", "partition", Form::number},
                       {"FIRST", "first", Form::number},
                       {"END", "end", Form::number},
                       {"MESSAGES", "messages", Form::number}}),
                 "topic");
}

Answer admin_kafka_describe(Invocation& invocation)
{
    const std::string topic = invocation.argument(0);
    Answer answer = named(show(invocation, "/admin/v1/topics/" + path_segment(topic),
                               {{"TOPIC", "topic"},
                                {"PART", "partition", Form::number},
                                {"LEADER", "leader"},
                                {"REPLICAS", "replicas", Form::number},
                                {"IN SYNC", "in_sync", Form::number},
                                {"FIRST", "first", Form::number},
                                {"END", "end", Form::number},
                                {"MESSAGES", "messages", Form::number},
                                {"KEPT", "retention_seconds", Form::kept}}),
                          "topic");
    if (answer.failure) answer.failure = about_topic(std::move(*answer.failure), invocation, topic);
    return answer;
}

Answer admin_kafka_groups(Invocation& invocation)
{
    return named(show(invocation, "/admin/v1/groups",
                      {{"GROUP", "group"},
                       {"STATE", "state"},
                       {"READERS", "readers", Form::number},
                       {"PARTS", "partitions", Form::number},
                       {"LAG", "lag_messages", Form::number},
                       {"OWNERS", "owners"}}),
                 "group");
}

Answer admin_kafka_lag(Invocation& invocation)
{
    const Millis interval = config::parse_duration(invocation.value_or("interval", "1s")).value();
    if (interval <= Millis{} || interval > Millis{5'000})
        return usage_failure("--interval is 1ms to 5s", "rates are measured over so long", "type: --interval 2s");
    const std::string stuck = invocation.has("stuck-only") ? "&stuck=1" : "";
    return named(show(invocation, fmt::format("/admin/v1/lags?interval_ms={}{}", interval.count(), stuck),
                      {{"GROUP", "group"},
                       {"TOPIC", "topic"},
                       {"PART", "partition", Form::number},
                       {"COMMITTED", "committed", Form::number},
                       {"END", "end", Form::number},
                       {"LAG", "lag_messages", Form::number},
                       {"IN/S", "in_per_second", Form::number},
                       {"OUT/S", "out_per_second", Form::number},
                       {"ETA", "eta_seconds", Form::eta},
                       {"OWNER", "owner"}}),
                 "group");
}

} // namespace harvest::cli
