// H5: the bodies of REST requests, live requests, calls between daemons and requests of operators: read or refused with
// a reason; what was read is written and read back the same.
#include "cli/api/tournament_types.hpp"
#include "cli/api/types.hpp"
#include "common/protocol/account.hpp"
#include "common/protocol/auth.hpp"
#include "common/protocol/battle.hpp"
#include "common/protocol/chat.hpp"
#include "common/protocol/crafting.hpp"
#include "common/protocol/credentials.hpp"
#include "common/protocol/farm.hpp"
#include "common/protocol/groups.hpp"
#include "common/protocol/idempotency.hpp"
#include "common/protocol/market.hpp"
#include "common/protocol/matchmaking.hpp"
#include "common/protocol/names.hpp"
#include "common/protocol/party.hpp"
#include "common/protocol/player_call.hpp"
#include "common/protocol/queue_explain.hpp"
#include "common/protocol/reports.hpp"
#include "common/protocol/session.hpp"
#include "common/protocol/social.hpp"
#include "common/protocol/spectate.hpp"
#include "common/protocol/tournaments.hpp"

#include <cstdlib>

namespace {

using namespace harvest::protocol;
namespace api = harvest::cli::api;

template <class Body>
void check(std::string_view text)
{
    std::string why;
    const auto read = decode<Body>(text, &why);
    if (!read) {
        if (why.empty()) std::abort();
        return;
    }
    const std::string written = encode(*read);
    const auto again = decode<Body>(written);
    if (!again || encode(*again) != written) std::abort();
}

template <class... Bodies>
void check_all(std::string_view text)
{
    (check<Bodies>(text), ...);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_all<RegisterRequest, LoginRequest, DeviceRequest, RefreshRequest, PasswordRequest>(text);
    check_all<RegisterCall, LoginCall, DeviceCall, PasswordCall, SignTicketRequest>(text);
    check_all<OwnerCall, CodeCall, EmailCall, LinkDeviceCall, LinkPasswordCall>(text);
    check_all<ConfirmCall, AskResetCall, ResetCall, ResetRequest, RenameRequest, RenameCall>(text);
    check_all<NewDeck, DeckUpdate>(text);
    check_all<HelloRequest, ResumeRequest, PingRequest, PresenceSetRequest, PresenceSubscribeRequest>(text);
    check_all<PushRequest, ReplaceRequest, SurrenderRequest, HostRequest, AbsentRequest, NameRequest, PlayerCall>(text);
    check_all<QueueRequest, PlayerQueueRequest, PlayerRequest, WatchRequest, PlayerWatchRequest>(text);
    check_all<RematchRequest, PlayerRematchRequest>(text);
    check_all<TournamentEntryRequest, PlayerTournamentRequest, PlayerTournamentsRequest>(text);
    check_all<PartyInviteRequest, PartyJoinRequest, PlayerPartyInviteRequest, PlayerPartyJoinRequest>(text);
    check_all<NotifyListRequest, ReadRequest, ExplainRequest>(text);
    check_all<JoinRequest, NonceRequest, MulliganRequest, PlayRequest, AttackRequest, PowerRequest>(text);
    check_all<EmoteRequest, SpectateRequest>(text);
    check_all<ChatChannelRequest, ChatSendRequest, ChatHistoryRequest, PlayerChatRequest, PlayerHistoryRequest>(text);
    check_all<PlayerReadRequest, PlayerEditRequest, PlayerDeleteRequest, ReportRequest, PlayerReportRequest>(text);
    check_all<FriendRequest, FoundGroupRequest, ChangeGroupRequest, GroupInviteRequest, GroupRoleRequest>(text);
    check_all<PlantRequest, PlotsRequest, CraftRequest, DismantleRequest>(text);
    check_all<OrderRequest, CancelRequest, OrdersRequest, BookRequest, TradesRequest>(text);
    check_all<api::ChangeRequest, api::SanctionRequest, api::LiftRequest, api::ReportRequest, api::SeedRequest>(text);
    check_all<api::ReloadRequest, api::ResetRequest, api::ProduceRequest, api::ParkedRequest>(text);
    check_all<api::CreateTournament, api::ChangeTournament>(text);
    if (is_idempotency_key(text) && (text.empty() || text.size() > 64)) std::abort();
    return 0;
}
