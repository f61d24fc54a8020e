// A stand-in for a stock Godot client with ENet over DTLS: libenet as Debian ships it and mbedTLS 2.28, the TLS library
// of Godot 3. It behaves as Godot does: the first send starts the handshake, sends are swallowed until it is done.
//   client_enet_mbedtls HOST PORT CA.pem godot3|godot4
// Sends each line of standard input as a message and prints each reply as a line; ends when as many have come.
// Exit: 0 all answered, 2 usage, 3 handshake refused, 4 disconnected, 5 late (10 s).
#include <arpa/inet.h>
#include <enet/enet.h>
#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/timing.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

namespace {

constexpr std::uint32_t unique_id = 0x2EADBEEF;

// One DTLS association under ENet's only socket.
class Dtls {
public:
    Dtls(const char* ca_file, const char* host)
    {
        mbedtls_ssl_init(&ssl_);
        mbedtls_ssl_config_init(&config_);
        mbedtls_x509_crt_init(&authority_);
        mbedtls_ctr_drbg_init(&random_);
        mbedtls_entropy_init(&entropy_);
        mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0);
        const bool ready = mbedtls_x509_crt_parse_file(&authority_, ca_file) == 0 &&
                           mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_DATAGRAM,
                                                       MBEDTLS_SSL_PRESET_DEFAULT) == 0;
        if (!ready) std::exit(2);
        mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
        mbedtls_ssl_conf_ca_chain(&config_, &authority_, nullptr);
        mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, &random_);
        if (mbedtls_ssl_setup(&ssl_, &config_) != 0 || mbedtls_ssl_set_hostname(&ssl_, host) != 0) std::exit(2);
        mbedtls_ssl_set_bio(&ssl_, this, send_raw, receive_raw, nullptr);
        mbedtls_ssl_set_timer_cb(&ssl_, &timer_, mbedtls_timing_set_delay, mbedtls_timing_get_delay);
    }
    ~Dtls()
    {
        mbedtls_ssl_free(&ssl_);
        mbedtls_ssl_config_free(&config_);
        mbedtls_x509_crt_free(&authority_);
        mbedtls_ctr_drbg_free(&random_);
        mbedtls_entropy_free(&entropy_);
    }
    Dtls(const Dtls&) = delete;
    Dtls& operator=(const Dtls&) = delete;

    void bind(ENetSocket socket, const ENetAddress& to)
    {
        socket_ = socket;
        to_.sin_family = AF_INET;
        to_.sin_port = htons(to.port);
        to_.sin_addr.s_addr = to.host;
    }
    bool active() const { return socket_ >= 0; }
    bool refused() const { return refused_; }
    // True once the association stands.
    bool shake()
    {
        if (done_ || refused_) return done_;
        const int outcome = mbedtls_ssl_handshake(&ssl_);
        done_ = outcome == 0;
        refused_ = !done_ && outcome != MBEDTLS_ERR_SSL_WANT_READ && outcome != MBEDTLS_ERR_SSL_WANT_WRITE;
        return done_;
    }
    void send(const std::vector<std::uint8_t>& bytes) { mbedtls_ssl_write(&ssl_, bytes.data(), bytes.size()); }
    int receive(void* into, std::size_t size)
    {
        const int got = mbedtls_ssl_read(&ssl_, static_cast<unsigned char*>(into), size);
        return got > 0 ? got : 0;
    }

private:
    static int send_raw(void* self, const unsigned char* bytes, std::size_t size)
    {
        const auto* dtls = static_cast<Dtls*>(self);
        const ssize_t sent =
            ::sendto(dtls->socket_, bytes, size, 0, reinterpret_cast<const sockaddr*>(&dtls->to_), sizeof dtls->to_);
        return sent < 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : static_cast<int>(sent);
    }
    static int receive_raw(void* self, unsigned char* bytes, std::size_t size)
    {
        const ssize_t got = ::recv(static_cast<Dtls*>(self)->socket_, bytes, size, MSG_DONTWAIT);
        return got < 0 ? MBEDTLS_ERR_SSL_WANT_READ : static_cast<int>(got);
    }

    mbedtls_ssl_context ssl_;
    mbedtls_ssl_config config_;
    mbedtls_x509_crt authority_;
    mbedtls_ctr_drbg_context random_;
    mbedtls_entropy_context entropy_;
    mbedtls_timing_delay_context timer_{};
    sockaddr_in to_{};
    ENetSocket socket_ = ENET_SOCKET_NULL;
    bool done_ = false;
    bool refused_ = false;
};

