// session.hello: the first message of a new session.
#include "common/base/encoding.hpp"
#include "common/protocol/session.hpp"
#include "daemons/connsrv/connsrv.hpp"

#include <algorithm>
#include <array>

namespace harvest::connsrv {
namespace {

constexpr std::array<std::string_view, 4> device_classes{"desktop", "mobile", "web", "bot"};
constexpr std::size_t max_text = 64;

} // namespace

// Who the token says it is, if its session is still good.
AsyncResult<AccessClaims> Connsrv::sign_in(ConnId conn, std::string token, Deadline by)
{
    const auto door = doors_.find(conn);
    if (door == doors_.end()) co_return Errc::canceled;
    const RateRule rule{config_.hello_burst, config_.hello_interval};
    if (!limits_.admit("hello:" + door->second.address_key, rule).admitted) {
        figures_.handshake_failed("limited");
        co_return Errc::resource_exhausted;
    }
    Result<AccessClaims> claims = co_await tokens_.check(std::move(token), by);
    if (!claims) {
        figures_.handshake_failed(claims.error() == Errc::unauthenticated ? "token" : "unavailable");
        co_return claims.error();
    }
    const Result<Session> row = co_await sessions_.get(claims->session, by);
    if (!row && row.error() != Errc::not_found) {
        figures_.handshake_failed("unavailable");
        co_return Errc::unavailable;
    }
    if (!row || row->revoked || row->player != claims->player || clock_.now() >= row->expires_at) {
        figures_.handshake_failed("revoked");
        co_return Errc::unauthenticated;
    }
    co_return claims;
}

Task<Reply> Connsrv::handle_hello(ConnId conn, protocol::LiveRequest request, Deadline by)
{
    std::string why;
    Result<protocol::HelloRequest> hello = read_data<protocol::HelloRequest>(request, why);
    if (!hello) co_return Reply(LiveErrc::bad_message, why);
    if (hello->protocol != protocol::live_protocol) {
        figures_.handshake_failed("protocol");
        co_return LiveErrc::wrong_protocol;
    }
    const protocol::ClientInfo& client = hello->client;
    if (std::find(device_classes.begin(), device_classes.end(), client.device_class) == device_classes.end())
        co_return Reply(LiveErrc::bad_message, "client.device_class: is not one of desktop mobile web bot");
    if (client.name.size() > max_text || client.version.size() > max_text)
        co_return Reply(LiveErrc::bad_message, "client: is too long");

    Result<AccessClaims> claims = co_await sign_in(conn, std::move(hello->token), by);
    if (!claims) co_return claims.error();
    const Result<std::vector<PlayerPresence>> elsewhere = co_await presence_.find(claims->player, by);

    Connection* connection = roster_.connection(conn);
    if (!connection || connection->closing) co_return Errc::canceled;
    SignIn who{.player = claims->player,
               .session = claims->session,
               .name = claims->name,
               .device_class = client.device_class,
               .resume = to_base64url(entropy_.bytes<24>()),
               .fence = to_base64url(entropy_.bytes<12>())};
    protocol::HelloReply reply{.player = claims->player,
                               .session = claims->session,
                               .name = claims->name,
                               .resume = id_ + "." + who.resume,
                               .resume_seconds = config_.resume_within / 1s,
                               .ping_seconds = config_.ping_every / 1s,
                               .server = id_};
    const Roster::Admitted admitted = roster_.admit(conn, std::move(who), clock_.monotonic());
    known(conn);
    for (const ConnId old : admitted.replaced) close(old, CloseReason::replaced, "signed in elsewhere");
    const std::string device_class = client.device_class;
    for (const PlayerPresence& other : elsewhere ? *elsewhere : std::vector<PlayerPresence>{})
        if (other.connsrv != id_ && other.device_class == device_class) admitted.live->displaced = other.session;
    std::string fence = admitted.live->fence;
    (void)co_await put_presence(claims->player, std::move(fence), by); // renew_presence() tries again soon
    if (elsewhere) {
        const protocol::ReplaceRequest replace{claims->player, claims->session, device_class};
        for (const PlayerPresence& other : *elsewhere) {
            if (other.connsrv == id_ || other.device_class != device_class) continue;
            RpcRequest call{.daemon = "connsrv",
                            .id = other.connsrv,
                            .method = "replace",
                            .body = protocol::encode(replace),
                            .traceparent = {},
                            .by = by};
            (void)co_await rpc_.call(std::move(call)); // a slot that is gone has no session left either
        }
    }
    tell_status(claims->player, "online");
    co_return Reply(protocol::encode(reply));
}

// Rpc "replace": a newer session of the same device class lives on another connsrv, if presence still says so.
AsyncResult<std::string> Connsrv::handle_replace(std::string body, Deadline by)
{
    const auto request = protocol::decode<protocol::ReplaceRequest>(body, nullptr, protocol::Unknown::ignore);
    if (!request) co_return request.error();
    const Result<std::vector<PlayerPresence>> present = co_await presence_.find(request->player, by);
    if (!present) co_return present.error();
    for (const PlayerPresence& entry : *present)
        if (entry.device_class == request->device_class && entry.connsrv == id_) co_return std::string("{}");
    drop_replaced(request->player, request->device_class);
    co_return std::string("{}");
}

// The place in presence belongs to the newer session now, so it is not taken back.
void Connsrv::drop_replaced(const PlayerId& player, const std::string& device_class)
{
    for (const Roster::Ended& one : roster_.replace(player, device_class))
        if (one.conn) close(one.conn, CloseReason::replaced, "signed in elsewhere");
}

} // namespace harvest::connsrv
