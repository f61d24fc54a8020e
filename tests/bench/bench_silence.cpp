// A store that falls silent (the far side is frozen, or its answers are lost): how long a caller who gave it a second
// waits here, and with libpqxx, whose calls know no deadline.
#include "common/adapters/postgres/database.hpp"
#include "common/adapters/system/system_clock.hpp"

#include <arpa/inet.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

using namespace harvest;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 20s; // with a caller that does not come back

double seconds_since(std::chrono::steady_clock::time_point began)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

// Passes on what comes, until it is told to keep the server's answers to itself.
class Relay {
public:
    explicit Relay(std::uint16_t server) : server_(server), listener_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address = loopback(0);
        socklen_t length = sizeof address;
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_, 16) != 0 ||
            ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
            throw std::runtime_error("no port for the relay");
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { run(); });
    }
    ~Relay()
    {
        over_ = true;
        thread_.join();
        for (const int each : sockets_) ::close(each);
        ::close(listener_);
    }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    std::uint16_t port() const { return port_; }
    void fall_silent() { silent_ = true; }

private:
    void run()
    {
        while (!over_) {
            std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
            for (const int each : sockets_) waiting.push_back({each, POLLIN, 0});
            if (::poll(waiting.data(), waiting.size(), 50) <= 0) continue;
            for (std::size_t i = 1; i < waiting.size(); ++i)
                if (waiting[i].revents != 0) pass(i - 1);
            if (waiting[0].revents != 0) take();
        }
    }
    void take()
    {
        const int client = ::accept(listener_, nullptr, nullptr), server = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address = loopback(server_);
        if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no PostgreSQL");
        sockets_.insert(sockets_.end(), {client, server}); // neighbours: even from the client, odd from the server
    }
    void pass(std::size_t from)
    {
        std::array<char, 16'384> bytes;
        const ssize_t count = ::recv(sockets_[from], bytes.data(), bytes.size(), 0);
        if (count <= 0) {
            ::shutdown(sockets_[from ^ 1U], SHUT_WR);
            std::this_thread::sleep_for(1ms); // it stays readable: no busy loop
            return;
        }
        const bool from_server = from % 2 == 1;
        if (from_server && silent_) return;
        (void)::send(sockets_[from ^ 1U], bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL);
    }

    std::uint16_t server_, port_{};
    int listener_;
    std::vector<int> sockets_;
    std::atomic<bool> silent_{false}, over_{false};
    std::thread thread_;
};

// The DSN of scripts/services, by way of the relay.
std::string through(const Relay& relay, std::string dsn, const std::string& port)
{
    dsn.replace(dsn.find(port), port.size(), std::to_string(relay.port()));
    return dsn;
}

double ours(const std::string& dsn, Relay& relay)
{
    const system::SystemClock clock;
    postgres::Options options;
    options.dsn = dsn;
    options.read_only = true;
    postgres::PostgresDatabase database(options, clock);
    const auto ask = [&](bool expected) {
        asio::io_context loop{1};
        const auto guard = asio::make_work_guard(loop);
        auto call = [&]() -> Task<void> {
            sql::Job job = [](sql::Connection& connection) -> Result<void> {
                const Result<sql::Rows> rows = connection.execute("SELECT 1", {});
                return rows ? Result<void>{} : rows.error();
            };
            const Result<void> done = co_await database.read(std::move(job), clock.after(1s));
            if (done.has_value() != expected) throw std::runtime_error("an unexpected answer");
        };
        std::exception_ptr failure;
        asio::co_spawn(loop, call, [&](std::exception_ptr thrown) {
            failure = std::move(thrown);
            loop.stop();
        });
        loop.run();
        if (failure) std::rethrow_exception(failure);
    };
    ask(true);
    relay.fall_silent();
    const auto began = std::chrono::steady_clock::now();
    ask(false);
    return seconds_since(began);
}

// Longer than `patience` is told as that.
double theirs(const std::string& dsn, Relay& relay)
{
    pqxx::connection connection(dsn);
    pqxx::nontransaction session(connection);
    session.exec("SELECT 1");
    relay.fall_silent();
    const auto began = std::chrono::steady_clock::now();
    std::future<void> call = std::async(std::launch::async, [&session] {
        try {
            session.exec("SELECT 1");
        }
        catch (const std::exception&) {
            return; // hung up
        }
    });
    (void)call.wait_for(patience);
    const double waited = seconds_since(began);
    (void)::shutdown(connection.sock(), SHUT_RDWR);
    call.get();
    return waited;
}

} // namespace

int main()
{
    const char* dsn = std::getenv("HARVEST_TEST_POSTGRES");
    if (!dsn) {
        std::fputs("HARVEST_TEST_POSTGRES is not set: eval \"$(scripts/services env)\"\n", stderr);
        return 2;
    }
    const std::string port = "15432"; // of scripts/services
    Relay first(15'432), second(15'432);
    const double here = ours(through(first, dsn, port), first);
    const double there = theirs(through(second, dsn, port), second);
    std::printf("{\"row\": \"silent_store_wait\", \"ours\": %.3f, \"yardstick\": %.1f, \"ratio\": %.1f, \"unit\": "
                "\"s\", \"note\": \"a read with a second to "
                "spend, of a server whose answers are lost; libpqxx 6.4 was still waiting when it was given up\"}\n",
                here, there, there / here);
    return 0;
}
