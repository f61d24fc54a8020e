#include "cli/bots/live_session.hpp"

namespace harvest::bots {
namespace {

constexpr std::size_t max_pushes_kept = 256; // a bot that is busy elsewhere forgets the oldest

} // namespace

LiveSession::LiveSession(World& world, Observer& observer, std::string_view transport, std::string_view local_address)
    : world_(world),
      observer_(observer),
      link_(world.links.make(transport, local_address))
{
}

AsyncResult<void> LiveSession::connect(const Endpoint& endpoint, Deadline by)
{
    const Result<void> up = co_await link_->connect(endpoint, by);
    connected_ = up.has_value();
    last_sent_ = world_.clock.monotonic();
    co_return up;
}

Error LiveSession::noted(const Error& error)
{
    last_code_ = wire_code(classify(error));
    return error;
}

void LiveSession::keep(protocol::ServerMessage message)
{
    if (message.seq && *message.seq > 0) {
        if (*message.seq != last_seq_ + 1) observer_.failed("push", "out_of_sequence");
        last_seq_ = *message.seq;
    }
    if (pushes_.size() == max_pushes_kept) pushes_.pop_front();
    pushes_.push_back({std::move(*message.op), message.data ? std::move(*message.data) : protocol::RawJson{}});
}

// A reply, or nothing if it was a push (which is kept).
AsyncResult<std::optional<LiveSession::Reply>> LiveSession::receive(Deadline by)
{
    const Result<std::string> bytes = co_await link_->receive(by);
    if (!bytes) {
        if (bytes.error() != Errc::timed_out) close(); // a dead link holds its descriptor else
        co_return noted(bytes.error());
    }
    Result<protocol::ServerMessage> message =
        protocol::decode<protocol::ServerMessage>(*bytes, nullptr, protocol::Unknown::ignore);
    if (!message || (!message->op && !message->re)) {
        close();
        last_code_ = "malformed";
        observer_.failed("message", last_code_);
        co_return Errc::invalid_argument;
    }
    if (!message->re) {
        keep(std::move(*message));
        co_return std::optional<Reply>{};
    }
    std::optional<Reply> reply(Reply{*message->re, protocol::RawJson{}});
    if (message->error) {
        last_code_ = message->error->code;
        reply->data = from_wire_code(message->error->code);
    } else if (message->data) {
        reply->data = std::move(*message->data);
    }
    co_return reply;
}

AsyncResult<protocol::RawJson> LiveSession::call(std::string op, std::string data, Deadline by, std::string key)
{
    if (!connected_) co_return noted(Errc::canceled);
    const std::int64_t id = next_id_++;
    const Result<void> sent = link_->send(protocol::encode_request(op, id, data, key));
    if (!sent) {
        close();
        co_return noted(sent.error());
    }
    last_sent_ = world_.clock.monotonic();
    for (;;) {
        Result<std::optional<Reply>> reply = co_await receive(by);
        if (!reply) co_return reply.error();
        if (*reply && (*reply)->re == id) co_return std::move((*reply)->data);
    }
}

AsyncResult<Push> LiveSession::next_push(Deadline by)
{
    while (pushes_.empty()) {
        const Result<std::optional<Reply>> got = co_await receive(by);
        if (!got) co_return got.error();
    }
    Push push = std::move(pushes_.front());
    pushes_.pop_front();
    co_return push;
}

AsyncResult<void> LiveSession::keep_alive(Millis interval)
{
    if (!connected_) co_return Errc::canceled;
    for (;;) {
        const Result<std::optional<Reply>> got = co_await receive(Deadline{});
        if (got) continue;
        if (got.error() == Errc::timed_out) break;
        co_return got.error();
    }
    if (world_.clock.monotonic() - last_sent_ < interval) co_return Result<void>{};
    const Result<protocol::RawJson> pong = co_await call("session.ping", "{}", world_.clock.after(10s));
    if (!pong) co_return pong.error();
    co_return Result<void>{};
}

void LiveSession::close()
{
    connected_ = false;
    link_->close();
}

} // namespace harvest::bots
