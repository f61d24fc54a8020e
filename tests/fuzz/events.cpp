// H9: payloads of stored events, of this version or a later one, are read or refused; what was read is written and read
// back the same.
#include "common/protocol/events.hpp"

#include "common/protocol/battle_log.hpp"
#include "common/protocol/chat_events.hpp"
#include "common/protocol/groups.hpp"
#include "common/protocol/tournaments.hpp"

#include <cstdlib>

namespace {

using namespace harvest::protocol;

template <class Payload>
void check(std::string_view text)
{
    const auto read = decode<Payload>(text, nullptr, Unknown::ignore);
    if (!read) return;
    const std::string written = encode(*read);
    const auto again = decode<Payload>(written);
    if (!again || encode(*again) != written) std::abort();
}

template <class... Payloads>
void check_all(std::string_view text)
{
    (check<Payloads>(text), ...);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_all<UserRegistered, UserEvent, SessionRevoked, UserSanctioned>(text);
    check_all<UserPair, FriendRemoved, GroupJoined, GroupLeft>(text);
    check_all<MatchStarted, MatchEnded, MatchAbortedEvent>(text);
    check_all<FarmPlanted, FarmWatered, FarmHarvested, FarmExpanded>(text);
    check_all<MarketOpened, MarketTraded, MarketClosed>(text);
    check_all<CraftMade, CraftDismantled, ParkedRecord, ParkedSettled>(text);
    check_all<AchievementEarned, QuestCompleted, SeasonEnded, TournamentEnded>(text);
    check_all<BattleCommands, AdminActed, SecurityNoted>(text);
    check_all<InstanceScaled, DaemonSampled, DaemonFailed>(text);
    check_all<ChatSubmitted, ChatPosted, ChatEdited, ChatDeleted, ChatRejected>(text);
    check_all<ChatSubmittedV1, ChatPostedV1, ChatEditedV1, ChatWords>(text);
    return 0;
}
