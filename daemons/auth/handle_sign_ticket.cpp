#include "daemons/auth/handlers.hpp"

namespace harvest::auth {

Result<protocol::SignedTicket> handle_sign_ticket(const Config& config, TokenSigner& signer, const Clock& clock,
                                                  const protocol::SignTicketRequest& request)
{
    if (request.seat < 0 || request.seat > 2 || request.instance.empty()) return Errc::invalid_argument;
    TicketClaims claims;
    claims.player = request.player;
    claims.match = request.match;
    claims.seat = request.seat;
    claims.judge = request.seat == 0 && request.judge.value_or(false);
    claims.instance = request.instance;
    claims.issued_at = clock.now();
    claims.expires_at = claims.issued_at + config.ticket_life;
    return protocol::SignedTicket{signer.ticket(claims)};
}

} // namespace harvest::auth
