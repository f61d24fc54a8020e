#include "common/adapters/enet/client_core.hpp"

#include "common/ports/client_link.hpp"

#include <arpa/inet.h>
#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace harvest::enet {
namespace {

constexpr Millis linger{2'000}; // for what is queued when a link closes
constexpr int datagrams_a_read = 8;

bool bind_to(int descriptor, const std::string& local)
{
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, local.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&four), sizeof four) == 0;
    }
    if (inet_pton(AF_INET6, local.c_str(), &six.sin6_addr) != 1) return false;
    six.sin6_family = AF_INET6;
    return ::bind(descriptor, reinterpret_cast<const sockaddr*>(&six), sizeof six) == 0;
}

void client_packet_done(ENetPacket* packet)
{
    --static_cast<ClientSession*>(packet->userData)->queued;
}

std::uint64_t key_of(const ClientSession& session)
{
    return static_cast<std::uint64_t>(session.slot) << 16 | session.generation;
}

} // namespace

ClientCore::ClientCore(Executor executor, EnetClientConfig config, Clock& clock)
    : executor_(std::move(executor)),
      config_(std::move(config)),
      clock_(clock),
      outbox_([this](Seat& seat, std::span<const std::uint8_t> plain) {
          auto& session = static_cast<ClientSession&>(seat);
          out_to_ = session.descriptor;
          if (!session.dtls) {
              [[maybe_unused]] const ssize_t sent = ::send(out_to_, plain.data(), plain.size(), MSG_NOSIGNAL);
              return;
          }
          session.dtls->seal(plain);
          warm_up(session);
      }),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      watch_(executor_, epoll_),
      timer_(executor_)
{
    if (!config_.plain) {
        auto made = DtlsSide::client(config_.ca_pem, [this](std::span<const std::uint8_t> bytes) {
            [[maybe_unused]] const ssize_t sent = ::send(out_to_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        });
        if (!made) throw std::invalid_argument("no certificate authority in ca_pem");
        dtls_ = std::move(*made);
    }
    const HostSettings settings{.peers_per_host = config_.peers_per_host,
                                .ping_interval_ms = static_cast<std::uint32_t>(config_.ping_interval.count()),
                                .timeout_min_ms = static_cast<std::uint32_t>(config_.timeout_min.count()),
                                .timeout_max_ms = static_cast<std::uint32_t>(config_.timeout_max.count())};
    hosts_.reset(new HostSet(*this, settings));
}

ClientCore::~ClientCore()
{
    for (const auto& each : sessions_)
        if (each) {
            hosts_->remove(*each);
            ::close(each->descriptor);
        }
}

Result<ClientSession*> ClientCore::begin(EnetClient& owner, const sockaddr_storage& to, socklen_t length,
                                         const std::string& local, const Endpoint& endpoint)
{
    const int descriptor = ::socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return Errc::unavailable;
    if (!local.empty() && !bind_to(descriptor, local)) {
        ::close(descriptor);
        return Errc::invalid_argument;
    }
    auto session = std::make_unique<ClientSession>();
    session->descriptor = descriptor;
    session->owner = &owner;
    session->since = clock_.monotonic();
    if (!hosts_->add(*session)) {
        ::close(descriptor);
        return Errc::unavailable;
    }
    epoll_event interest{.events = EPOLLIN, .data = {.u64 = key_of(*session)}};
    const bool ready = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), length) == 0 &&
                       ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &interest) == 0;
    if (!ready) {
        hosts_->remove(*session);
        ::close(descriptor);
        return Errc::unavailable;
    }
    if (sessions_.size() <= session->slot) sessions_.resize(session->slot + 1);
    ClientSession& made = *(sessions_[session->slot] = std::move(session));
    ++live_;
    start();
    if (config_.plain) {
        join(made);
    } else {
        made.dtls = DtlsSession::connect(*dtls_, endpoint.fingerprint, endpoint.host);
        out_to_ = made.descriptor;
        made.dtls->handshake({});
        warm_up(made);
    }
    return &made;
}

void ClientCore::start()
{
    if (running_) return;
    running_ = true;
    await_datagrams();
    await_tick();
}

void ClientCore::await_datagrams()
{
    watch_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const boost::system::error_code& error) {
                          if (error || !self->running_) return;
                          self->on_readable();
                          if (self->running_) self->await_datagrams();
                      });
}

void ClientCore::await_tick()
{
    timer_.expires_after(tick_length);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (error || !self->running_) return;
        self->on_tick();
        if (self->running_) self->await_tick();
    });
}

void ClientCore::on_readable()
{
    std::array<epoll_event, 128> events;
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < ready; ++i) {
        const std::uint64_t key = events[static_cast<std::size_t>(i)].data.u64;
        for (int reads = 0; reads < datagrams_a_read; ++reads) {
            ClientSession* session = sessions_[key >> 16].get();
            if (!session || key_of(*session) != key || session->doomed) break;
            const ssize_t got = ::recv(session->descriptor, datagram_.data(), datagram_.size(), 0);
            if (got < 0 && errno == ECONNREFUSED && session->stage != ClientSession::Stage::open)
                doom(*session, "nobody listens there", Errc::unavailable);
            if (got <= 0) break;
            take(*session, {datagram_.data(), static_cast<std::size_t>(got)});
        }
    }
    turn();
}

