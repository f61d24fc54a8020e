// What the readers of a SqlEventLog on several threads share: the ends of all partitions, who waits, who is in which
// group.
#pragma once

#include "common/adapters/sql/event_log.hpp"
#include "common/adapters/sql/event_rows.hpp"
#include "common/runtime/one_shot.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

namespace harvest::sql {

inline std::vector<Partition> partitions_of(const std::vector<std::string>& topics)
{
    std::vector<Partition> list;
    for (const std::string& topic : topics)
        for (std::int32_t part = 0; part < event_partitions; ++part) list.emplace_back(topic, part);
    return list;
}

struct SqlEventLog::State {
    State(Database& database_port, Clock& clock_port, TopicRetention kept)
        : database(database_port),
          clock(clock_port),
          retention(std::move(kept))
    {
    }

    Database& database;
    Clock& clock;
    const TopicRetention retention;
    std::mutex mutex;
    Offsets ends;
    std::vector<std::shared_ptr<Gate>> waiting; // in order of coming, so that a simulation wakes them in the same one
    std::map<std::string, std::vector<const Subscription*>> groups; // one a reader, in order of joining

    void appended(std::span<const Appended> notes)
    {
        std::vector<std::shared_ptr<Gate>> woken;
        {
            const std::lock_guard lock(mutex);
            for (const Appended& note : notes) {
                std::int64_t& end = ends[{note.topic, note.partition}];
                end = std::max(end, note.end_offset);
            }
            woken.swap(waiting);
        }
        for (const auto& gate : woken) gate->open();
    }

    // With the lock held, as those below. A change of members makes each of the group begin anew from what is
    // committed.
    void wake_all()
    {
        for (const auto& gate : std::exchange(waiting, {})) gate->open();
    }

    // Partition i belongs to the i-th reader of the group, round and round.
    std::vector<Partition> share_of(const Subscription& reader) const
    {
        const auto& members = groups.at(reader.group);
        const auto self = static_cast<std::size_t>(std::ranges::find(members, &reader) - members.begin());
        std::vector<Partition> mine = partitions_of(reader.topics);
        std::erase_if(mine, [&](const Partition& partition) {
            return static_cast<std::size_t>(partition.second) % members.size() != self;
        });
        return mine;
    }
};

} // namespace harvest::sql
