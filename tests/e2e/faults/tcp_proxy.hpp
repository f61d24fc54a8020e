// Carries connections to one server, a piece at a time, and ends them as networks do: by a reset, or for one side only.
#pragma once

#include "tests/e2e/faults/faults.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <vector>

namespace harvest::faults {

class TcpProxy {
public:
    using Tcp = boost::asio::ip::tcp;

    // Throws system_error where the port is in use.
    TcpProxy(boost::asio::io_context& loop, Tcp::endpoint listen, Tcp::endpoint server, std::uint64_t seed,
             const Faults& faults, Counts& counts);

    void reset_all(); // both sides are told
    void half_open(); // the server's side is reset, the client's stays and is never answered again

private:
    class Pair;

    void accept();

    boost::asio::io_context& loop_;
    Tcp::acceptor door_;
    Tcp::endpoint server_;
    Dice dice_;
    const Faults& faults_;
    Counts& counts_;
    std::vector<std::weak_ptr<Pair>> pairs_;
};

} // namespace harvest::faults
