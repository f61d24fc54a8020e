#include "common/adapters/enet/hook.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace harvest::enet {
namespace {

thread_local Wire* current = nullptr;

std::size_t total_length(const ENetBuffer* buffers, std::size_t count)
{
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) total += buffers[i].dataLength;
    return total;
}

} // namespace

WireScope::WireScope(Wire& wire) : outer_(current)
{
    current = &wire;
}

WireScope::~WireScope()
{
    current = outer_;
}

} // namespace harvest::enet

// ENetBuffer has the layout of iovec on unix (enet/unix.h), which both functions below rely on as ENet itself does.
static_assert(sizeof(ENetBuffer) == sizeof(iovec));

extern "C" int enet_socket_send(ENetSocket socket, const ENetAddress* address, const ENetBuffer* buffers,
                                std::size_t count)
{
    if (harvest::enet::current && address) {
        harvest::enet::current->send(*address, buffers, count);
        return static_cast<int>(harvest::enet::total_length(buffers, count));
    }
    sockaddr_in to{};
    msghdr message{};
    if (address) {
        to.sin_family = AF_INET;
        to.sin_port = htons(address->port);
        to.sin_addr.s_addr = address->host;
        message.msg_name = &to;
        message.msg_namelen = sizeof to;
    }
    message.msg_iov = const_cast<iovec*>(reinterpret_cast<const iovec*>(buffers));
    message.msg_iovlen = count;
    const ssize_t sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
    if (sent < 0) return errno == EWOULDBLOCK ? 0 : -1;
    return static_cast<int>(sent);
}

extern "C" int enet_socket_receive(ENetSocket socket, ENetAddress* address, ENetBuffer* buffers, std::size_t count)
{
    if (harvest::enet::current && address && count == 1)
        return static_cast<int>(harvest::enet::current->receive(*address, *buffers));
    sockaddr_in from{};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = reinterpret_cast<iovec*>(buffers);
    message.msg_iovlen = count;
    const ssize_t got = ::recvmsg(socket, &message, MSG_NOSIGNAL);
    if (got < 0) return errno == EWOULDBLOCK ? 0 : -1;
    if (message.msg_flags & MSG_TRUNC) return -1;
    if (address) {
        address->host = from.sin_addr.s_addr;
        address->port = ntohs(from.sin_port);
    }
    return static_cast<int>(got);
}
