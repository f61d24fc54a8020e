#include "common/adapters/enet/link.hpp"

#include "common/adapters/enet/link_core.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace harvest::enet {
namespace {

constexpr int batches_a_wakeup = 4;
constexpr std::uint32_t ticks_per_cooling = 10;
constexpr std::uint32_t ticks_per_tidying = 1'000;

HostSettings host_settings(const EnetConfig& config)
{
    return {.peers_per_host = config.peers_per_host,
            .ping_interval_ms = static_cast<std::uint32_t>(config.ping_interval.count()),
            .timeout_min_ms = static_cast<std::uint32_t>(config.timeout_min.count()),
            .timeout_max_ms = static_cast<std::uint32_t>(config.timeout_max.count())};
}

// ENet lets go of a packet: it was acknowledged, or its peer is gone.
void packet_done(ENetPacket* packet)
{
    auto* session = static_cast<Session*>(packet->userData);
    --session->queued_messages;
    session->queued_bytes -= static_cast<std::uint32_t>(packet->dataLength);
}

} // namespace

LinkCore::LinkCore(EnetConfig config, Executor executor, Clock& clock, Entropy& entropy, EnetMetrics* metrics)
    : config_(std::move(config)),
      executor_(std::move(executor)),
      clock_(clock),
      metrics_(metrics),
      jar_(entropy),
      quota_({.total = config_.max_links,
              .per_subnet = config_.per_subnet,
              .per_address = config_.per_address,
              .strangers_per_address = config_.strangers_per_address,
              .newcomers = config_.newcomers_per_second,
              .newcomers_of_address = config_.newcomers_per_address,
              .grace = config_.stranger_grace,
              .spoken_grace = config_.spoken_grace}),
      outbox_([this](Seat& seat, std::span<const std::uint8_t> plain) { seal(static_cast<Session&>(seat), plain); }),
      watch_(executor_),
      timer_(executor_)
{
}

LinkCore::~LinkCore()
{
    shut();
}

Result<void> LinkCore::listen(LinkEvents& events)
{
    if (!config_.plain) {
        auto made = DtlsSide::server(config_.certificate_pem, config_.key_pem,
                                     [this](std::span<const std::uint8_t> bytes) { socket_.send(out_to_, bytes); });
        if (!made) return made.error();
        dtls_ = std::move(*made);
    }
    const Result<void> opened = socket_.open(config_.host, config_.port);
    if (!opened) return opened.error();
    hosts_.reset(new HostSet(*this, host_settings(config_)));
    events_ = &events;
    watch_.assign(socket_.descriptor());
    now_ = clock_.monotonic();
    await_datagrams();
    await_tick();
    return {};
}

void LinkCore::await_datagrams()
{
    watch_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                          if (error || self->shut_) return;
                          self->on_readable();
                          if (!self->shut_) self->await_datagrams();
                      });
}

void LinkCore::await_tick()
{
    timer_.expires_after(tick_length);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || self->shut_) return;
        self->on_tick();
        if (!self->shut_) self->await_tick();
    });
}

void LinkCore::on_readable()
{
    now_ = clock_.monotonic();
    for (int i = 0; i < batches_a_wakeup && !shut_; ++i) {
        const auto datagrams = socket_.receive();
        if (datagrams.empty()) return;
        for (const BatchSocket::Datagram& each : datagrams) take(each);
        turn();
    }
}

void LinkCore::on_tick()
{
    now_ = clock_.monotonic();
    ++ticks_;
    jar_.rotate(now_);
    in_turn_ = true;
    hosts_->tick();
    in_turn_ = false;
    sweep();
    if (ticks_ % ticks_per_resend == 0) resend_handshakes();
    turn();
    if (ticks_ % ticks_per_cooling == 0) cool_idle();
    if (ticks_ % ticks_per_tidying == 0) quota_.tidy(now_);
}

// One turn: ENet takes what came in, the daemon answers, and all that is to go out leaves in one batch.
void LinkCore::turn()
{
    if (in_turn_ || shut_) return;
    in_turn_ = true;
    hosts_->run();
    hosts_->flush();
    outbox_.flush();
    reap();
    hosts_->flush();
    outbox_.flush();
    if (const std::size_t sent = socket_.flush()) count(&EnetMetrics::datagrams_out, sent);
    in_turn_ = false;
}

