#include "tests/e2e/faults/udp_proxy.hpp"

#include <boost/asio/steady_timer.hpp>

namespace harvest::faults {

namespace asio = boost::asio;
using boost::system::error_code;

UdpProxy::UdpProxy(asio::io_context& loop, Udp::endpoint listen, Udp::endpoint server, std::uint64_t seed,
                   const Faults& faults, Counts& counts)
    : loop_(loop),
      door_(loop, listen),
      server_(server),
      dice_(seed),
      faults_(faults),
      counts_(counts)
{
    this->listen();
}

template <class Send>
void UdpProxy::carry(std::span<std::uint8_t> datagram, Lane& lane, Send send)
{
    const Fate fate = dice_.fate(faults_, counts_, datagram);
    if (fate.lost) return;
    const auto leaves = lane.departure(faults_.rate, datagram.size(), Steady::now());
    if (!leaves) {
        ++counts_.lost;
        return;
    }
    const auto bytes = std::make_shared<const Bytes>(datagram.begin(), datagram.end());
    for (int copy = 0; copy < fate.copies; ++copy) {
        const auto timer = std::make_shared<asio::steady_timer>(loop_, *leaves + fate.wait);
        timer->async_wait([timer, bytes, send](error_code error) {
            if (!error) send(*bytes);
        });
    }
}

void UdpProxy::listen()
{
    door_.async_receive_from(asio::buffer(buffer_), from_, [this](error_code error, std::size_t size) {
        if (error == asio::error::operation_aborted) return;
        if (!error) {
            const std::shared_ptr<Flow> flow = flow_of(from_);
            carry({buffer_.data(), size}, flow->up, [flow](const Bytes& bytes) {
                error_code gone; // the server may be away: then it is lost
                flow->socket.send(asio::buffer(bytes), 0, gone);
            });
        }
        listen();
    });
}

std::shared_ptr<UdpProxy::Flow> UdpProxy::flow_of(const Udp::endpoint& client)
{
    std::shared_ptr<Flow>& flow = flows_[client];
    if (flow) return flow;
    ++counts_.connections;
    flow = std::make_shared<Flow>(loop_);
    flow->client = client;
    flow->socket.connect(server_);
    hear(flow);
    return flow;
}

void UdpProxy::hear(const std::shared_ptr<Flow>& flow)
{
    flow->socket.async_receive(asio::buffer(flow->buffer), [this, flow](error_code error, std::size_t size) {
        if (error == asio::error::operation_aborted) return;
        if (!error)
            carry({flow->buffer.data(), size}, flow->down, [this, client = flow->client](const Bytes& bytes) {
                error_code gone;
                door_.send_to(asio::buffer(bytes), client, 0, gone);
            });
        hear(flow);
    });
}

} // namespace harvest::faults
