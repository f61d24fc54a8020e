// Carries datagrams between clients and one server, each client over a socket of its own, as a NAT does.
#pragma once

#include "tests/e2e/faults/faults.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <array>
#include <map>
#include <memory>
#include <vector>

namespace harvest::faults {

class UdpProxy {
public:
    using Udp = boost::asio::ip::udp;

    // Throws system_error where the port is in use.
    UdpProxy(boost::asio::io_context& loop, Udp::endpoint listen, Udp::endpoint server, std::uint64_t seed,
             const Faults& faults, Counts& counts);

private:
    using Bytes = std::vector<std::uint8_t>;
    struct Flow {
        explicit Flow(boost::asio::io_context& loop) : socket(loop) {}
        Udp::socket socket; // to the server
        Udp::endpoint client;
        std::array<std::uint8_t, 65'536> buffer;
        Lane up, down;
    };

    void listen();
    void hear(const std::shared_ptr<Flow>& flow);
    std::shared_ptr<Flow> flow_of(const Udp::endpoint& client);
    // Sends it by `send` when its fate says so, as often as that says.
    template <class Send>
    void carry(std::span<std::uint8_t> datagram, Lane& lane, Send send);

    boost::asio::io_context& loop_;
    Udp::socket door_;
    Udp::endpoint server_, from_;
    Dice dice_;
    const Faults& faults_;
    Counts& counts_;
    std::array<std::uint8_t, 65'536> buffer_;
    std::map<Udp::endpoint, std::shared_ptr<Flow>> flows_;
};

} // namespace harvest::faults
