// The sending side: idempotent, acks=all, in order per partition and without gaps, a delivery report for each event.
#pragma once

#include "common/adapters/kafka/poller.hpp"
#include "common/ports/records/event.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>

namespace harvest::kafka {

class Producer final : public Source {
public:
    // Called once, on any thread. Errors: in_doubt (some may be there), not_found (no such topic),
    // invalid_argument (too big), resource_exhausted, permission_denied, unavailable.
    using Delivered = std::function<void(Result<void>)>;

    Producer(Options options, Poller& poller, Reach& reach);
    ~Producer() override;

    // Any thread. An error: none of them was taken, and `delivered` is not called.
    Result<void> send(const std::string& topic, std::span<const Event> events, Delivered delivered);
    // The number of the topic's partitions, asked once. Blocks. Errors: not_found, unavailable.
    Result<std::int32_t> partitions_of(const std::string& topic, Millis longest);
    // What is known of that without asking.
    std::optional<std::int32_t> known_partitions_of(const std::string& topic) const;
    // Any client will do for a question; it lives as long as it is held.
    std::shared_ptr<rd_kafka_t> client() const;
    // Sends what is left, then ends. No send() after this.
    void close();

    Served serve() override;

private:
    std::shared_ptr<rd_kafka_t> open();
    void reopen();
    static void report(rd_kafka_t* client, const rd_kafka_message_t* message, void* self);

    Options options_;
    Poller& poller_;
    Reach& reach_;
    mutable std::mutex mutex_;
    std::shared_ptr<rd_kafka_t> client_;
    std::vector<std::shared_ptr<rd_kafka_t>> broken_; // served until their last report
    std::map<std::string, std::int32_t> partitions_;
    std::optional<Millis> closing_since_;
    Millis reopen_at_{}; // not sooner; the poller's own
};

} // namespace harvest::kafka
