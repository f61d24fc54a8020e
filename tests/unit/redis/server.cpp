#include "tests/unit/redis/server.hpp"

#include "common/crypto/x509.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>

namespace harvest::test {
namespace {

std::filesystem::path new_folder()
{
    std::string name = (std::filesystem::temp_directory_path() / "harvest-redis-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
    return name;
}

void write_identity(const std::filesystem::path& folder)
{
    const crypto::PrivateKey key = crypto::PrivateKey::generate();
    const std::vector<std::string> names{"localhost"};
    const Millis now = system::SystemClock().now();
    std::ofstream(folder / "cert.pem") << crypto::make_certificate(key, names, now - 1h, now + 24h).value();
    std::ofstream(folder / "key.pem") << key.to_pem();
}

} // namespace

int free_port()
{
    std::random_device chance;
    for (int tries = 0; tries < 100; ++tries) {
        const int port = std::uniform_int_distribution(20'000, 32'000)(chance); // below what outgoing connections take
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(socket);
        if (bound) return port;
    }
    throw std::runtime_error("no free port");
}

RedisServer::RedisServer(std::vector<std::string> more, bool tls)
    : folder_(new_folder()),
      more_(std::move(more)),
      tls_(tls),
      port_(free_port())
{
    if (tls_) write_identity(folder_);
    start();
}

RedisServer::~RedisServer()
{
    kill();
    std::filesystem::remove_all(folder_);
}

void RedisServer::start()
{
    std::vector<std::string> words{"redis-server",
                                   "--bind",
                                   "127.0.0.1",
                                   "--dir",
                                   folder_.string(),
                                   "--save",
                                   "",
                                   "--logfile",
                                   (folder_ / "log").string()};
    const std::string port = std::to_string(port_);
    if (tls_)
        words.insert(words.end(), {"--port", "0", "--tls-port", port, "--tls-auth-clients", "no", "--tls-cert-file",
                                   (folder_ / "cert.pem").string(), "--tls-key-file", (folder_ / "key.pem").string()});
    else
        words.insert(words.end(), {"--port", port});
    words.insert(words.end(), more_.begin(), more_.end());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::execvp(arguments[0], arguments.data());
        ::_exit(127);
    }
    const auto listens = [this] {
        const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port_));
        const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        ::close(socket);
        return connected;
    };
    if (!eventually(listens)) FAIL("redis-server does not start: is the package installed?");
}

void RedisServer::kill()
{
    if (pid_ < 0) return;
    signal(SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

void RedisServer::signal(int number)
{
    ::kill(pid_, number);
}

std::string RedisServer::url(const std::string& sign_in, const std::string& database) const
{
    return fmt::format("{}://{}{}:{}{}", tls_ ? "rediss" : "redis", sign_in, tls_ ? "localhost" : "127.0.0.1", port_,
                       database);
}

redis::Options RedisServer::options() const
{
    redis::Options options;
    options.url = url();
    return options;
}

Result<redis::Reply> ask(redis::RedisConnection& connection, std::vector<std::string> words)
{
    return get(connection.call(std::move(words), {10s, Errc::timed_out}));
}

} // namespace harvest::test
