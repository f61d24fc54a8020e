#include "common/adapters/enet/client.hpp"

#include "common/adapters/enet/client_core.hpp"
#include "common/ports/client_link.hpp"

#include <arpa/inet.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <netinet/in.h>

#include <cstring>

namespace harvest::enet {
namespace {

socklen_t literal(const std::string& host, std::uint16_t port, sockaddr_storage& to)
{
    sockaddr_in four{};
    sockaddr_in6 six{};
    if (inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(port);
        std::memcpy(&to, &four, sizeof four);
        return sizeof four;
    }
    if (inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) != 1) return 0;
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    std::memcpy(&to, &six, sizeof six);
    return sizeof six;
}

Task<socklen_t> resolve(std::string host, std::uint16_t port, sockaddr_storage& to)
{
    asio::ip::udp::resolver resolver(co_await asio::this_coro::executor);
    auto [error, found] = co_await resolver.async_resolve(host, "", asio::as_tuple(asio::use_awaitable));
    if (error || found.empty()) co_return 0;
    asio::ip::udp::endpoint endpoint = found.begin()->endpoint();
    endpoint.port(port);
    std::memcpy(&to, endpoint.data(), endpoint.size());
    co_return static_cast<socklen_t>(endpoint.size());
}

} // namespace

EnetClient::EnetClient(std::shared_ptr<ClientCore> core, std::string_view local_address)
    : core_(std::move(core)),
      local_(local_address),
      bell_(core_->executor())
{
}

EnetClient::~EnetClient()
{
    close();
}

AsyncResult<void> EnetClient::connect(Endpoint endpoint, Deadline by)
{
    if (session_) co_return Errc::failed_precondition;
    sockaddr_storage to{};
    socklen_t length = literal(endpoint.host, endpoint.port, to);
    if (length == 0) length = co_await resolve(endpoint.host, endpoint.port, to);
    if (length == 0) co_return Errc::not_found;
    open_ = false;
    inbox_.clear();
    reason_.clear();
    const Result<ClientSession*> begun = core_->begin(*this, to, length, local_, endpoint);
    if (!begun) co_return begun.error();
    session_ = *begun;
    while (session_ && !open_) {
        const Woken woken = co_await sleep(by);
        if (woken == Woken::ring) continue;
        close();
        co_return woken == Woken::late ? Errc::timed_out : Errc::canceled;
    }
    if (!session_ && !open_) co_return error_;
    co_return Result<void>();
}

Task<EnetClient::Woken> EnetClient::sleep(Deadline by)
{
    const Millis left = by.at - core_->clock().monotonic();
    if (left <= Millis(0)) co_return Woken::late;
    bell_.expires_after(left);
    const auto [error] = co_await bell_.async_wait(asio::as_tuple(asio::use_awaitable));
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return Woken::canceled;
    co_return error ? Woken::ring : Woken::late;
}

Result<void> EnetClient::send(std::string_view bytes)
{
    if (!session_ || !open_) return Errc::canceled;
    return core_->send(*session_, bytes);
}

AsyncResult<std::string> EnetClient::receive(Deadline by)
{
    while (inbox_.empty()) {
        if (!session_) co_return Errc::canceled;
        const Woken woken = co_await sleep(by);
        if (woken == Woken::canceled) co_return Errc::canceled;
        if (woken == Woken::late && inbox_.empty()) co_return Errc::timed_out;
    }
    std::string message = std::move(inbox_.front());
    inbox_.pop_front();
    co_return message;
}

void EnetClient::close()
{
    open_ = false;
    if (!session_) return;
    ClientSession* session = session_;
    session_ = nullptr;
    core_->close(*session);
    bell_.cancel();
}

void EnetClient::opened()
{
    open_ = true;
    bell_.cancel();
}

void EnetClient::message(std::string_view bytes)
{
    inbox_.emplace_back(bytes);
    bell_.cancel();
    if (inbox_.size() > core_->config().unread_messages) {
        close();
        reason_ = "too many unread messages";
    }
}

void EnetClient::ended(std::string_view reason, Errc error)
{
    session_ = nullptr;
    open_ = false;
    reason_ = reason;
    error_ = error;
    bell_.cancel();
}

EnetClients::EnetClients(Executor executor, EnetClientConfig config, Clock& clock)
    : core_(std::make_shared<ClientCore>(std::move(executor), std::move(config), clock))
{
}

EnetClients::~EnetClients() = default;

std::unique_ptr<ServerLink> EnetClients::make(std::string_view local_address)
{
    return std::make_unique<EnetClient>(core_, local_address);
}

std::unique_ptr<ServerLink> make_enet_client(Executor executor, EnetClientConfig config, Clock& clock,
                                             std::string_view local_address)
{
    return EnetClients(std::move(executor), std::move(config), clock).make(local_address);
}

} // namespace harvest::enet
