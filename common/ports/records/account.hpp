// A player's account, and what keeps a player out of parts of the game.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace harvest {

using TokenHash = std::array<std::uint8_t, 32>; // SHA-256 of an opaque secret

struct Account {
    PlayerId id;
    std::string name;                       // unique without regard to case
    std::string password_hash;              // a PHC string, empty if there is no password login
    std::optional<TokenHash> device_secret; // for device logins
    Millis created_at{};
    bool bot{};                        // left out of leaderboards and business figures
    Millis renamed_at{}, deleted_at{}; // zero: never
};

// What stands for the name of an account that was deleted: "deleted-3r6w1xyz". No living one has such a name.
inline constexpr std::string_view erased_prefix = "deleted-";
std::string erased_name(const PlayerId& player);

// Whether a ban of this scope keeps its player out of `place`: a mode, chat or market. One from login or from all keeps
// out of everything and ends all sessions.
inline bool keeps_out_of_everything(std::string_view scope)
{
    return scope == "all" || scope == "login";
}
inline bool keeps_out(std::string_view scope, std::string_view place)
{
    return keeps_out_of_everything(scope) || scope == place;
}

// Scopes: login, ranked, chat, market, all. `until` is a time; permanent is the far future.
struct Sanction {
    PlayerId player;
    std::string kind; // "ban" or "mute"
    std::string scope;
    std::string reason;
    Millis since{}, until{};
    std::string by; // the operator's name
    AuditId audit;

    bool bans_from(std::string_view place) const { return kind == "ban" && keeps_out(scope, place); }
    bool bans_from_everything() const { return kind == "ban" && keeps_out_of_everything(scope); }
};

} // namespace harvest
