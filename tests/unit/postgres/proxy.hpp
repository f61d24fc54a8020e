// A stretch of network between a driver and a real server, which can go wrong on demand.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace harvest::test {

class Proxy {
public:
    enum class Mode {
        pass,
        stall,        // nothing comes through either way, nobody is told
        refuse,       // open connections are cut, new ones too
        cut_at_commit // the next COMMIT reaches the server, its answer reaches nobody
    };

    // Of a postgresql://…@HOST:PORT/… DSN.
    explicit Proxy(const std::string& dsn);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    const std::string& dsn() const { return dsn_; } // the same one, by this way
    void set(Mode mode) { mode_ = mode; }
    int cuts() const { return cuts_; }

private:
    void accept_loop();
    void carry(int client);
    bool forward(int from, int to, bool to_server);

    std::string dsn_, port_;
    int listener_ = -1;
    std::atomic<Mode> mode_{Mode::pass};
    std::atomic<bool> closing_{false};
    std::atomic<int> cuts_{0};
    std::vector<std::thread> threads_; // of accept_loop() alone
    std::thread acceptor_;
};

} // namespace harvest::test
