// Readiness for thousands of sockets on one executor: an epoll of our own that Asio watches as a single descriptor.
// Asio's own async_wait costs an epoll_ctl a wait and its state a socket; here a socket is registered once.
#pragma once

#include "common/base/time.hpp"
#include "common/ports/task.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace harvest::web {

// Something with a descriptor; `events` are epoll's (EPOLLIN, EPOLLOUT, …).
class Pollee {
public:
    virtual ~Pollee() = default;
    virtual void ready(std::uint32_t events) = 0;
};

// Buffers that every connection of one thread shares while it is being served, so that an idle one holds none.
struct Scratch {
    std::array<char, 16 * 1024> cipher; // one recv
    std::array<char, 40 * 1024> plain;  // what it decrypts to, with one record that was begun before
    std::string spare;                  // capacity lent to the connection that is writing
};

class Poller {
public:
    explicit Poller(Executor executor);
    ~Poller();
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    bool add(int descriptor, std::uint32_t events, Pollee& pollee);
    void change(int descriptor, std::uint32_t events, Pollee& pollee);
    void remove(int descriptor);
    // Destroys it once nothing of the current batch can refer to it any more.
    void bury(std::unique_ptr<Pollee> dead);
    // Runs at the end of the current batch, or soon if there is none.
    void later(std::function<void()> work);
    // Calls `tick` about every `period` while any descriptor is registered.
    void every(Millis period, std::function<void()> tick);
    Scratch& scratch();

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace harvest::web