void LinkCore::schedule_turn()
{
    if (in_turn_ || scheduled_ || shut_) return;
    scheduled_ = true;
    asio::post(executor_, [self = shared_from_this()] {
        self->scheduled_ = false;
        self->turn();
    });
}

void LinkCore::seal(Session& session, std::span<const std::uint8_t> plain)
{
    count(&EnetMetrics::bytes_out, plain.size());
    if (!session.dtls) return socket_.send(session.remote, plain);
    out_to_ = session.remote;
    session.dtls->seal(plain);
    warm_up(session);
}

Session* LinkCore::find(LinkId link)
{
    const auto found = by_id_.find(link);
    return found == by_id_.end() ? nullptr : found->second;
}

bool LinkCore::send(LinkId link, std::string_view bytes)
{
    Session* session = find(link);
    if (!session || session->doomed || session->stage != Session::Stage::open) return false;
    std::array<std::uint8_t, godot3_header> header;
    const std::size_t framed = write_header(session->framing, session->connect_data, header);
    const std::size_t size = framed + bytes.size();
    const bool fits =
        session->queued_messages < config_.queued_messages && session->queued_bytes + size <= config_.queued_bytes;
    if (!fits) {
        count(&EnetMetrics::slow_consumers);
        doom(*session, CloseReason::slow_consumer);
        return false;
    }
    const std::span<const std::uint8_t> body(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    const std::span<const std::uint8_t> before(header.data(), framed);
    if (!hosts_->send(*session, session->channel, before, body, packet_done, session)) return false;
    ++session->queued_messages;
    session->queued_bytes += static_cast<std::uint32_t>(size);
    schedule_turn();
    return true;
}

void LinkCore::close(LinkId link, CloseReason reason)
{
    Session* session = find(link);
    if (!session || session->doomed || session->stage != Session::Stage::open) return;
    session->stage = Session::Stage::closing;
    session->since = clock_.monotonic();
    session->reason = reason;
    hosts_->close_later(*session, static_cast<std::uint32_t>(reason));
    schedule_turn();
}

Task<void> LinkCore::stop()
{
    const auto self = shared_from_this();
    accepting_ = false;
    if (shut_ || !events_) co_return;
    for (const auto& each : sessions_) {
        if (!each) continue;
        if (each->stage == Session::Stage::open)
            close(each->id, CloseReason::going_away);
        else if (each->stage != Session::Stage::closing)
            doom(*each, CloseReason::going_away);
    }
    asio::steady_timer pause(executor_);
    const Millis until = clock_.monotonic() + config_.close_timeout + Millis(500);
    while (!by_id_.empty() && !shut_ && clock_.monotonic() < until) {
        pause.expires_after(tick_length);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    for (const auto& each : sessions_)
        if (each) doom(*each, CloseReason::going_away);
    turn();
    shut();
}

void LinkCore::shut()
{
    if (shut_) return;
    shut_ = true;
    timer_.cancel();
    if (watch_.is_open()) watch_.release();
    socket_.close();
    for (const auto& each : sessions_)
        if (each && hosts_) hosts_->remove(*each);
    by_address_.clear();
    by_id_.clear();
    sessions_.clear();
}

namespace {

class EnetLink final : public ClientLink {
public:
    explicit EnetLink(std::shared_ptr<LinkCore> core) : core_(std::move(core)) {}
    ~EnetLink() override { core_->shut(); }

    Result<void> listen(LinkEvents& events) override { return core_->listen(events); }
    std::uint16_t port() const override { return core_->port(); }
    std::string_view transport() const override { return "enet"; }
    bool send(LinkId link, std::string_view bytes) override { return core_->send(link, bytes); }
    void known(LinkId link) override { core_->known(link); }
    void close(LinkId link, CloseReason reason, std::string_view) override { core_->close(link, reason); }
    void stop_accepting() override { core_->stop_accepting(); }
    Task<void> stop() override { return core_->stop(); }

private:
    std::shared_ptr<LinkCore> core_;
};

} // namespace

std::unique_ptr<ClientLink> make_enet_link(EnetConfig config, Executor executor, Clock& clock, Entropy& entropy,
                                           EnetMetrics* metrics)
{
    return std::make_unique<EnetLink>(
        std::make_shared<LinkCore>(std::move(config), std::move(executor), clock, entropy, metrics));
}

} // namespace harvest::enet