Dtls* dtls = nullptr;

std::vector<std::uint8_t> frame(const std::string& text, bool godot3)
{
    std::vector<std::uint8_t> bytes;
    constexpr std::uint32_t server = 1;
    for (const std::uint32_t word : {unique_id, server})
        for (int i = 0; godot3 && i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
    bytes.insert(bytes.end(), text.begin(), text.end());
    return bytes;
}

std::string unframe(const ENetPacket& packet, bool godot3)
{
    const std::size_t header = godot3 ? 8 : 0;
    if (packet.dataLength < header) return "short";
    if (godot3 && packet.data[0] != 1) return "not from the server";
    return {reinterpret_cast<const char*>(packet.data) + header, packet.dataLength - header};
}

} // namespace

// libenet calls these instead of its own: the program's definitions win.
extern "C" int enet_socket_send(ENetSocket socket, const ENetAddress* address, const ENetBuffer* buffers,
                                std::size_t count)
{
    if (!dtls->active()) dtls->bind(socket, *address);
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < count; ++i) {
        const auto* data = static_cast<const std::uint8_t*>(buffers[i].data);
        bytes.insert(bytes.end(), data, data + buffers[i].dataLength);
    }
    if (dtls->shake()) dtls->send(bytes); // else it is swallowed
    return static_cast<int>(bytes.size());
}

extern "C" int enet_socket_receive(ENetSocket, ENetAddress* address, ENetBuffer* buffers, std::size_t)
{
    extern ENetAddress server_address;
    if (!dtls->active() || !dtls->shake()) return 0;
    *address = server_address;
    return dtls->receive(buffers->data, buffers->dataLength);
}

ENetAddress server_address;

// Sends the lines and prints the replies; the exit code.
int converse(ENetHost* host, ENetPeer* peer, const std::vector<std::string>& lines, bool godot3)
{
    std::size_t answered = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (answered < lines.size() && std::chrono::steady_clock::now() < end) {
        ENetEvent event;
        const int happened = enet_host_service(host, &event, 5);
        if (dtls->refused()) return 3;
        if (happened <= 0) continue;
        if (event.type == ENET_EVENT_TYPE_DISCONNECT) return 4;
        if (event.type == ENET_EVENT_TYPE_CONNECT)
            for (const std::string& line : lines) {
                const std::vector<std::uint8_t> bytes = frame(line, godot3);
                ENetPacket* packet = enet_packet_create(bytes.data(), bytes.size(), ENET_PACKET_FLAG_RELIABLE);
                if (enet_peer_send(peer, godot3 ? 1 : 0, packet) != 0) return 4;
            }
        if (event.type == ENET_EVENT_TYPE_RECEIVE) {
            std::cout << unframe(*event.packet, godot3) << '\n';
            enet_packet_destroy(event.packet);
            ++answered;
        }
    }
    std::cout.flush();
    enet_peer_disconnect_now(peer, 0);
    return answered == lines.size() ? 0 : 5;
}

int main(int argc, char** argv)
{
    if (argc != 5) {
        std::fputs("usage: client_enet_mbedtls HOST PORT CA.pem godot3|godot4\n", stderr);
        return 2;
    }
    const bool godot3 = std::strcmp(argv[4], "godot3") == 0;
    Dtls association(argv[3], argv[1]);
    dtls = &association;
    std::vector<std::string> lines;
    for (std::string line; std::getline(std::cin, line);) lines.push_back(line);

    enet_initialize();
    enet_address_set_host_ip(&server_address, argv[1]);
    server_address.port = static_cast<enet_uint16>(std::atoi(argv[2]));
    const std::size_t channels = godot3 ? 3 : 255;
    ENetHost* host = enet_host_create(nullptr, 1, channels, 0, 0);
    ENetPeer* peer = enet_host_connect(host, &server_address, channels, unique_id);
    const int code = converse(host, peer, lines, godot3);
    enet_host_destroy(host);
    return code;
}
