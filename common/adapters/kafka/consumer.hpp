// One consumer of a group, or one without a group that starts at the ends. The poller fetches ahead into a bounded
// buffer; the reader takes from it and commits what it has taken.
#pragma once

#include "common/adapters/kafka/producer.hpp"
#include "common/adapters/kafka/seen_ids.hpp"
#include "common/ports/event_log.hpp"
#include "common/runtime/one_shot.hpp"

#include <atomic>
#include <deque>

namespace harvest::kafka {

class Consumer final : public Source, public std::enable_shared_from_this<Consumer> {
public:
    Consumer(const Options& options, Subscription subscription, std::shared_ptr<Producer> producer, Poller& poller,
             Reach& reach, const Clock& clock);
    ~Consumer() override;

    // The reader's side, any thread. Up to `max` events; if there is none, `gate` opens once there may be one.
    // Errors: unavailable (not in place yet).
    Result<std::vector<StoredEvent>> take(std::size_t max, const std::shared_ptr<Gate>& gate);
    // Errors of the outcome: conflict (some of it went to another reader, the rest is kept), unavailable.
    std::shared_ptr<OneShot<void>> commit();
    // Leaves the group; the poller then lets go of it.
    void close();

    Served serve() override;

private:
    struct Progress {
        std::int64_t deliver_from{}; // what is below was committed before: it only tells which ids were seen
        std::int64_t next{};         // what is below has been fetched
        std::int64_t delivered = -1; // one past the last that the reader has
        std::int64_t committed = -1; // what was last kept for the group
        SeenIds seen;
    };
    struct Fetched {
        StoredEvent stored;
        bool skip = false; // only moves the position: a double, or set aside
    };
    struct Aside {
        Event event;
        Partition from;
        std::int64_t offset{};
        bool under_way = false;
    };

    struct Commit {
        std::shared_ptr<OneShot<void>> done;
        bool lost = false;
    };

    static void committed(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* kept,
                          void* ticket);
    static void rebalance(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions,
                          void* self);
    void assign(rd_kafka_topic_partition_list_t* partitions);
    void revoke(const rd_kafka_topic_partition_list_t* partitions);
    void place_at_first();
    Result<void> place_at_ends(Millis longest);
    void receive(const rd_kafka_message_t& message);
    void set_aside(const rd_kafka_message_t& message, const std::string& topic, const std::string& why);
    void send_asides();
    // How the setting aside of one ended; `topic` is that of the parked.
    void parked(const EventId& id, const std::string& topic, const Result<void>& outcome);
    void keep_pace();
    Served serve_closing();
    bool joining() const;
    bool ephemeral() const { return subscription_.group.empty(); }

    const Options options_;
    const Subscription subscription_;
    const std::shared_ptr<Producer> producer_;
    Poller& poller_;
    Reach& reach_;
    const Clock& clock_;
    Handle client_;
    Queue queue_, closing_queue_;

    std::mutex mutex_;
    std::map<Partition, Progress> progress_;
    std::deque<Fetched> buffer_;
    std::deque<Aside> asides_;
    std::map<std::uintptr_t, Commit> commits_; // under way
    std::uintptr_t commits_made_ = 0;
    std::shared_ptr<Gate> waiting_;
    bool placed_ = false, paused_ = false, lost_ = false, closing_ = false, asides_told_ = false;
    std::atomic<bool> assigned_once_{false};
    Millis place_again_{}, asides_again_{};
};

} // namespace harvest::kafka
