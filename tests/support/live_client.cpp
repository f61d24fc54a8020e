#include "tests/support/live_client.hpp"

#include <catch2/catch.hpp>

namespace harvest::test {

AsyncResult<void> LiveClient::connect()
{
    Endpoint anywhere;
    return link_->connect(std::move(anywhere), clock_.after(5s));
}

Result<void> LiveClient::send(std::string_view bytes)
{
    contract_.said(bytes);
    return link_->send(bytes);
}

AsyncResult<std::string> LiveClient::hear(Deadline by)
{
    Result<std::string> frame = co_await link_->receive(by);
    if (frame)
        if (const std::string fault = contract_.told(*frame); !fault.empty()) FAIL_CHECK(*frame << ": " << fault);
    co_return frame;
}

void LiveClient::keep(protocol::ServerMessage& message)
{
    const std::int64_t seq = message.seq.value_or(0);
    if (seq > 0) { // those without a number are not sent again
        if (seq != last_seq + 1) ++sequence_faults;
        last_seq = seq;
    }
    pushes.push_back({*message.op, seq, message.data ? message.data->text : std::string()});
}

AsyncResult<std::string> LiveClient::call(std::string op, std::string data, std::string key)
{
    const std::int64_t id = next_id_++;
    const Result<void> sent = send(protocol::encode_request(op, id, data, key));
    if (!sent) {
        ended_ = true;
        co_return sent.error();
    }
    const Deadline by = clock_.after(10s);
    for (;;) {
        const Result<std::string> bytes = co_await hear(by);
        if (!bytes) {
            ended_ |= bytes.error() == Errc::canceled;
            co_return bytes.error();
        }
        auto message = protocol::decode<protocol::ServerMessage>(*bytes, nullptr, protocol::Unknown::ignore);
        if (!message) co_return Errc::data_loss;
        if (!message->re) {
            keep(*message);
            continue;
        }
        if (*message->re != id) continue;
        if (message->error) {
            error_text = message->error->code;
            co_return from_wire_code(message->error->code);
        }
        co_return message->data ? message->data->text : std::string();
    }
}

AsyncResult<Push> LiveClient::push(std::string op, Millis within)
{
    const Deadline by = clock_.after(within);
    for (;;) {
        for (auto at = pushes.begin(); at != pushes.end(); ++at) {
            if (!op.empty() && at->op != op) continue;
            Push found = std::move(*at);
            pushes.erase(at);
            co_return found;
        }
        const Result<std::string> bytes = co_await hear(by);
        if (!bytes) {
            ended_ |= bytes.error() == Errc::canceled;
            co_return bytes.error();
        }
        auto message = protocol::decode<protocol::ServerMessage>(*bytes, nullptr, protocol::Unknown::ignore);
        if (message && message->op) keep(*message);
    }
}

Task<bool> LiveClient::closed(Millis within)
{
    const Deadline by = clock_.after(within);
    for (;;) {
        const Result<std::string> bytes = co_await hear(by);
        if (!bytes) {
            ended_ |= bytes.error() == Errc::canceled;
            co_return bytes.error() == Errc::canceled;
        }
        auto message = protocol::decode<protocol::ServerMessage>(*bytes, nullptr, protocol::Unknown::ignore);
        if (message && message->op) keep(*message);
    }
}

} // namespace harvest::test
