// HTTPS, TLS handshakes and WebSocket of common/adapters/web against nginx in the same run: operations per CPU-second
// of the server process (schedstat), rounds interleaved, one JSON line a row. Options: --rounds N --seconds S --idle
// CONNECTIONS
// --only TEXT (rows whose name has it).
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/web/client.hpp"
#include "common/adapters/web/http_listener.hpp"
#include "common/adapters/web/wss_link.hpp"
#include "tests/bench/tls_load.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/core.h>
#include <malloc.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>

namespace {

using namespace harvest;
using namespace harvest::bench;
using Clock = std::chrono::steady_clock;

const std::string reply_body =
    R"({"player":"p_01JD8Q3V9T6Y2M4K7N5R0B1C2D","name":"harvester","rating":1512,"coins":"12345678","created_at":"2026-01-01T00:00:00.000Z"})";
const std::string http_request = "GET /v1/account HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
                                 "User-Agent: bench\r\nAuthorization: Bearer " +
                                 std::string(300, 'x') + "\r\n\r\n";

std::string pem_of(BIO* bio)
{
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return text;
}

void make_identity(std::string& cert_pem, std::string& key_pem)
{
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_add_ext(x509, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(x509, key, EVP_sha256());
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, x509);
    cert_pem = pem_of(bio);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
    key_pem = pem_of(bio);
    X509_free(x509);
    EVP_PKEY_free(key);
}

class StaticHandler final : public HttpHandler {
public:
    Task<HttpResponse> handle(HttpRequest) override
    {
        HttpResponse response;
        response.body = reply_body;
        co_return response;
    }
};

class EchoEvents final : public LinkEvents {
public:
    void opened(const LinkInfo&) override {}
    void message(LinkId link, std::string_view bytes) override { server->send(link, bytes); }
    void closed(LinkId, CloseReason) override {}
    ClientLink* server{};
};

// Runs in a child: both listeners, until it is killed. The parent reads their ports from the pipe.
[[noreturn]] void serve(int ports, const std::string& cert_pem, const std::string& key_pem)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    asio::io_context context{1};
    system::SystemClock clock;
    web::WebCounters counters{};
    web::HttpServerConfig http;
    http.cert_pem = cert_pem;
    http.key_pem = key_pem;
    http.max_connections_per_address = 20'000;
    http.max_requests = 1'000'000'000;
    web::WssConfig wss;
    wss.cert_pem = cert_pem;
    wss.key_pem = key_pem;
    wss.max_connections_per_address = 20'000;
    StaticHandler handler;
    EchoEvents events;
    const auto listener = web::make_https_listener(http, context.get_executor(), clock, counters);
    const auto link = web::make_wss_link(wss, context.get_executor(), clock, counters);
    events.server = link.get();
    if (!listener->listen(handler) || !link->listen(events)) ::_exit(1);
    const std::array<std::uint16_t, 2> numbers{listener->port(), link->port()};
    if (::write(ports, numbers.data(), sizeof numbers) != sizeof numbers) ::_exit(1);
    context.run();
    ::_exit(0);
}

pid_t start_nginx(const std::filesystem::path& folder, std::uint16_t port)
{
    std::ofstream(folder / "nginx.conf")
        << "daemon off; master_process off; worker_processes 1; pid " << (folder / "pid").string() << "; error_log "
        << (folder / "error.log").string() << ";\nevents { worker_connections 20000; }\n"
        << "http { access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;\n"
        << " client_body_temp_path " << folder.string() << "; proxy_temp_path " << folder.string()
        << "; fastcgi_temp_path " << folder.string() << "; uwsgi_temp_path " << folder.string() << "; scgi_temp_path "
        << folder.string() << ";\n server { listen 127.0.0.1:" << port << " ssl backlog=4096; ssl_certificate "
        << (folder / "cert.pem").string() << "; ssl_certificate_key " << (folder / "key.pem").string()
        << "; ssl_protocols TLSv1.2 TLSv1.3;\n location / { default_type "
        << "application/json; return 200 '" << reply_body << "'; } } }\n";
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const std::string conf = (folder / "nginx.conf").string();
        ::execl("/usr/sbin/nginx", "nginx", "-c", conf.c_str(), "-p", folder.c_str(), nullptr);
        ::_exit(127);
    }
    return child;
}