void ClientCore::take(ClientSession& session, std::span<const std::uint8_t> bytes)
{
    if (!session.dtls) return hosts_->deliver(session, bytes);
    out_to_ = session.descriptor;
    warm_up(session);
    if (session.stage == ClientSession::Stage::handshaking) {
        const DtlsSession::Step step = session.dtls->handshake(bytes);
        if (step == DtlsSession::Step::ready) join(session);
        if (step == DtlsSession::Step::failed) {
            if (session.dtls->certificate_refused())
                doom(session, "certificate refused", Errc::unauthenticated);
            else
                doom(session, "the handshake failed", Errc::unavailable);
        }
        return;
    }
    session.dtls->feed(bytes);
    int got = 0;
    while ((got = session.dtls->next(plain_)) > 0)
        hosts_->deliver(session, {plain_.data(), static_cast<std::size_t>(got)});
    if (got >= 0) return;
    hosts_->run(); // ENet's good-bye, which tells why, may have come just before
    doom(session, to_string(CloseReason::normal), Errc::canceled);
}

void ClientCore::join(ClientSession& session)
{
    session.stage = ClientSession::Stage::joining;
    // Connect data 0: a message never begins with four zero bytes, so the server sees plain framing.
    if (!hosts_->connect(session, 0)) doom(session, "no room in ENet", Errc::resource_exhausted);
    schedule_turn();
}

void ClientCore::on_tick()
{
    const Millis now = clock_.monotonic();
    ++ticks_;
    in_turn_ = true;
    hosts_->tick();
    in_turn_ = false;
    for (std::size_t i = 0; ticks_ % ticks_per_resend == 0 && i < sessions_.size(); ++i) {
        ClientSession* session = sessions_[i].get();
        if (!session || session->doomed) continue;
        out_to_ = session->descriptor;
        if (session->stage == ClientSession::Stage::handshaking && session->dtls &&
            session->dtls->resend_if_due() == DtlsSession::Step::failed)
            doom(*session, "the handshake failed", Errc::unavailable);
        if (session->stage == ClientSession::Stage::closing && now - session->since > linger)
            doom(*session, "", Errc::canceled);
    }
    turn();
    std::erase_if(warm_, [now](ClientSession* each) {
        if (each->stage == ClientSession::Stage::handshaking || now - each->active < cool_after) return false;
        each->warm = false;
        each->dtls->cool();
        return true;
    });
}

void ClientCore::turn()
{
    if (in_turn_) return;
    in_turn_ = true;
    hosts_->run();
    hosts_->flush();
    outbox_.flush();
    for (std::size_t i = 0; i < doomed_.size(); ++i) release(*doomed_[i]);
    doomed_.clear();
    in_turn_ = false;
    if (live_ != 0 || !running_) return;
    running_ = false; // nothing to do any more: let the io_context end
    timer_.cancel();
    watch_.cancel();
}

void ClientCore::schedule_turn()
{
    if (in_turn_ || scheduled_) return;
    scheduled_ = true;
    asio::post(executor_, [self = shared_from_this()] {
        self->scheduled_ = false;
        self->turn();
    });
}

Result<void> ClientCore::send(ClientSession& session, std::string_view bytes)
{
    if (session.doomed || session.stage != ClientSession::Stage::open) return Errc::canceled;
    if (session.queued >= config_.queued_messages) return Errc::resource_exhausted;
    const std::span<const std::uint8_t> body(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (!hosts_->send(session, 0, {}, body, client_packet_done, &session)) return Errc::resource_exhausted;
    ++session.queued;
    schedule_turn();
    return {};
}

void ClientCore::close(ClientSession& session)
{
    session.owner = nullptr;
    if (session.doomed || session.stage == ClientSession::Stage::closing) return;
    if (session.stage != ClientSession::Stage::open) return doom(session, "", Errc::canceled);
    session.stage = ClientSession::Stage::closing;
    session.since = clock_.monotonic();
    hosts_->close_later(session, 0);
    schedule_turn();
}

void ClientCore::doom(ClientSession& session, std::string_view reason, Errc error)
{
    if (session.doomed) return;
    session.doomed = true;
    doomed_.push_back(&session);
    if (session.owner) session.owner->ended(reason, error);
    session.owner = nullptr;
    schedule_turn();
}

void ClientCore::release(ClientSession& session)
{
    hosts_->close_now(session, 0);
    outbox_.flush();
    out_to_ = session.descriptor;
    if (session.dtls && session.stage != ClientSession::Stage::handshaking) session.dtls->say_goodbye();
    outbox_.forget(session);
    std::erase(warm_, &session);
    hosts_->remove(session);
    ::close(session.descriptor);
    --live_;
    sessions_[session.slot].reset();
}

void ClientCore::warm_up(ClientSession& session)
{
    session.active = clock_.monotonic();
    if (session.warm || !session.dtls) return;
    session.warm = true;
    warm_.push_back(&session);
}

void ClientCore::emit(Seat& seat, const ENetBuffer* buffers, std::size_t count)
{
    outbox_.add(seat, buffers, count);
}

void ClientCore::connected(Seat& seat, std::uint32_t)
{
    auto& session = static_cast<ClientSession&>(seat);
    if (session.doomed) return;
    session.stage = ClientSession::Stage::open;
    if (session.owner) session.owner->opened();
}

void ClientCore::received(Seat& seat, std::uint8_t, std::span<const std::uint8_t> packet)
{
    auto& session = static_cast<ClientSession&>(seat);
    if (session.doomed || !session.owner) return;
    session.owner->message({reinterpret_cast<const char*>(packet.data()), packet.size()});
}

void ClientCore::disconnected(Seat& seat, std::uint32_t data)
{
    auto& session = static_cast<ClientSession&>(seat);
    const auto last = static_cast<std::uint32_t>(CloseReason::going_away);
    const auto reason = data <= last ? static_cast<CloseReason>(data) : CloseReason::normal;
    doom(session, to_string(reason), Errc::canceled);
}

} // namespace harvest::enet
