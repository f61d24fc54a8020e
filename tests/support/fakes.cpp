#include "tests/support/fakes.hpp"

#include "common/crypto/digest.hpp"
#include "common/protocol/auth.hpp"

#include <vector>

namespace harvest::test {
namespace {

std::vector<std::string> split(std::string_view text, char by)
{
    std::vector<std::string> parts(1);
    for (const char c : text)
        if (c == by)
            parts.emplace_back();
        else
            parts.back() += c;
    return parts;
}

} // namespace

std::string plain_token(const AccessClaims& claims)
{
    return claims.player.value + "|" + claims.session.value + "|" + claims.name + "|" +
           std::to_string(claims.expires_at.count());
}

Result<AccessClaims> PlainVerifier::access(std::string_view token, Millis now)
{
    const std::vector<std::string> parts = split(token, '|');
    if (parts.size() != 4) return Errc::unauthenticated;
    if (!has_keys_) return Errc::not_found;
    AccessClaims claims;
    claims.player.value = parts[0];
    claims.session.value = parts[1];
    claims.name = parts[2];
    claims.expires_at = Millis{std::stoll(parts[3])};
    if (now >= claims.expires_at) return Errc::unauthenticated;
    return claims;
}

std::string plain_ticket(const TicketClaims& claims)
{
    return "ticket|" + claims.player.value + "|" + claims.match.value + "|" + std::to_string(claims.seat) + "|" +
           claims.instance;
}

std::string PlainSigner::refresh_token(const SessionId& session, std::int64_t generation)
{
    return "refresh|" + session.value + "|" + std::to_string(generation);
}

TokenHash PlainSigner::hash(std::string_view opaque_token) const
{
    return crypto::sha256(as_bytes(opaque_token));
}

Result<TicketClaims> PlainVerifier::ticket(std::string_view ticket, std::string_view instance, Millis)
{
    const std::vector<std::string> parts = split(ticket, '|');
    if (parts.size() != 5 || parts[0] != "ticket" || parts[4] != instance) return Errc::unauthenticated;
    if (!has_keys_) return Errc::not_found;
    TicketClaims claims;
    claims.player.value = parts[1];
    claims.match.value = parts[2];
    claims.seat = std::stoi(parts[3]);
    claims.instance = parts[4];
    return claims;
}

Result<void> PlainVerifier::use_keys(std::string_view)
{
    has_keys_ = true;
    return {};
}

void serve_plain_auth(Rpc& rpc, Executor executor)
{
    rpc.serve("auth", "auth-0", std::move(executor), [](RpcRequest request) -> AsyncResult<std::string> {
        if (request.method == "jwks") co_return std::string("{\"keys\":[]}");
        const auto wish =
            protocol::decode<protocol::SignTicketRequest>(request.body, nullptr, protocol::Unknown::ignore);
        if (!wish) co_return wish.error();
        TicketClaims claims;
        claims.player = wish->player;
        claims.match = wish->match;
        claims.seat = wish->seat;
        claims.instance = wish->instance;
        const protocol::SignedTicket ticket{plain_ticket(claims)};
        co_return protocol::encode(ticket);
    });
}

AsyncResult<Allocation> WaitingAllocator::allocate(MatchId match, Deadline by)
{
    if (broken) {
        ++refused;
        co_return Errc::unavailable;
    }
    if (!playing.contains(match)) {
        const Result<harvest::Match> claimed =
            co_await matches_.claim(match, instance_, clock_.now(), clock_.now() + 15s, by);
        if (!claimed) co_return claimed.error();
        if (playing.insert(match).second) tasks_.spawn([this, taken = *claimed] { return play(taken); });
    }
    Allocation home;
    home.instance = instance_;
    home.endpoints.push_back({"wss", "127.0.0.1", 7401, ""});
    home.endpoints.push_back({"enet", "127.0.0.1", 7400, ""});
    co_return home;
}

Task<void> WaitingAllocator::play(harvest::Match match)
{
    const int generation = generation_;
    const Deadline end = clock_.after(play_time);
    while (clock_.monotonic() < end.at) {
        const Result<void> slept = co_await clock_.sleep_until(std::min(end, clock_.after(5s)));
        if (!slept || generation != generation_) co_return;
        std::vector<std::pair<MatchId, std::int64_t>> held;
        held.emplace_back(match.id, match.epoch);
        (void)co_await matches_.renew(instance_, std::move(held), clock_.now() + 15s, clock_.after(2s));
        if (generation != generation_) co_return;
    }
    Settlement settlement;
    settlement.match = match.id;
    settlement.epoch = match.epoch;
    settlement.result.reason = "health";
    settlement.at = clock_.now();
    for (int tries = 0; tries < 10; ++tries) {
        const Result<void> settled = co_await matches_.settle(settlement, clock_.after(2s));
        if (settled || settled.error() == Errc::conflict) break;
    }
    playing.erase(match.id);
    ended.insert(match.id);
}

} // namespace harvest::test
