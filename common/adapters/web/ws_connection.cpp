#include "common/adapters/web/ws_connection.hpp"

#include "common/adapters/web/http_text.hpp"

#include <openssl/ssl.h>
#include <sys/epoll.h>

#include <utility>

namespace harvest::web {

WsConnection::WsConnection(WsServerCore& core, int descriptor, SSL_CTX* tls, std::string address, LinkId id)
    : core_(core),
      stream_(descriptor, tls, Stream::Role::server, core.poller.scratch()),
      address_(std::move(address)),
      id_(id),
      reader_(true, core.config.max_message_bytes),
      since_(core.clock.monotonic()),
      phase_(tls ? Phase::handshake : Phase::upgrade)
{
}

bool WsConnection::start()
{
    watched_ = EPOLLIN;
    return core_.poller.add(stream_.descriptor(), watched_, *this);
}

void WsConnection::watch()
{
    if (phase_ == Phase::gone) return;
    const std::uint32_t wanted =
        (ended_ ? 0U : static_cast<std::uint32_t>(EPOLLIN)) | (stream_.unsent() > 0 ? EPOLLOUT : 0U);
    if (wanted == watched_) return;
    watched_ = wanted;
    core_.poller.change(stream_.descriptor(), watched_, *this);
}

void WsConnection::ready(std::uint32_t events)
{
    if (phase_ == Phase::gone) return;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        std::string_view bytes;
        const Stream::Status status = stream_.receive(bytes);
        if (phase_ == Phase::handshake && stream_.established()) {
            phase_ = Phase::upgrade;
            ++core_.counters.handshakes;
            if (SSL_session_reused(stream_.ssl())) ++core_.counters.handshakes_resumed;
        }
        if (status != Stream::Status::open) ended_ = true;
        if (!bytes.empty()) on_bytes(bytes);
        if (phase_ == Phase::gone) return;
        if (status == Stream::Status::failed && phase_ == Phase::handshake) ++core_.counters.handshakes_failed;
        if (ended_) {
            flush();         // what was due, the answer to a close among it
            return finish(); // a WebSocket cannot go on one-way
        }
    }
    flush();
}

void WsConnection::on_bytes(std::string_view bytes)
{
    heard_ = core_.clock.monotonic();
    // The scratch buffer is ours to change until the next receive: frames are unmasked where they lie.
    std::span<char> rest{const_cast<char*>(bytes.data()), bytes.size()};
    const bool joined = !input_.empty();
    std::string whole;
    if (joined) {
        whole = std::exchange(input_, {});
        whole.append(bytes);
        rest = whole;
    }
    if (phase_ == Phase::upgrade && !read_upgrade(rest)) {
        if (phase_ == Phase::upgrade) input_.assign(rest.data(), rest.size());
        return;
    }
    read_frames(rest);
    if (phase_ == Phase::open || phase_ == Phase::closing) input_.assign(rest.data(), rest.size());
}

bool WsConnection::read_upgrade(std::span<char>& bytes)
{
    const HeadLimits limits;
    Refusal refusal;
    std::string_view headers;
    const std::size_t size = find_head_end({bytes.data(), bytes.size()}, scan_, limits, refusal);
    if (size == 0 && !refusal) return false;
    std::string response;
    if (!refusal) refusal = parse_request_head({bytes.data(), size}, limits, core_.head);
    if (!refusal) {
        const UpgradeRules rules{.path = core_.config.path, .allowed_origins = core_.config.allowed_origins};
        refusal = answer_upgrade(core_.head, rules, response, headers);
    }
    if (refusal) {
        refuse(refusal, headers);
        return false;
    }
    bytes = bytes.subspan(size);
    phase_ = Phase::open;
    linked_ = true;
    out_ += response;
    core_.opened(*this);
    return phase_ == Phase::open;
}

void WsConnection::refuse(const Refusal& refusal, std::string_view headers)
{
    ++core_.counters.rejected;
    out_ += refusal_response(refusal, headers);
    phase_ = Phase::closing;
    since_ = core_.clock.monotonic();
}

void WsConnection::read_frames(std::span<char>& bytes)
{
    while (phase_ == Phase::open || phase_ == Phase::closing) {
        const std::size_t before = bytes.size();
        const WsEvent event = reader_.next(bytes);
        if (event.kind == WsEvent::Kind::need_more) {
            if (bytes.size() != before) continue;                                      // a fragment
            if (phase_ == Phase::closing && (!linked_ || reader_.ended())) bytes = {}; // not kept: it may be endless
            return;
        }
        if (!handle(event)) {
            bytes = {};
            return;
        }
    }
}

