#include "common/adapters/kafka/producer.hpp"

#include "common/adapters/kafka/record.hpp"
#include "common/base/log.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace harvest::kafka {
namespace {

constexpr Millis reopen_pause{1'000};
constexpr std::int64_t largest_record = 4 * 1024 * 1024; // a parked record is larger than what it holds

Millis steady_now()
{
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

// The events of one append; whichever ends last answers.
class Batch {
public:
    // One part more than there are events: the sender's own, so that no report ends it before all are under way.
    Batch(std::size_t events, Producer::Delivered delivered) : waiting_(events + 1), delivered_(std::move(delivered)) {}

    void reported(const rd_kafka_message_t& message)
    {
        end(1, rd_kafka_message_status(&message) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED, message.err);
    }

    void sent(std::size_t not_taken, rd_kafka_resp_err_t code) { end(not_taken + 1, false, code); }

private:
    void end(std::size_t parts, bool may_be_there, rd_kafka_resp_err_t code)
    {
        {
            const std::lock_guard lock(mutex_);
            some_there_ = some_there_ || may_be_there;
            if (code && code != RD_KAFKA_RESP_ERR__PURGE_QUEUE) why_ = errc_of(code);
            if (code) all_there_ = false;
            waiting_ -= parts;
            if (waiting_ > 0) return;
        }
        if (all_there_) return delivered_(Result<void>{});
        delivered_(make_error_code(some_there_ ? Errc::in_doubt : why_));
    }

    std::mutex mutex_;
    std::size_t waiting_;
    bool some_there_ = false, all_there_ = true;
    Errc why_ = Errc::unavailable;
    Producer::Delivered delivered_;
};

rd_kafka_vu_t argument(rd_kafka_vtype_t kind)
{
    rd_kafka_vu_t value{};
    value.vtype = kind;
    return value;
}

// Errors of the library mean that the record was not taken.
Fault produce(rd_kafka_t* client, const std::string& topic, std::int32_t partition, const Event& event, void* opaque)
{
    std::array<rd_kafka_vu_t, 7> args{
        argument(RD_KAFKA_VTYPE_TOPIC),   argument(RD_KAFKA_VTYPE_PARTITION), argument(RD_KAFKA_VTYPE_MSGFLAGS),
        argument(RD_KAFKA_VTYPE_KEY),     argument(RD_KAFKA_VTYPE_VALUE),     argument(RD_KAFKA_VTYPE_OPAQUE),
        argument(RD_KAFKA_VTYPE_HEADERS),
    };
    Headers headers = headers_of(event);
    args[0].u.cstr = topic.c_str();
    args[1].u.i32 = partition;
    args[2].u.i = RD_KAFKA_MSG_F_COPY;
    args[3].u.mem = {const_cast<char*>(event.subject.data()), event.subject.size()};
    args[4].u.mem = {const_cast<char*>(event.data.data()), event.data.size()};
    args[5].u.ptr = opaque;
    args[6].u.headers = headers.get();
    Fault fault(rd_kafka_produceva(client, args.data(), args.size()));
    if (!fault) (void)headers.release(); // the record owns them now
    return fault;
}

} // namespace

Producer::Producer(Options options, Poller& poller, Reach& reach)
    : options_(std::move(options)),
      poller_(poller),
      reach_(reach),
      client_(open())
{
}

Producer::~Producer() = default;

std::shared_ptr<rd_kafka_t> Producer::open()
{
    Configuration configuration = client_configuration(options_, this);
    set(configuration, "enable.idempotence", "true");
    // A record that fails must not let a later one of its partition through: a retry would come in another order.
    set(configuration, "enable.gapless.guarantee", "true");
    set(configuration, "acks", "all");
    set(configuration, "compression.type", options_.compression);
    set(configuration, "linger.ms", options_.linger.count());
    set(configuration, "message.timeout.ms", options_.delivery_timeout.count());
    set(configuration, "message.max.bytes", largest_record);
    set(configuration, "queue.buffering.max.messages", static_cast<std::int64_t>(options_.send_queue));
    rd_kafka_conf_set_dr_msg_cb(configuration.get(), report);
    rd_kafka_conf_set_error_cb(configuration.get(), [](rd_kafka_t*, int code, const char* why, void* self) {
        if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) static_cast<Producer*>(self)->reach_.lost(why);
    });
    std::shared_ptr<rd_kafka_t> client = make_client(RD_KAFKA_PRODUCER, std::move(configuration));
    poller_.watch(Queue(rd_kafka_queue_get_main(client.get())));
    return client;
}

void Producer::report(rd_kafka_t*, const rd_kafka_message_t* message, void* self)
{
    if (!message->err) static_cast<Producer*>(self)->reach_.found();
    const std::unique_ptr<std::shared_ptr<Batch>> batch(static_cast<std::shared_ptr<Batch>*>(message->_private));
    (*batch)->reported(*message);
}

Result<void> Producer::send(const std::string& topic, std::span<const Event> events, Delivered delivered)
{
    const auto batch = std::make_shared<Batch>(events.size(), std::move(delivered));
    std::size_t taken = 0;
    rd_kafka_resp_err_t refused = RD_KAFKA_RESP_ERR_NO_ERROR;
    {
        const std::lock_guard lock(mutex_);
        if (closing_since_) return Errc::canceled;
        if (static_cast<std::size_t>(rd_kafka_outq_len(client_.get())) + events.size() > options_.send_queue)
            return Errc::resource_exhausted;
        const auto partitions = partitions_.find(topic);
        if (partitions == partitions_.end()) return Errc::not_found;
        for (const Event& event : events) {
            auto kept = std::make_unique<std::shared_ptr<Batch>>(batch);
            const std::int32_t partition = partition_of(event.subject, partitions->second);
            const Fault fault = produce(client_.get(), topic, partition, event, kept.get());
            refused = rd_kafka_error_code(fault.get());
            if (fault) break;
            (void)kept.release(); // report() takes it
            ++taken;
        }
    }
    if (refused && taken == 0) return errc_of(refused);
    batch->sent(events.size() - taken, refused);
    return {};
}

Result<std::int32_t> Producer::partitions_of(const std::string& topic, Millis longest)
{
    if (const auto known = known_partitions_of(topic)) return *known;
    const std::shared_ptr<rd_kafka_t> asked = client();
    const std::unique_ptr<rd_kafka_topic_t, Destroy<rd_kafka_topic_destroy>> handle(
        rd_kafka_topic_new(asked.get(), topic.c_str(), nullptr));
    const rd_kafka_metadata_t* answer = nullptr;
    const rd_kafka_resp_err_t code =
        rd_kafka_metadata(asked.get(), 0, handle.get(), &answer, static_cast<int>(longest.count()));
    if (code) return errc_of(code) == Errc::timed_out ? Errc::unavailable : errc_of(code);
    const Metadata metadata(answer);
    if (metadata->topic_cnt != 1) return Errc::not_found;
    const rd_kafka_metadata_topic_t& found = metadata->topics[0];
    if (found.err) return errc_of(found.err);
    const std::lock_guard lock(mutex_);
    return partitions_[topic] = found.partition_cnt;
}

std::optional<std::int32_t> Producer::known_partitions_of(const std::string& topic) const
{
    const std::lock_guard lock(mutex_);
    const auto known = partitions_.find(topic);
    if (known == partitions_.end()) return std::nullopt;
    return known->second;
}

std::shared_ptr<rd_kafka_t> Producer::client() const
{
    const std::lock_guard lock(mutex_);
    return client_;
}

void Producer::close()
{
    {
        const std::lock_guard lock(mutex_);
        if (!closing_since_) closing_since_ = steady_now();
    }
    poller_.wake();
}

// After a fatal error (librdkafka, "Idempotent Producer") a client sends nothing more: its records are given up, in
// doubt where they may have arrived, and a new client goes on.
void Producer::reopen()
{
    std::array<char, 512> why{};
    (void)rd_kafka_fatal_error(client_.get(), why.data(), why.size());
    log::warn("the Kafka producer starts anew",
              {{"event.action", "kafka.producer_restarted"}, {"error.message", why.data()}});
    (void)rd_kafka_purge(client_.get(),
                         RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    reopen_at_ = steady_now() + reopen_pause; // should open() throw: a certificate that cannot be read just now
    std::shared_ptr<rd_kafka_t> fresh = open();
    const std::lock_guard lock(mutex_);
    broken_.push_back(std::exchange(client_, std::move(fresh)));
}

Served Producer::serve()
{
    std::vector<std::shared_ptr<rd_kafka_t>> all;
    std::optional<Millis> closing_since;
    {
        const std::lock_guard lock(mutex_);
        all = broken_;
        all.push_back(client_);
        closing_since = closing_since_;
    }
    int left = 0;
    for (const auto& each : all) {
        (void)rd_kafka_poll(each.get(), 0);
        left += rd_kafka_outq_len(each.get());
    }
    if (rd_kafka_fatal_error(all.back().get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR && steady_now() >= reopen_at_)
        reopen();
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(broken_, [](const auto& each) { return rd_kafka_outq_len(each.get()) == 0; });
    }
    if (!closing_since) return Served::idle;
    if (left == 0) return Served::ended;
    if (steady_now() > *closing_since + options_.request_timeout)
        (void)rd_kafka_purge(all.back().get(),
                             RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    return Served::idle;
}

} // namespace harvest::kafka
