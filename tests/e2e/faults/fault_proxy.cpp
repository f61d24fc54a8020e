// A bad network between a client and a server on this machine, to be commanded on its standard input.
//   fault_proxy SEED udp|tcp LISTEN-PORT SERVER-PORT [udp|tcp LISTEN-PORT SERVER-PORT]…
// Commands, a line each, answered by a line: `loss 0.05 delay 20 …`, `partition`, `heal`, `calm`, `reset`, `half-open`,
// `counts`. It ends with its input.
#include "tests/e2e/faults/tcp_proxy.hpp"
#include "tests/e2e/faults/udp_proxy.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>

#include <deque>
#include <iostream>

namespace {

using namespace harvest::faults;
namespace asio = boost::asio;

struct Proxies {
    asio::io_context loop{1};
    Faults faults;
    Counts counts;
    std::deque<UdpProxy> udp;
    std::deque<TcpProxy> tcp;

    std::string obey(const std::string& command)
    {
        if (command == "counts") return counts.json();
        if (command == "reset" || command == "half-open") {
            for (TcpProxy& proxy : tcp) command == "reset" ? proxy.reset_all() : proxy.half_open();
            return "ok";
        }
        return change(faults, command) ? "ok" : "not understood";
    }
};

class Orders {
public:
    explicit Orders(Proxies& proxies) : proxies_(proxies), input_(proxies.loop, 0) { next(); }

private:
    void next()
    {
        asio::async_read_until(input_, text_, '\n', [this](boost::system::error_code error, std::size_t) {
            if (error) return proxies_.loop.stop();
            std::istream lines(&text_);
            std::string line;
            std::getline(lines, line);
            std::cout << proxies_.obey(line) << std::endl;
            next();
        });
    }

    Proxies& proxies_;
    asio::posix::stream_descriptor input_;
    asio::streambuf text_;
};

std::uint16_t port_of(const char* word)
{
    return static_cast<std::uint16_t>(std::stoi(word));
}

} // namespace

int main(int argc, char** argv)
{
    try {
        if (argc < 5 || (argc - 2) % 3 != 0)
            throw std::invalid_argument("SEED, then udp|tcp LISTEN SERVER, once or more");
        Proxies proxies;
        std::uint64_t seed = std::stoull(argv[1]);
        const auto loopback = asio::ip::address_v4::loopback();
        for (int i = 2; i + 2 < argc; i += 3, ++seed) {
            const std::uint16_t listen = port_of(argv[i + 1]), server = port_of(argv[i + 2]);
            if (std::string_view(argv[i]) == "udp")
                proxies.udp.emplace_back(proxies.loop, UdpProxy::Udp::endpoint(loopback, listen),
                                         UdpProxy::Udp::endpoint(loopback, server), seed, proxies.faults,
                                         proxies.counts);
            else
                proxies.tcp.emplace_back(proxies.loop, TcpProxy::Tcp::endpoint(loopback, listen),
                                         TcpProxy::Tcp::endpoint(loopback, server), seed, proxies.faults,
                                         proxies.counts);
        }
        const Orders orders(proxies);
        std::cout << "ready" << std::endl;
        proxies.loop.run();
        return 0;
    }
    catch (const std::exception& error) {
        std::cerr << "fault_proxy: " << error.what() << '\n';
        return 1;
    }
}
