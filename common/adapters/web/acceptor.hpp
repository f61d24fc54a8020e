// A listening socket and its caps: accepts in batches, counts connections per address, pauses when descriptors run out.
#pragma once

#include "common/adapters/web/listener_config.hpp"
#include "common/adapters/web/poller.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>

namespace harvest::web {

class Acceptor final : public Pollee {
public:
    using Accepted = std::function<void(int descriptor, std::string address)>;

    Acceptor(const ListenerConfig& config, Poller& poller, WebCounters& counters, Accepted accepted);
    ~Acceptor() override;

    // Errors: unavailable (address in use), invalid_argument, permission_denied.
    Result<void> open();
    void close();
    std::uint16_t port() const { return port_; }
    // Counts a connection of that address, unless there are too many.
    bool admit(const std::string& address);
    // A connection of that address is gone.
    void release(const std::string& address);
    // Accepts again after a pause for want of descriptors; called by the owner's tick.
    void resume();
    void ready(std::uint32_t events) override;

private:
    Result<int> make_socket();
    Result<int> make_unix_socket();

    const ListenerConfig& config_;
    Poller& poller_;
    WebCounters& counters_;
    Accepted accepted_;
    int descriptor_{-1};
    std::uint16_t port_{};
    int burst_{1};
    bool paused_{};
    std::size_t open_{};
    boost::unordered_flat_map<std::string, std::size_t> by_address_; // by address_key
};

} // namespace harvest::web
