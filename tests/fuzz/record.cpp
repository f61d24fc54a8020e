// H3, H9: Kafka records of any headers, key and value are events or are parked, and either way nothing of them is lost;
// of an ENet packet the message inside is what was wrapped.
#include "common/adapters/kafka/record.hpp"

#include "common/adapters/enet/framing.hpp"
#include "common/adapters/enet/wire_format.hpp"
#include "common/base/encoding.hpp"
#include "common/protocol/events.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

namespace {

using namespace harvest;

void check(bool claim)
{
    if (!claim) std::abort();
}

struct Record {
    kafka::Headers headers{rd_kafka_headers_new(8)};
    std::string key;
    std::optional<std::string> value;
};

// "name: value" a line, of which "key" is the record's; behind an empty line its value.
Record record_in(std::string_view text)
{
    Record record;
    while (!text.empty() && !record.value) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const std::size_t colon = line.find(": ");
        const std::string name(line.substr(0, colon));
        const std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 2);
        if (line.empty())
            record.value = text;
        else if (name == "key")
            record.key = value;
        else
            rd_kafka_header_add(record.headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                                static_cast<ssize_t>(value.size()));
    }
    return record;
}

// Messages as librdkafka itself makes them, without a broker: what is produced is purged, and so comes back.
class Echo {
public:
    Echo()
    {
        kafka::Configuration configuration(rd_kafka_conf_new());
        rd_kafka_conf_set_events(configuration.get(), RD_KAFKA_EVENT_DR);
        producer_ = kafka::make_client(RD_KAFKA_PRODUCER, std::move(configuration));
        queue_.reset(rd_kafka_queue_get_main(producer_.get()));
    }

    template <class Use>
    void operator()(Record record, Use use)
    {
        std::array<rd_kafka_vu_t, 6> what{};
        what[0] = {.vtype = RD_KAFKA_VTYPE_TOPIC, .u = {.cstr = "harvest.game"}};
        what[1] = {.vtype = RD_KAFKA_VTYPE_PARTITION, .u = {.i32 = 0}};
        what[2] = {.vtype = RD_KAFKA_VTYPE_KEY, .u = {.mem = {record.key.data(), record.key.size()}}};
        what[3] = {.vtype = RD_KAFKA_VTYPE_VALUE, .u = {.mem = {nullptr, 0}}};
        if (record.value) what[3].u.mem = {record.value->data(), record.value->size()};
        what[4] = {.vtype = RD_KAFKA_VTYPE_HEADERS, .u = {.headers = record.headers.get()}};
        what[5] = {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u = {.i = RD_KAFKA_MSG_F_COPY}};
        check(rd_kafka_produceva(producer_.get(), what.data(), what.size()) == nullptr);
        (void)record.headers.release(); // the message's now
        check(rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE) == RD_KAFKA_RESP_ERR_NO_ERROR);
        const kafka::Happening back(rd_kafka_queue_poll(queue_.get(), 10'000));
        const rd_kafka_message_t* const message = rd_kafka_event_message_next(back.get());
        check(message != nullptr);
        use(*message);
    }

private:
    kafka::Handle producer_;
    kafka::Queue queue_;
};

bool same(const Event& one, const Event& other)
{
    return one.id == other.id && one.type == other.type && one.source == other.source && one.subject == other.subject &&
           one.traceparent == other.traceparent && one.time == other.time && one.data == other.data;
}

void check_record(std::string_view text)
{
    static Echo echo;
    std::optional<Event> event;
    echo(record_in(text), [&](const rd_kafka_message_t& message) {
        std::string why;
        Result<StoredEvent> read = kafka::event_in(message, "harvest.game", why);
        check(read.has_value() == why.empty());
        if (read) event = std::move(read->event);
        const Event parked = kafka::parked_event(message, "harvest.game", "match", why, 1s);
        const auto kept = protocol::decode<protocol::ParkedRecord>(parked.data);
        const Record record = record_in(text);
        check(kept && kept->key == to_base64url(as_bytes(record.key)) &&
              kept->value == to_base64url(as_bytes(record.value.value_or(""))));
    });
    if (!event) return;
    Record written{kafka::headers_of(*event), event->subject, event->data};
    echo(std::move(written), [&](const rd_kafka_message_t& message) {
        std::string why;
        const Result<StoredEvent> again = kafka::event_in(message, "harvest.game", why);
        check(again && same(again->event, *event));
    });
}

void check_packet(std::span<const std::uint8_t> bytes)
{
    using namespace harvest::enet;
    if (bytes.size() < 4) return;
    const std::uint32_t client = le32(bytes.data());
    const auto packet = bytes.subspan(4);
    const Framing framing = detect_framing(packet, client);
    const auto message = unwrap(framing, packet);
    check(message.has_value()); // of the first packet, which told the framing
    std::array<std::uint8_t, godot3_header> header{};
    const std::size_t length = write_header(framing, client, header);
    check(message->size() + length == packet.size() && std::ranges::equal(as_bytes(*message), packet.subspan(length)));
    check(framing == Framing::raw || std::ranges::equal(packet.first(4), bytes.first(4)));
    std::vector<std::uint8_t> ours(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(length));
    ours.insert(ours.end(), packet.begin(), packet.end());
    const auto back = unwrap(framing, ours);
    check(back && std::ranges::equal(as_bytes(*back), packet));
    check(packet.size() >= godot3_header || !unwrap(Framing::godot3, packet));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    check_record({reinterpret_cast<const char*>(data), size});
    check_packet({data, size});
    return 0;
}
