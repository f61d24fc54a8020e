#include "tests/e2e/faults/tcp_proxy.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace harvest::faults {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr Millis looks_again{10}; // whether a partition has healed
constexpr std::size_t piece_size = 16'384;

void reset(asio::ip::tcp::socket& socket)
{
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

} // namespace

class TcpProxy::Pair : public std::enable_shared_from_this<Pair> {
public:
    Pair(TcpProxy& proxy, Tcp::socket client)
        : proxy_(proxy),
          up_(proxy.loop_, std::move(client)),
          down_(proxy.loop_, Tcp::socket(proxy.loop_))
    {
    }

    // Like a SYN that is lost, the wish for a connection waits while nothing passes.
    void begin()
    {
        if (proxy_.faults_.partition) {
            up_.timer.expires_after(looks_again);
            up_.timer.async_wait([self = shared_from_this()](error_code error) {
                if (!error) self->begin();
            });
            return;
        }
        down_.from.async_connect(proxy_.server_, [self = shared_from_this()](error_code error) {
            if (error) return self->end();
            error_code ignored;
            self->up_.from.set_option(Tcp::no_delay(true), ignored);
            self->down_.from.set_option(Tcp::no_delay(true), ignored);
            self->read(self->up_, self->down_);
            self->read(self->down_, self->up_);
        });
    }

    void end()
    {
        reset(up_.from);
        reset(down_.from);
        up_.timer.cancel();
        down_.timer.cancel();
    }

    void leave_client_hanging()
    {
        hanging_ = true;
        reset(down_.from);
    }

    bool open() const { return up_.from.is_open(); }

private:
    struct Side {
        Side(asio::io_context& loop, Tcp::socket socket) : from(std::move(socket)), timer(loop) {}
        Tcp::socket from;
        asio::steady_timer timer;
        std::array<std::uint8_t, piece_size> piece;
        Lane lane;
    };

    void read(Side& side, Side& other)
    {
        side.from.async_read_some(asio::buffer(side.piece),
                                  [self = shared_from_this(), &side, &other](error_code error, std::size_t size) {
                                      if (self->hanging_ && &side == &self->down_) return;
                                      if (error) return self->shut(error, other);
                                      if (self->hanging_) return self->read(side, other); // into nowhere
                                      self->carry(side, other, size);
                                  });
    }

    void carry(Side& side, Side& other, std::size_t size)
    {
        Dice& dice = proxy_.dice_;
        const Faults& faults = proxy_.faults_;
        if (dice.happens(faults.cut)) {
            ++proxy_.counts_.cut;
            return end();
        }
        if (dice.happens(faults.corrupt)) dice.corrupt({side.piece.data(), size}, proxy_.counts_);
        const Steady::time_point now = Steady::now();
        // A stream loses nothing: what a full queue would drop waits for its end.
        const auto leaves = side.lane.departure(faults.rate, size, now).value_or(now + Millis{500});
        send_at(leaves + dice.wait(faults, proxy_.counts_), side, other, size);
    }

    void send_at(Steady::time_point when, Side& side, Side& other, std::size_t size)
    {
        side.timer.expires_at(when);
        side.timer.async_wait([self = shared_from_this(), &side, &other, size](error_code error) {
            if (error) return;
            if (self->proxy_.faults_.partition) return self->send_at(Steady::now() + looks_again, side, other, size);
            asio::async_write(other.from, asio::buffer(side.piece, size),
                              [self, &side, &other](error_code failed, std::size_t) {
                                  if (failed && !self->hanging_) return self->end();
                                  ++self->proxy_.counts_.passed;
                                  self->read(side, other);
                              });
        });
    }

    // One side has no more to say, or is gone: the other learns of it the same way.
    void shut(error_code why, Side& other)
    {
        if (why != asio::error::eof || ++ended_ == 2) return end();
        error_code ignored;
        other.from.shutdown(Tcp::socket::shutdown_send, ignored);
    }

    TcpProxy& proxy_;
    Side up_, down_; // what the client says, what the server says
    bool hanging_{};
    int ended_{};
};

TcpProxy::TcpProxy(asio::io_context& loop, Tcp::endpoint listen, Tcp::endpoint server, std::uint64_t seed,
                   const Faults& faults, Counts& counts)
    : loop_(loop),
      door_(loop, listen),
      server_(server),
      dice_(seed),
      faults_(faults),
      counts_(counts)
{
    accept();
}

void TcpProxy::accept()
{
    door_.async_accept([this](error_code error, Tcp::socket client) {
        if (error == asio::error::operation_aborted) return;
        if (!error) {
            ++counts_.connections;
            const auto pair = std::make_shared<Pair>(*this, std::move(client));
            std::erase_if(pairs_, [](const std::weak_ptr<Pair>& each) { return each.expired(); });
            pairs_.push_back(pair);
            pair->begin();
        }
        accept();
    });
}

void TcpProxy::reset_all()
{
    for (const std::weak_ptr<Pair>& each : pairs_)
        if (const auto pair = each.lock(); pair && pair->open()) {
            ++counts_.cut;
            pair->end();
        }
}

void TcpProxy::half_open()
{
    for (const std::weak_ptr<Pair>& each : pairs_)
        if (const auto pair = each.lock(); pair && pair->open()) {
            ++counts_.cut;
            pair->leave_client_hanging();
        }
}

} // namespace harvest::faults