double https_round(std::uint16_t port, pid_t server, double seconds)
{
    std::vector<Connection> connections;
    for (int i = 0; i < 64; ++i) connections.push_back(open_connection(port));
    const double rate = closed_loop(connections, server, http_request, http_reply_size, seconds);
    for (Connection& connection : connections) close_connection(connection);
    return rate;
}

// `at_once` connections are opened, then closed, then the next.
double handshake_round(std::uint16_t port, pid_t server, double seconds, std::size_t at_once = 4)
{
    const double cpu_before = cpu_seconds(server);
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    std::size_t done = 0;
    while (Clock::now() < end) {
        std::vector<Connection> group(at_once);
        for (Connection& connection : group) connection = open_connection(port);
        for (Connection& connection : group) close_connection(connection);
        done += group.size();
    }
    return static_cast<double>(done) / (cpu_seconds(server) - cpu_before);
}

double echo_round(std::uint16_t port, pid_t server, double seconds)
{
    const std::string message = masked_frame(std::string(64, 'm'));
    std::vector<Connection> connections;
    for (int i = 0; i < 64; ++i) {
        connections.push_back(open_connection(port));
        if (upgrade(connections.back()).find(" 101 ") == std::string::npos) throw std::runtime_error("no upgrade");
    }
    const double rate = closed_loop(connections, server, message, frame_size, seconds);
    for (Connection& connection : connections) close_connection(connection);
    return rate;
}

double idle_bytes(std::uint16_t port, pid_t server, std::size_t count)
{
    std::vector<Connection> connections;
    for (std::size_t i = 0; i < 50; ++i) { // first the costs that come once
        connections.push_back(open_connection(port));
        upgrade(connections.back());
    }
    const double before = resident_bytes(server);
    for (std::size_t i = 0; i < count; ++i) {
        connections.push_back(open_connection(port));
        upgrade(connections.back());
    }
    const double each = (resident_bytes(server) - before) / static_cast<double>(count);
    for (Connection& connection : connections) close_connection(connection);
    return each;
}

// Not the resident ones: what was freed before is used again.
double heap_bytes()
{
    return static_cast<double>(::mallinfo2().uordblks);
}

// Our own client links in this process, against the child's echo.
double client_link_bytes(std::uint16_t port, const std::string& ca_pem, std::size_t count)
{
    asio::io_context context{1};
    system::SystemClock clock;
    web::WssClientConfig config;
    config.ca_pem = ca_pem;
    const auto links = web::make_wss_links(config, context.get_executor(), clock);
    std::vector<std::unique_ptr<ServerLink>> open;
    double before = 0;
    auto connect_all = [&]() -> Task<void> {
        for (std::size_t i = 0; i < count + 50; ++i) {
            if (i == 50) before = heap_bytes();
            open.push_back(links->make("wss", {}));
            Endpoint endpoint;
            endpoint.host = "127.0.0.1";
            endpoint.port = port;
            const auto connected = co_await open.back()->connect(std::move(endpoint), clock.after(Millis{5000}));
            if (!connected) throw std::runtime_error("a client link could not connect");
        }
    };
    double each = 0;
    asio::co_spawn(context, connect_all, [&](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
        each = (heap_bytes() - before) / static_cast<double>(count);
        open.clear();
    });
    context.run();
    return each;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

std::string only;

bool wanted(std::string_view row)
{
    return row.find(only) != std::string_view::npos;
}

void print(std::string_view row, double ours, double yardstick)
{
    fmt::print("{{\"row\":\"{}\",\"ours\":{:.1f},\"yardstick\":{:.1f},\"ratio\":{:.3f}}}\n", row, ours, yardstick,
               yardstick > 0 ? ours / yardstick : 0);
    std::fflush(stdout);
}

// What it measures at each size: "rates", or what each "costs".
void print_growth(std::string_view row, std::string_view by, std::string_view kind,
                  const std::vector<std::size_t>& sizes, const std::function<double(std::size_t)>& measure)
{
    std::string list;
    for (const std::size_t size : sizes)
        list += fmt::format("{}\"{}\":{:.1f}", list.empty() ? "" : ",", size, measure(size));
    fmt::print("{{\"growth\":\"{}\",\"by\":\"{}\",\"{}\":{{{}}}}}\n", row, by, kind, list);
    std::fflush(stdout);
}

std::uint16_t free_port()
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    ::close(descriptor);
    return ntohs(address.sin_port);
}

