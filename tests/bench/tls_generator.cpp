// The load that bench_live.py puts on a server: prints one number, operations per CPU-second of process --pid, or with
// --idle the resident bytes that it grew by for each connection.
//   tls_generator http --port P --pid PID --seconds S --connections N --request FILE
//   tls_generator wss  --port P --pid PID --seconds S --connections N --message TEXT [--hello FILE] [--idle]
// FILE of --hello holds one first message a line, for one connection each; its reply must be no error.
#include "tests/bench/tls_load.hpp"

#include <fmt/core.h>
#include <sys/resource.h>

#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

namespace {

using namespace harvest::bench;

struct Options {
    std::string kind, request, message, hello;
    std::uint16_t port{};
    pid_t pid{};
    double seconds{1};
    std::size_t connections{64};
    bool idle{};
};

Options parse(int argc, char** argv)
{
    Options options;
    options.kind = argc > 1 ? argv[1] : "";
    for (int i = 2; i < argc; ++i) {
        const std::string_view name{argv[i]};
        if (name == "--idle") {
            options.idle = true;
            continue;
        }
        if (i + 1 == argc) throw std::runtime_error("an option without its value");
        const std::string value{argv[++i]};
        if (name == "--port") options.port = static_cast<std::uint16_t>(std::stoi(value));
        if (name == "--pid") options.pid = std::stoi(value);
        if (name == "--seconds") options.seconds = std::stod(value);
        if (name == "--connections") options.connections = std::stoul(value);
        if (name == "--request") options.request = value;
        if (name == "--message") options.message = value;
        if (name == "--hello") options.hello = value;
    }
    return options;
}

std::string contents(const std::string& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

Connection open_live(const Options& options, std::ifstream& hellos)
{
    Connection connection = open_connection(options.port);
    if (upgrade(connection).find(" 101 ") == std::string::npos) throw std::runtime_error("no upgrade");
    std::string hello;
    if (!std::getline(hellos, hello)) return connection;
    write_all(connection, masked_frame(hello));
    const std::string reply = read_reply(connection, frame_size);
    if (reply.find("\"error\"") != std::string::npos) throw std::runtime_error("refused: " + reply);
    return connection;
}

double measure(const Options& options)
{
    std::vector<Connection> connections;
    if (options.kind == "http") {
        while (connections.size() < options.connections) connections.push_back(open_connection(options.port));
        return closed_loop(connections, options.pid, contents(options.request), http_reply_size, options.seconds);
    }
    if (options.kind != "wss") throw std::runtime_error("the first word is http or wss");
    std::ifstream hellos(options.hello);
    constexpr std::size_t first = 50; // the costs that come once
    double before = 0;
    while (connections.size() < options.connections) {
        if (options.idle && connections.size() == first) before = resident_bytes(options.pid);
        connections.push_back(open_live(options, hellos));
    }
    if (options.idle) return (resident_bytes(options.pid) - before) / static_cast<double>(options.connections - first);
    return closed_loop(connections, options.pid, masked_frame(options.message), frame_size, options.seconds);
}

} // namespace

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
    try {
        fmt::print("{:.1f}\n", measure(parse(argc, argv)));
        return 0;
    }
    catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
