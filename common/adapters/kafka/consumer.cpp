#include "common/adapters/kafka/consumer.hpp"

#include "common/adapters/kafka/record.hpp"
#include "common/base/log.hpp"

#include <algorithm>
#include <thread>

namespace harvest::kafka {
namespace {

constexpr int records_at_once = 512;
constexpr std::size_t asides_at_most = 64; // not yet parked; full: the partitions pause
constexpr Millis place_pause{1'000}, aside_pause{1'000};
constexpr Millis place_slice{300}; // of one try of the first placing
constexpr Millis settle_pause{20}; // a broker that makes a topic has some of its partitions sooner than others

} // namespace

Consumer::Consumer(const Options& options, Subscription subscription, std::shared_ptr<Producer> producer,
                   Poller& poller, Reach& reach, const Clock& clock)
    : options_(options),
      subscription_(std::move(subscription)),
      producer_(std::move(producer)),
      poller_(poller),
      reach_(reach),
      clock_(clock)
{
    Configuration configuration = client_configuration(options_, this);
    // The library wants a name even where no group is joined and nothing is kept.
    set(configuration, "group.id", options_.prefix + (ephemeral() ? "none" : subscription_.group));
    if (!ephemeral()) {
        set(configuration, "partition.assignment.strategy", "cooperative-sticky");
        set(configuration, "session.timeout.ms", options_.session_timeout.count());
        set(configuration, "heartbeat.interval.ms", std::max<std::int64_t>(options_.session_timeout.count() / 5, 100));
        rd_kafka_conf_set_rebalance_cb(configuration.get(), rebalance);
    }
    set(configuration, "enable.auto.commit", "false");
    set(configuration, "enable.auto.offset.store", "false");
    set(configuration, "auto.offset.reset", "earliest"); // what was cleared away is behind the oldest event
    set(configuration, "queued.min.messages", static_cast<std::int64_t>(options_.read_ahead));
    set(configuration, "queued.max.messages.kbytes", 8'192);
    set(configuration, "fetch.message.max.bytes", 1'048'576);
    client_ = make_client(RD_KAFKA_CONSUMER, std::move(configuration));
    (void)rd_kafka_poll_set_consumer(client_.get());
    queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
    poller_.watch(queue_);
    if (ephemeral()) {
        place_at_first();
        return;
    }
    placed_ = true;
    const PartitionList topics(rd_kafka_topic_partition_list_new(1));
    for (const std::string& topic : subscription_.topics)
        rd_kafka_topic_partition_list_add(topics.get(), (options_.prefix + topic).c_str(), RD_KAFKA_PARTITION_UA);
    (void)rd_kafka_subscribe(client_.get(), topics.get());
}

Consumer::~Consumer()
{
    for (auto& [ticket, commit] : commits_) commit.done->complete(make_error_code(Errc::unavailable));
    for (const Queue* queue : {&queue_, &closing_queue_}) // a client that is left behind must not call the poller
        if (*queue) rd_kafka_queue_cb_event_enable(queue->get(), nullptr, nullptr);
    closing_queue_.reset();
    queue_.reset();
    if (joining()) {
        [[maybe_unused]] const rd_kafka_t* const left = client_.release(); // it would abort; this is the process's end
        return;
    }
    // Not closed in time: the broker learns of it by the session's end.
    if (client_) rd_kafka_destroy_flags(client_.release(), RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

// What is appended after subscribe() a reader without a group sees, so this asks before that returns, and again where
// the broker cannot tell yet. Nobody waits for brokers that are known to be away: serve() does it once they are back.
void Consumer::place_at_first()
{
    const Millis last = clock_.monotonic() + options_.request_timeout;
    for (Millis left = options_.request_timeout; left > Millis{0}; left = last - clock_.monotonic()) {
        const Result<void> placed = place_at_ends(std::min(left, place_slice));
        if (placed || placed.error() == Errc::not_found || reach_.away()) return;
        std::this_thread::sleep_for(settle_pause);
    }
}

// Errors: not_found (no such topic), unavailable.
Result<void> Consumer::place_at_ends(Millis longest)
{
    std::vector<Partition> partitions;
    for (const std::string& name : subscription_.topics) {
        const Result<std::int32_t> count = producer_->partitions_of(options_.prefix + name, longest);
        if (!count && count.error() == Errc::not_found)
            log::warn("a topic to read does not exist", {{"event.action", "kafka.no_topic"}, {"topic", name}});
        if (!count) return count.error();
        for (std::int32_t part = 0; part < *count; ++part) partitions.emplace_back(options_.prefix + name, part);
    }
    const PartitionList ends = make_list(partitions, RD_KAFKA_OFFSET_END);
    const std::shared_ptr<rd_kafka_t> client = producer_->client();
    if (rd_kafka_offsets_for_times(client.get(), ends.get(), static_cast<int>(longest.count())))
        return Errc::unavailable;
    for (const auto& entry : ends)
        if (entry.err || entry.offset < 0) return Errc::unavailable;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& entry : ends)
            progress_[partition_in(entry)].deliver_from = progress_[partition_in(entry)].next = entry.offset;
        placed_ = true;
    }
    if (rd_kafka_assign(client_.get(), ends.get())) return Errc::unavailable;
    return Result<void>{};
}

void Consumer::rebalance(rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions, void* self)
{
    auto& consumer = *static_cast<Consumer*>(self);
    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
        consumer.assign(partitions);
    else
        consumer.revoke(partitions);
}

void Consumer::assign(rd_kafka_topic_partition_list_t* partitions)
{
    assigned_once_ = true;
    // Begins a window before what is committed, so that a double of what the last owner had is known as one.
    const rd_kafka_resp_err_t asked =
        rd_kafka_committed(client_.get(), partitions, static_cast<int>(options_.request_timeout.count()));
    const auto window = static_cast<std::int64_t>(options_.duplicate_window);
    {
        const std::lock_guard lock(mutex_);
        for (int i = 0; i < partitions->cnt; ++i) {
            rd_kafka_topic_partition_t& entry = partitions->elems[i];
            Progress& progress = progress_[partition_in(entry)] = {};
            if (asked || entry.err) {
                entry.offset = RD_KAFKA_OFFSET_STORED; // the library asks again
                continue;
            }
            progress.deliver_from = progress.committed = std::max<std::int64_t>(entry.offset, 0);
            entry.offset =
                entry.offset < 0 ? RD_KAFKA_OFFSET_BEGINNING : std::max<std::int64_t>(0, entry.offset - window);
        }
        paused_ = false; // keep_pace() pauses the new ones too where the buffer is full
    }
    const Fault fault(rd_kafka_incremental_assign(client_.get(), partitions));
    if (fault)
        log::warn("partitions cannot be taken over",
                  {{"event.action", "kafka.assign"}, {"error.message", rd_kafka_error_string(fault.get())}});
}

void Consumer::revoke(const rd_kafka_topic_partition_list_t* partitions)
{
    {
        const std::lock_guard lock(mutex_);
        for (int i = 0; i < partitions->cnt; ++i) {
            const Partition gone = partition_in(partitions->elems[i]);
            const auto found = progress_.find(gone);
            if (found == progress_.end()) continue;
            lost_ = lost_ || found->second.delivered > found->second.committed;
            progress_.erase(found);
            const std::string name = gone.first.substr(options_.prefix.size());
            std::erase_if(buffer_, [&](const Fetched& each) {
                return each.stored.topic == name && each.stored.partition == gone.second;
            });
        }
    }
    const Fault fault(rd_kafka_incremental_unassign(client_.get(), partitions));
}

void Consumer::receive(const rd_kafka_message_t& message)
{
    if (message.err) {
        if (message.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            log::warn("a topic to read does not exist",
                      {{"event.action", "kafka.no_topic"}, {"error.message", rd_kafka_message_errstr(&message)}});
        return;
    }
    reach_.found();
    const std::string full = rd_kafka_topic_name(message.rkt);
    const std::string topic = full.substr(options_.prefix.size());
    const std::lock_guard lock(mutex_);
    const auto found = progress_.find({full, message.partition});
    // The library may hand out what it had fetched before a pause or from a stale position (librdkafka #4636).
    if (found == progress_.end() || message.offset < found->second.next) return;
    Progress& progress = found->second;
    progress.next = message.offset + 1;
    std::string why;
    Result<StoredEvent> stored = event_in(message, topic, why);
    const bool fresh = stored && progress.seen.add(stored->event.id.value, options_.duplicate_window);
    if (message.offset < progress.deliver_from) return;
    if (!stored && !ephemeral()) set_aside(message, topic, why);
    Fetched fetched;
    fetched.skip = !fresh;
    if (fresh) fetched.stored = std::move(*stored);
    fetched.stored.topic = topic;
    fetched.stored.partition = message.partition;
    fetched.stored.offset = message.offset;
    buffer_.push_back(std::move(fetched));
    if (const auto gate = std::exchange(waiting_, nullptr)) gate->open();
}

// With the lock held.
void Consumer::set_aside(const rd_kafka_message_t& message, const std::string& topic, const std::string& why)
{
    log::warn("a record is no event and is set aside", {{"event.action", "kafka.parked"},
                                                        {"topic", topic},
                                                        {"partition", message.partition},
                                                        {"offset", message.offset},
                                                        {"error.message", why}});
    Aside aside;
    aside.event = parked_event(message, topic, subscription_.group, why, clock_.now());
    aside.from = {options_.prefix + topic, message.partition};
    aside.offset = message.offset;
    asides_.push_back(std::move(aside));
}

// Until it is delivered, commit() stops before it.
void Consumer::send_asides()
{
    std::vector<std::pair<std::string, Event>> to_send;
    {
        const std::lock_guard lock(mutex_);
        if (clock_.monotonic() < asides_again_) return;
        for (Aside& aside : asides_)
            if (!std::exchange(aside.under_way, true)) to_send.emplace_back(aside.from.first, aside.event);
    }
    for (const auto& [full, event] : to_send) {
        const std::string parked = parked_topic(full);
        const auto settle = [weak = weak_from_this(), id = event.id, parked](const Result<void>& outcome) {
            if (const auto self = weak.lock()) self->parked(id, parked, outcome);
        };
        const auto there = producer_->partitions_of(parked, options_.request_timeout);
        const Result<void> sent =
            there ? producer_->send(parked, std::span(&event, 1), settle) : Result<void>(there.error());
        if (!sent) settle(sent);
    }
}

void Consumer::parked(const EventId& id, const std::string& topic, const Result<void>& outcome)
{
    const std::lock_guard lock(mutex_);
    if (outcome) {
        std::erase_if(asides_, [&](const Aside& aside) { return aside.event.id == id; });
        asides_told_ = false;
        return;
    }
    for (Aside& aside : asides_)
        if (aside.event.id == id) aside.under_way = false;
    asides_again_ = clock_.monotonic() + aside_pause;
    if (!std::exchange(asides_told_, true))
        log::error("a record that is no event cannot be set aside: its group keeps no place behind it until it can",
                   {{"event.action", "kafka.not_parked"},
                    {"topic", topic},
                    {"group", subscription_.group},
                    {"error.message", outcome.error().message()}});
}

// A full buffer pauses every partition; when half of it is taken they go on.
void Consumer::keep_pace()
{
    bool pause = false;
    PartitionList list;
    {
        const std::lock_guard lock(mutex_);
        const bool full = buffer_.size() >= options_.read_ahead || asides_.size() >= asides_at_most;
        const bool low = buffer_.size() <= options_.read_ahead / 2 && asides_.size() < asides_at_most;
        if (paused_ ? !low : !full) return;
        pause = paused_ = !paused_;
        std::vector<Partition> all;
        all.reserve(progress_.size());
        for (const auto& [partition, progress] : progress_) all.push_back(partition);
        list = make_list(all);
    }
    (void)(pause ? rd_kafka_pause_partitions(client_.get(), list.get())
                 : rd_kafka_resume_partitions(client_.get(), list.get()));
}

Served Consumer::serve()
{
    bool closing = false, placed = true;
    {
        const std::lock_guard lock(mutex_);
        closing = closing_;
        placed = placed_;
    }
    if (closing) return serve_closing();
    if (!placed && clock_.monotonic() >= place_again_ && !place_at_ends(place_pause))
        place_again_ = clock_.monotonic() + place_pause;
    int count = 0;
    for (; count < records_at_once; ++count) {
        const Message message(rd_kafka_consumer_poll(client_.get(), 0));
        if (!message) break;
        receive(*message);
    }
    keep_pace();
    send_asides();
    return count == records_at_once ? Served::more : Served::idle;
}

// Between the broker's answer to its wish to join and its first assignment: librdkafka before 2.3 aborts if it is
// closed or destroyed there (its issue 4312, cooperative-sticky).
bool Consumer::joining() const
{
    if (ephemeral() || assigned_once_ || !client_) return false;
    char* const member = rd_kafka_memberid(client_.get());
    const bool is_member = member && *member != '\0';
    if (member) rd_kafka_mem_free(client_.get(), member);
    return is_member;
}

Served Consumer::serve_closing()
{
    if (!closing_queue_) {
        while (joining()) {
            const Message message(rd_kafka_consumer_poll(client_.get(), 0));
            if (!message) break;
        }
        if (joining()) return Served::idle;
        closing_queue_.reset(rd_kafka_queue_new(client_.get()));
        poller_.watch(closing_queue_);
        const Fault fault(rd_kafka_consumer_close_queue(client_.get(), closing_queue_.get()));
        if (fault) return Served::ended;
    }
    while (const Happening happening{rd_kafka_queue_poll(closing_queue_.get(), 0)}) {
        if (rd_kafka_event_type(happening.get()) != RD_KAFKA_EVENT_REBALANCE) continue;
        const Fault fault(
            rd_kafka_incremental_unassign(client_.get(), rd_kafka_event_topic_partition_list(happening.get())));
    }
    return rd_kafka_consumer_closed(client_.get()) ? Served::ended : Served::idle;
}

Result<std::vector<StoredEvent>> Consumer::take(std::size_t max, const std::shared_ptr<Gate>& gate)
{
    std::vector<StoredEvent> events;
    bool half_empty = false;
    {
        const std::lock_guard lock(mutex_);
        if (!placed_) return Errc::unavailable;
        while (!buffer_.empty() && events.size() < max) {
            Fetched& front = buffer_.front();
            progress_[{options_.prefix + front.stored.topic, front.stored.partition}].delivered =
                front.stored.offset + 1;
            if (!front.skip) events.push_back(std::move(front.stored));
            buffer_.pop_front();
        }
        if (events.empty()) waiting_ = gate;
        half_empty = paused_ && buffer_.size() <= options_.read_ahead / 2;
    }
    if (half_empty) poller_.wake();
    return events;
}

std::shared_ptr<OneShot<void>> Consumer::commit()
{
    auto done = std::make_shared<OneShot<void>>();
    const std::lock_guard lock(mutex_);
    const bool lost = std::exchange(lost_, false);
    PartitionList list(rd_kafka_topic_partition_list_new(1));
    for (const auto& [partition, progress] : progress_) {
        std::int64_t upto = progress.delivered;
        for (const Aside& aside : asides_)
            if (aside.from == partition) upto = std::min(upto, aside.offset);
        if (upto <= progress.committed) continue;
        rd_kafka_topic_partition_list_add(list.get(), partition.first.c_str(), partition.second)->offset = upto;
    }
    if (ephemeral() || list->cnt == 0) {
        done->complete(lost ? Result<void>(make_error_code(Errc::conflict)) : Result<void>{});
        return done;
    }
    const std::uintptr_t ticket = ++commits_made_;
    commits_[ticket] = {done, lost};
    void* const opaque =
        reinterpret_cast<void*>(ticket); // NOLINT(performance-no-int-to-ptr): a number is all it carries
    if (const auto code = rd_kafka_commit_queue(client_.get(), list.get(), queue_.get(), committed, opaque)) {
        commits_.erase(ticket);
        done->complete(make_error_code(errc_of(code)));
    }
    return done;
}

void Consumer::committed(rd_kafka_t* client, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* kept,
                         void* ticket)
{
    auto& self = *static_cast<Consumer*>(rd_kafka_opaque(client));
    const std::lock_guard lock(self.mutex_);
    const auto asked = self.commits_.extract(reinterpret_cast<std::uintptr_t>(ticket));
    if (asked.empty()) return;
    for (int i = 0; kept && i < kept->cnt; ++i) {
        const rd_kafka_topic_partition_t& entry = kept->elems[i];
        if (!code) code = entry.err;
        const auto found = self.progress_.find(partition_in(entry));
        if (!code && found != self.progress_.end()) found->second.committed = entry.offset;
    }
    Result<void> outcome;
    if (asked.mapped().lost) outcome = make_error_code(Errc::conflict);
    if (code) outcome = make_error_code(errc_of(code));
    asked.mapped().done->complete(outcome);
}

void Consumer::close()
{
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    poller_.wake();
}

} // namespace harvest::kafka