// False if nothing more is to be read.
bool WsConnection::handle(const WsEvent& event)
{
    switch (event.kind) {
    case WsEvent::Kind::message:
        if (phase_ != Phase::open) return true;
        ++core_.counters.messages_in;
        core_.message(*this, event.payload);
        return true;
    case WsEvent::Kind::ping:
        if (phase_ != Phase::open) return true;
        if (too_many_controls()) return false;
        append_frame(out_, Opcode::pong, event.payload);
        if (too_much_unsent()) drop_slow_consumer();
        return phase_ == Phase::open;
    case WsEvent::Kind::pong:
        return phase_ != Phase::open || !too_many_controls();
    case WsEvent::Kind::close:
        peer_closed_ = true;
        if (phase_ == Phase::open) begin_closing(CloseReason::normal, event.code, event.payload);
        return false;
    case WsEvent::Kind::error: {
        if (phase_ != Phase::open) return false;
        ++core_.counters.breaches;
        const CloseReason reason = event.code == 1007   ? CloseReason::bad_data
                                   : event.code == 1009 ? CloseReason::too_big
                                   : event.code == 1008 ? CloseReason::policy
                                                        : CloseReason::protocol_error;
        begin_closing(reason, event.code, event.problem);
        return false;
    }
    case WsEvent::Kind::need_more:
        break;
    }
    return true;
}

bool WsConnection::too_many_controls()
{
    if (heard_ - control_window_ > Millis{10'000}) {
        control_window_ = heard_;
        controls_ = 0;
    }
    if (++controls_ <= core_.config.max_control_frames) return false;
    ++core_.counters.breaches;
    begin_closing(CloseReason::policy, 1008, "too many control frames");
    return true;
}

bool WsConnection::too_much_unsent() const
{
    return queued_ + in_pipe_ > core_.config.max_unsent_messages ||
           stream_.unsent() + out_.size() > core_.config.max_unsent_bytes;
}

void WsConnection::drop_slow_consumer()
{
    ++core_.counters.slow_consumers;
    const CloseCode code = close_code(CloseReason::slow_consumer);
    out_ = std::string(); // whole frames: what is on its way stays well-formed
    begin_closing(CloseReason::slow_consumer, code.code, code.text);
}

bool WsConnection::send(std::string_view bytes)
{
    if (phase_ != Phase::open) return false;
    if (out_.empty()) out_.swap(core_.spare_out);
    append_frame(out_, Opcode::text, bytes);
    ++queued_;
    ++core_.counters.messages_out;
    if (too_much_unsent()) {
        flush(); // a burst to a client that reads is no offence
        if (phase_ == Phase::open && too_much_unsent()) drop_slow_consumer();
    } else if (!is_dirty) {
        core_.dirty(*this);
    }
    return phase_ == Phase::open;
}

void WsConnection::close(CloseReason reason, std::string_view text)
{
    if (phase_ != Phase::open) return;
    const CloseCode code = close_code(reason);
    begin_closing(reason, code.code, text.empty() ? code.text : text);
}

void WsConnection::begin_closing(CloseReason reason, std::uint16_t code, std::string_view text)
{
    append_close(out_, code, text);
    phase_ = Phase::closing;
    since_ = core_.clock.monotonic();
    input_ = std::string();
    core_.closing(*this, reason);
    if (!is_dirty) core_.dirty(*this);
}

void WsConnection::flush()
{
    if (phase_ == Phase::gone) return;
    if (stream_.unsent() > 0 && !stream_.flush()) return finish();
    if (stream_.unsent() == 0) {
        in_pipe_ = 0;
        if (!out_.empty()) {
            in_pipe_ = std::exchange(queued_, 0);
            const bool written = stream_.write(out_);
            out_.clear();
            if (out_.capacity() > core_.spare_out.capacity() && out_.capacity() <= 256 * 1024)
                out_.swap(core_.spare_out);
            if (out_.capacity() > 64) out_ = std::string();
            if (!written || !stream_.flush()) return finish();
            if (stream_.unsent() == 0) in_pipe_ = 0;
        }
    }
    if (phase_ == Phase::closing && peer_closed_ && stream_.unsent() == 0) return finish();
    watch();
}

void WsConnection::finish()
{
    if (phase_ == Phase::gone) return;
    const bool was_open = phase_ == Phase::open;
    abandon();
    if (was_open && linked_) core_.closing(*this, CloseReason::normal);
    core_.ended(*this);
}

void WsConnection::abandon()
{
    if (phase_ == Phase::gone) return;
    phase_ = Phase::gone;
    stream_.finish();
    stream_.flush();
    core_.poller.remove(stream_.descriptor());
}

void WsConnection::tick(Millis now)
{
    const WssConfig& config = core_.config;
    switch (phase_) {
    case Phase::handshake:
    case Phase::upgrade:
        if (now - since_ <= config.handshake_timeout) return;
        ++core_.counters.timed_out;
        return finish();
    case Phase::open:
        if (now - heard_ > config.dead_after) {
            ++core_.counters.unresponsive;
            close(CloseReason::unresponsive, {});
        } else if (now - heard_ > config.ping_interval && now - pinged_ > config.ping_interval) {
            pinged_ = now;
            append_frame(out_, Opcode::ping, {});
            flush();
        }
        return;
    case Phase::closing:
        if (now - since_ > config.close_timeout) finish();
        return;
    case Phase::gone:
        return;
    }
}

} // namespace harvest::web