void compare(std::string_view row, int rounds, const std::function<double()>& ours,
             const std::function<double()>& yardstick)
{
    if (!wanted(row)) return;
    std::vector<double> mine;
    std::vector<double> theirs;
    for (int round = 0; round < rounds; ++round) {
        mine.push_back(ours());
        theirs.push_back(yardstick());
    }
    print(row, median(mine), median(theirs));
}

} // namespace

int main(int argc, char** argv)
{
    int rounds = 5;
    double seconds = 1.0;
    std::size_t idle = 4000;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name{argv[i]};
        if (name == "--rounds") rounds = std::stoi(argv[i + 1]);
        if (name == "--seconds") seconds = std::stod(argv[i + 1]);
        if (name == "--idle") idle = std::stoul(argv[i + 1]);
        if (name == "--only") only = argv[i + 1];
    }
    std::signal(SIGPIPE, SIG_IGN);
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);

    std::array<char, 32> name{"/tmp/harvest_bench_web_XXXXXX"};
    const std::filesystem::path folder = ::mkdtemp(name.data());
    std::string cert_pem;
    std::string key_pem;
    make_identity(cert_pem, key_pem);
    std::ofstream(folder / "cert.pem") << cert_pem;
    std::ofstream(folder / "key.pem") << key_pem;
    const std::uint16_t nginx_port = free_port();
    const pid_t nginx = start_nginx(folder, nginx_port);
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) return 1;
    const pid_t ours = ::fork();
    if (ours == 0) serve(pipe[1], cert_pem, key_pem);
    std::array<std::uint16_t, 2> ports{};
    if (::read(pipe[0], ports.data(), sizeof ports) != sizeof ports) return 1;

    int status = 0;
    try {
        const std::string_view idle_row{"wss_memory_adapter"};
        const std::string_view link_row{"bot_wss_link"};
        if (wanted(idle_row)) print(idle_row, idle_bytes(ports[1], ours, idle), 28'000);
        if (wanted(link_row)) {
            print(link_row, client_link_bytes(ports[1], cert_pem, idle / 4), 25'000);
            print_growth(link_row, "links", "costs", {idle / 40, idle / 4},
                         [&](std::size_t count) { return client_link_bytes(ports[1], cert_pem, count); });
        }
        compare(
            "https_adapter", rounds, [&] { return https_round(ports[0], ours, seconds); },
            [&] { return https_round(nginx_port, nginx, seconds); });
        compare(
            "tls_handshakes", rounds, [&] { return handshake_round(ports[0], ours, seconds); },
            [&] { return handshake_round(nginx_port, nginx, seconds); });
        if (wanted("tls_handshakes"))
            print_growth("tls_handshakes", "at once", "rates", {4, 40, 400},
                         [&](std::size_t at_once) { return handshake_round(ports[0], ours, seconds, at_once); });
        compare(
            "wss_echo_adapter", rounds, [&] { return echo_round(ports[1], ours, seconds); },
            [&] { return https_round(nginx_port, nginx, seconds); });
    }
    catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        status = 1;
    }
    for (const pid_t child : {ours, nginx}) {
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
    }
    std::filesystem::remove_all(folder);
    return status;
}
