// DTLS echo through guard and ENet against stock ENet in clear; latency at 3,000 peers; memory of an idle link against
// plain OpenSSL DTLS; handshakes. Each server is a process of its own, rates are per second of its CPU.
//   bench_enet [--rounds N] [--seconds S] [--only WORD]
// Prints one JSON object a row: {"row", "unit", "ours", "yardstick", "ratio"}.
#include "common/adapters/enet/client.hpp"
#include "common/adapters/enet/dtls.hpp"
#include "common/adapters/enet/link.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "common/runtime/task_group.hpp"
#include "tests/unit/enet/self_signed.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <enet/enet.h>
#include <malloc.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace harvest;
using SteadyClock = std::chrono::steady_clock;

struct Options {
    int rounds = 5;
    double seconds = 2;
    std::string only;
};

double seconds_since(SteadyClock::time_point begin)
{
    return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

double percentile(std::vector<double> values, double share)
{
    if (values.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + at, values.end());
    return values[static_cast<std::size_t>(at)];
}

void report(const char* row, const char* unit, double ours, double yardstick)
{
    std::printf("{\"row\":\"%s\",\"unit\":\"%s\",\"ours\":%.4g,\"yardstick\":%.4g,\"ratio\":%.3f}\n", row, unit, ours,
                yardstick, yardstick > 0 ? ours / yardstick : 0);
    std::fflush(stdout);
}

// A server in a child process that writes its port to a pipe and serves until it is killed.
class Server {
public:
    explicit Server(const std::function<void(int)>& serve)
    {
        int ends[2];
        if (::pipe(ends) != 0) std::abort();
        child_ = ::fork();
        if (child_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(ends[1]);
            ::_exit(0);
        }
        ::close(ends[1]);
        if (::read(ends[0], &port_, sizeof port_) != sizeof port_) std::abort();
        ::close(ends[0]);
    }
    ~Server()
    {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    std::uint16_t port() const { return port_; }
    double cpu_seconds() const
    {
        clockid_t clock{};
        timespec used{};
        ::clock_getcpuclockid(child_, &clock);
        ::clock_gettime(clock, &used);
        return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
    }
    double resident_bytes() const
    {
        const std::string path = "/proc/" + std::to_string(child_) + "/statm";
        long total = 0;
        long resident = 0;
        if (FILE* file = std::fopen(path.c_str(), "r")) {
            if (std::fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
            std::fclose(file);
        }
        return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    }

private:
    pid_t child_ = 0;
    std::uint16_t port_ = 0;
};

class Echo final : public LinkEvents {
public:
    void opened(const LinkInfo&) override {}
    void message(LinkId id, std::string_view bytes) override { link->send(id, bytes); }
    void closed(LinkId, CloseReason) override {}
    ClientLink* link = nullptr;
};

void write_port(int to, std::uint16_t port)
{
    if (::write(to, &port, sizeof port) != sizeof port) std::abort();
}

void serve_ours(int port_to)
{
    asio::io_context io(1);
    system::SystemClock clock;
    system::SystemEntropy entropy;
    enet::EnetConfig config;
    config.host = "127.0.0.1";
    config.port = 0;
    config.certificate_pem = enet::test::self_signed("harvest").certificate_pem;
    config.key_pem = enet::test::self_signed("harvest").key_pem;
    config.strangers_per_address = config.per_address = config.per_subnet = config.max_links;
    config.newcomers_per_second = config.newcomers_per_address = 0;
    const auto link = enet::make_enet_link(config, io.get_executor(), clock, entropy, nullptr);
    Echo echo;
    echo.link = link.get();
    if (!link->listen(echo)) std::abort();
    write_port(port_to, link->port());
    io.run();
}

// As a stock server is written: one host for all, in clear.
void serve_stock(int port_to)
{
    enet_initialize();
    ENetHost* host = nullptr;
    ENetAddress address{.host = htonl(INADDR_LOOPBACK), .port = 0};
    for (std::uint16_t port = 20'000; !host && port < 60'000; port = static_cast<std::uint16_t>(port + 37)) {
        address.port = port;
        host = enet_host_create(&address, 4'000, 3, 0, 0);
    }
    if (!host) std::abort();
    const int wanted = 4 * 1024 * 1024;
    setsockopt(host->socket, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted);
    setsockopt(host->socket, SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof wanted);
    write_port(port_to, address.port);
    ENetEvent event;
    while (enet_host_service(host, &event, 1) >= 0)
        if (event.type == ENET_EVENT_TYPE_RECEIVE)
            enet_peer_send(event.peer, event.channelID, event.packet); // the same packet goes back
}

struct Load {
    std::size_t peers;
    std::size_t window; // messages a peer has under way
    Millis pause;       // between an echo and the next message
    double seconds;
};

struct Measured {
    double per_cpu_second = 0;
    double p50_ms = 0, p99_ms = 0;
    double server_bytes_a_link = 0;
    double client_bytes_a_link = 0;
    double client_heap_a_link = 0;
    double handshakes_per_cpu_second = 0;
};

double own_resident_bytes()
{
    long total = 0;
    long resident = 0;
    if (FILE* file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
        std::fclose(file);
    }
    return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// Our clients against our server.
class OurLoad {
public:
    OurLoad(const Server& server, const Load& load)
        : server_(server),
          load_(load),
          clients_(io_.get_executor(), {}, clock_),
          players_(io_.get_executor())
    {
        endpoint_.host = "127.0.0.1";
        endpoint_.port = server.port();
        endpoint_.fingerprint =
            enet::certificate_fingerprint(enet::test::self_signed("harvest").certificate_pem).value();
    }

    Measured run()
    {
        Measured measured;
        for (std::size_t i = 0; i < load_.peers; ++i) links_.push_back(clients_.make(""));
        const double server_before = server_.resident_bytes();
        const double own_before = own_resident_bytes();
        const std::size_t heap_before = mallinfo2().uordblks;
        const double cpu_before = server_.cpu_seconds();
        for (std::size_t part = 0; part < parts; ++part)
            players_.spawn([this, part]() -> Task<void> { return connect(part); });
        while (connected_ < load_.peers) io_.run_one_for(Millis(5));
        const double spent = server_.cpu_seconds() - cpu_before;
        measured.handshakes_per_cpu_second = static_cast<double>(load_.peers) / spent;
        settle(1.5);
        measured.server_bytes_a_link = (server_.resident_bytes() - server_before) / static_cast<double>(load_.peers);
        measured.client_bytes_a_link = (own_resident_bytes() - own_before) / static_cast<double>(load_.peers);
        measured.client_heap_a_link =
            static_cast<double>(mallinfo2().uordblks - heap_before) / static_cast<double>(load_.peers);
        if (load_.seconds > 0) play(measured);
        stopping_ = true;
        for (const auto& each : links_) each->close();
        bool joined = false;
        asio::co_spawn(io_, players_.join(), [&](const std::exception_ptr&) { joined = true; });
        while (!joined) io_.run_one_for(Millis(5));
        links_.clear();
        settle(0.3);
        return measured;
    }

private:
    static constexpr std::size_t parts = 32; // connects under way

    void settle(double seconds)
    {
        const auto begin = SteadyClock::now();
        while (seconds_since(begin) < seconds) io_.run_one_for(Millis(5));
    }
    void play(Measured& measured)
    {
        for (const auto& each : links_) {
            ServerLink* link = each.get();
            players_.spawn([this, link]() -> Task<void> { return echo(*link); });
        }
        settle(0.5);
        measuring_ = true;
        const double cpu = server_.cpu_seconds();
        settle(load_.seconds);
        measuring_ = false;
        measured.per_cpu_second = static_cast<double>(times_.size()) / (server_.cpu_seconds() - cpu);
        measured.p50_ms = percentile(times_, 0.5);
        measured.p99_ms = percentile(times_, 0.99);
    }
    Task<void> connect(std::size_t part)
    {
        for (std::size_t i = part; i < links_.size(); i += parts) {
            Endpoint endpoint = endpoint_;
            const Result<void> done = co_await links_[i]->connect(std::move(endpoint), clock_.after(Millis(30'000)));
            if (!done) std::abort();
            ++connected_;
        }
    }
    Task<void> echo(ServerLink& link)
    {
        const std::string text(64, 'm');
        if (load_.pause > Millis(0)) // spread the beginnings
            co_await clock_.sleep_until(clock_.after(Millis(std::rand() % load_.pause.count())));
        std::vector<SteadyClock::time_point> sent(load_.window, SteadyClock::now());
        for (std::size_t i = 0; i < load_.window; ++i)
            if (!link.send(text)) co_return;
        for (std::size_t at = 0; !stopping_; at = (at + 1) % load_.window) {
            const Result<std::string> reply = co_await link.receive(clock_.after(Millis(10'000)));
            if (!reply) co_return;
            if (measuring_) times_.push_back(seconds_since(sent[at]) * 1'000);
            if (load_.pause > Millis(0)) co_await clock_.sleep_until(clock_.after(load_.pause));
            sent[at] = SteadyClock::now();
            if (!link.send(text)) co_return;
        }
    }

    asio::io_context io_{1};
    system::SystemClock clock_;
    const Server& server_;
    Load load_;
    enet::EnetClients clients_;
    Endpoint endpoint_;
    std::vector<std::unique_ptr<ServerLink>> links_;
    TaskGroup players_;
    std::vector<double> times_;
    std::size_t connected_ = 0;
    bool measuring_ = false;
    bool stopping_ = false;
};

// Stock clients against the stock server: small hosts, so that the client's own scans do not set the pace.
Measured stock_load(const Server& server, const Load& load)
{
    struct Peer {
        std::vector<SteadyClock::time_point> sent;
        std::size_t at = 0;
        SteadyClock::time_point due{};
        bool waiting = false;
    };
    constexpr std::size_t peers_a_host = 50;
    enet_initialize();
    ENetAddress address{.host = htonl(INADDR_LOOPBACK), .port = server.port()};
    std::vector<ENetHost*> hosts;
    std::vector<std::unique_ptr<Peer>> peers;
    for (std::size_t i = 0; i < load.peers; ++i) {
        if (i % peers_a_host == 0) hosts.push_back(enet_host_create(nullptr, peers_a_host, 3, 0, 0));
        peers.push_back(std::make_unique<Peer>());
        peers.back()->sent.resize(load.window);
        enet_host_connect(hosts.back(), &address, 3, 0)->data = peers.back().get();
    }
    const std::string text(64, 'm');
    std::vector<double> times;
    std::size_t connected = 0;
    bool measuring = false;
    const auto send = [&](ENetPeer* to, Peer& peer) {
        peer.sent[peer.at] = SteadyClock::now();
        peer.at = (peer.at + 1) % load.window;
        enet_peer_send(to, 0, enet_packet_create(text.data(), text.size(), ENET_PACKET_FLAG_RELIABLE));
    };
    const auto later = [&] { return SteadyClock::now() + Millis(std::rand() % (load.pause.count() * 2 + 1)); };
    const auto turn = [&] {
        ENetEvent event;
        for (ENetHost* host : hosts) {
            while (enet_host_service(host, &event, 0) > 0) {
                if (event.type == ENET_EVENT_TYPE_CONNECT) ++connected;
                if (event.type != ENET_EVENT_TYPE_RECEIVE) continue;
                Peer& peer = *static_cast<Peer*>(event.peer->data);
                if (measuring) times.push_back(seconds_since(peer.sent[peer.at]) * 1'000);
                enet_packet_destroy(event.packet);
                if (load.pause > Millis(0)) {
                    peer.due = SteadyClock::now() + load.pause;
                    peer.waiting = true;
                } else {
                    send(event.peer, peer);
                }
            }
            for (std::size_t i = 0; load.pause > Millis(0) && i < host->peerCount; ++i) {
                Peer* peer = static_cast<Peer*>(host->peers[i].data);
                if (!peer || !peer->waiting || peer->due > SteadyClock::now()) continue;
                peer->waiting = false;
                send(&host->peers[i], *peer);
            }
        }
    };
    const auto for_seconds = [&](double length) {
        for (const auto begin = SteadyClock::now(); seconds_since(begin) < length;) turn();
    };
    const auto patience = SteadyClock::now();
    while (connected < load.peers && seconds_since(patience) < 30) turn();
    for (ENetHost* host : hosts)
        for (std::size_t i = 0; i < host->peerCount; ++i) {
            Peer* peer = static_cast<Peer*>(host->peers[i].data);
            if (!peer) continue;
            peer->due = later();
            peer->waiting = load.pause > Millis(0);
            for (std::size_t j = 0; load.pause == Millis(0) && j < load.window; ++j) send(&host->peers[i], *peer);
        }
    for_seconds(0.5);
    measuring = true;
    const double cpu = server.cpu_seconds();
    for_seconds(load.seconds);
    Measured measured;
    measured.per_cpu_second = static_cast<double>(times.size()) / (server.cpu_seconds() - cpu);
    measured.p50_ms = percentile(times, 0.5);
    measured.p99_ms = percentile(times, 0.99);
    for (ENetHost* host : hosts) enet_host_destroy(host);
    return measured;
}

// Heap of one server session of OpenSSL as it comes, after a handshake with a client that is then freed.
double openssl_bytes_a_session()
{
    using enet::DtlsSide;
    constexpr int sessions = 300;
    const enet::test::Pair& pair = enet::test::self_signed("harvest");
    BIO* certificate_bio = BIO_new_mem_buf(pair.certificate_pem.data(), -1);
    BIO* key_bio = BIO_new_mem_buf(pair.key_pem.data(), -1);
    SSL_CTX* server_context = SSL_CTX_new(DTLS_server_method());
    X509* certificate = PEM_read_bio_X509(certificate_bio, nullptr, nullptr, nullptr);
    EVP_PKEY* key = PEM_read_bio_PrivateKey(key_bio, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(server_context, certificate);
    SSL_CTX_use_PrivateKey(server_context, key);
    SSL_CTX* client_context = SSL_CTX_new(DTLS_client_method());
    std::vector<SSL*> held;
    std::size_t before = 0;
    for (int i = 0; i <= sessions; ++i) {
        if (i == 1) before = mallinfo2().uordblks; // the first one fills OpenSSL's own caches
        SSL* server = SSL_new(server_context);
        SSL* client = SSL_new(client_context);
        BIO* to_server = BIO_new(BIO_s_mem());
        BIO* to_client = BIO_new(BIO_s_mem());
        BIO_set_mem_eof_return(to_server, -1);
        BIO_set_mem_eof_return(to_client, -1);
        BIO_up_ref(to_server);
        BIO_up_ref(to_client);
        SSL_set_bio(server, to_server, to_client);
        SSL_set_bio(client, to_client, to_server);
        SSL_set_accept_state(server);
        SSL_set_connect_state(client);
        for (int step = 0; step < 20 && !(SSL_is_init_finished(server) && SSL_is_init_finished(client)); ++step) {
            SSL_do_handshake(client);
            SSL_do_handshake(server);
        }
        SSL_free(client);
        held.push_back(server);
    }
    const double used = static_cast<double>(mallinfo2().uordblks - before);
    for (SSL* each : held) SSL_free(each);
    SSL_CTX_free(server_context);
    SSL_CTX_free(client_context);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(certificate_bio);
    BIO_free(key_bio);
    return used / sessions;
}

// Our rate.
double bench_echo(const Options& options, std::size_t peers)
{
    const Load load{.peers = peers, .window = 1, .pause = Millis(0), .seconds = options.seconds};
    std::vector<double> ours;
    std::vector<double> stock;
    for (int round = 0; round < options.rounds; ++round) {
        const Server our_server(serve_ours);
        ours.push_back(OurLoad(our_server, load).run().per_cpu_second);
        const Server stock_server(serve_stock);
        stock.push_back(stock_load(stock_server, load).per_cpu_second);
    }
    const std::string row = peers == 100 ? "dtls_echo" : "dtls_echo_" + std::to_string(peers) + "_peers";
    report(row.c_str(), "DTLS echoes per server CPU-second; stock ENet in clear", median(ours), median(stock));
    return median(ours);
}

void bench_echoes(const Options& options)
{
    std::vector<double> rates;
    for (const std::size_t peers : {std::size_t{10}, std::size_t{100}, std::size_t{1'000}})
        rates.push_back(bench_echo(options, peers));
    std::printf("{\"growth\":\"dtls_echo\",\"by\":\"peers\",\"rates\":{\"10\":%g,\"100\":%g,\"1000\":%g}}\n", rates[0],
                rates[1], rates[2]);
}

void bench_latency(const Options& options)
{
    const Load load{.peers = 3'000, .window = 1, .pause = Millis(500), .seconds = options.seconds * 2};
    const Server our_server(serve_ours);
    const Measured ours = OurLoad(our_server, load).run();
    const Server stock_server(serve_stock);
    const Measured stock = stock_load(stock_server, load);
    report("dtls_echo_p50_ms", "ms at 6,000 echoes/s; one stock host", ours.p50_ms, stock.p50_ms);
    report("dtls_echo_p99_ms", "ms at 6,000 echoes/s; one stock host", ours.p99_ms, stock.p99_ms);
}

void bench_memory()
{
    const Load load{.peers = 2'000, .window = 1, .pause = Millis(0), .seconds = 0};
    const Load tenth{.peers = 200, .window = 1, .pause = Millis(0), .seconds = 0};
    const Server server(serve_ours), other(serve_ours);
    const Measured ours = OurLoad(server, load).run();
    const Measured few = OurLoad(other, tenth).run();
    report("dtls_memory", "resident bytes of the server a DTLS link; OpenSSL's own session", ours.server_bytes_a_link,
           openssl_bytes_a_session());
    report("bot_dtls_link", "resident bytes of a client a link; the budget of 25 kB", ours.client_bytes_a_link, 25'000);
    report("bot_dtls_link_heap", "heap bytes of a client a link; the budget of 25 kB", ours.client_heap_a_link, 25'000);
    report("dtls_joins", "joins per server CPU-second; 3,100 seen for ECDSA P-256", ours.handshakes_per_cpu_second,
           3'100);
    const auto grows = [](const char* row, const char* kind, double at_a_tenth, double at_all) {
        std::printf("{\"growth\":\"%s\",\"by\":\"links\",\"%s\":{\"200\":%g,\"2000\":%g}}\n", row, kind, at_a_tenth,
                    at_all);
    };
    grows("dtls_memory", "costs", few.server_bytes_a_link, ours.server_bytes_a_link);
    grows("bot_dtls_link_heap", "costs", few.client_heap_a_link, ours.client_heap_a_link);
    grows("dtls_joins", "rates", few.handshakes_per_cpu_second, ours.handshakes_per_cpu_second);
}

} // namespace

int main(int argc, char** argv)
{
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        if (name == "--rounds") options.rounds = std::atoi(argv[i + 1]);
        if (name == "--seconds") options.seconds = std::atof(argv[i + 1]);
        if (name == "--only") options.only = argv[i + 1];
    }
    enet::test::self_signed("harvest"); // before any fork: all processes share it
    const auto wanted = [&](const char* name) { return options.only.empty() || options.only == name; };
    if (wanted("memory")) bench_memory(); // first: a server forked later inherits freed heap and seems to need none
    if (wanted("echo")) bench_echoes(options);
    if (wanted("latency")) bench_latency(options);
    return 0;
}
