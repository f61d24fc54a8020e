#include "common/adapters/redis/transport.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <stdexcept>

namespace harvest::redis {
namespace {

using tcp = asio::ip::tcp;
using as_tuple_awaitable = asio::as_tuple_t<asio::use_awaitable_t<>>;
constexpr as_tuple_awaitable awaited;

class SocketTransport final : public Transport, public std::enable_shared_from_this<SocketTransport> {
public:
    SocketTransport(const Executor& executor, const Server& server, asio::ssl::context& context)
        : server_(server),
          resolver_(executor),
          stream_(executor, context)
    {
    }

    AsyncResult<void> connect() override
    {
        // The stream must outlive its own operations, whoever lets go of it.
        const auto self = shared_from_this();
        const auto [unknown, endpoints] =
            co_await resolver_.async_resolve(server_.host, std::to_string(server_.port), awaited);
        if (unknown) co_return Errc::unavailable;
        const auto [refused, endpoint] = co_await asio::async_connect(stream_.next_layer(), endpoints, awaited);
        if (refused || closed_) co_return Errc::unavailable;
        boost::system::error_code ignored;
        stream_.next_layer().set_option(tcp::no_delay(true), ignored);
        stream_.next_layer().set_option(asio::socket_base::keep_alive(true), ignored);
        if (!server_.tls) co_return Result<void>{};
        SSL_set_tlsext_host_name(stream_.native_handle(), server_.host.c_str());
        stream_.set_verify_callback(asio::ssl::host_name_verification(server_.host));
        const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::client, awaited);
        if (!failed) co_return Result<void>{};
        const bool distrusted = SSL_get_verify_result(stream_.native_handle()) != X509_V_OK;
        co_return distrusted ? Errc::permission_denied : Errc::unavailable;
    }

    AsyncResult<std::string_view> read() override
    {
        const auto self = shared_from_this();
        std::size_t size = 0;
        boost::system::error_code error;
        if (server_.tls)
            std::tie(error, size) = co_await stream_.async_read_some(asio::buffer(input_), awaited);
        else
            std::tie(error, size) = co_await stream_.next_layer().async_read_some(asio::buffer(input_), awaited);
        if (error) co_return Errc::unavailable;
        co_return std::string_view(input_.data(), size);
    }

    void write(std::string_view bytes) override
    {
        queue_ += bytes;
        if (sending_.empty()) send();
    }

    void close() override
    {
        closed_ = true;
        resolver_.cancel();
        boost::system::error_code ignored;
        stream_.next_layer().close(ignored);
    }

private:
    void send()
    {
        if (queue_.empty() || closed_) return;
        sending_.swap(queue_);
        auto sent = [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
            self->sending_.clear();
            if (error) return self->close(); // the reader sees it and ends
            self->send();
        };
        if (server_.tls)
            asio::async_write(stream_, asio::buffer(sending_), std::move(sent));
        else
            asio::async_write(stream_.next_layer(), asio::buffer(sending_), std::move(sent));
    }

    const Server& server_;
    tcp::resolver resolver_;
    asio::ssl::stream<tcp::socket> stream_;
    std::array<char, 16 * 1024> input_{};
    std::string queue_, sending_;
    bool closed_{};
};

} // namespace

struct Transports::State {
    State(Executor on, Server to) : executor(std::move(on)), server(std::move(to)) {}
    Executor executor;
    Server server;
    asio::ssl::context context{asio::ssl::context::tls_client};
};

Transports::Transports(Executor executor, Server server, const TlsFiles& tls)
    : state_(std::make_unique<State>(std::move(executor), std::move(server)))
{
    if (!state_->server.tls) return;
    asio::ssl::context& context = state_->context;
    try {
        context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                            asio::ssl::context::no_tlsv1_1);
        context.set_verify_mode(asio::ssl::verify_peer);
        if (tls.ca_pem.empty())
            context.set_default_verify_paths();
        else
            context.add_certificate_authority(asio::buffer(tls.ca_pem));
        if (tls.cert_pem.empty()) return;
        context.use_certificate_chain(asio::buffer(tls.cert_pem));
        context.use_private_key(asio::buffer(tls.key_pem), asio::ssl::context::pem);
    }
    catch (const boost::system::system_error& error) {
        throw std::runtime_error(std::string("redis: the certificates of TLS: ") + error.what());
    }
}

Transports::~Transports() = default;

std::shared_ptr<Transport> Transports::make()
{
    return std::make_shared<SocketTransport>(state_->executor, state_->server, state_->context);
}

} // namespace harvest::redis
