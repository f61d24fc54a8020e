// The route table: every path that the gateway answers, in the order of config/schemas/openapi.yaml.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/cache.hpp"
#include "common/ports/crafting.hpp"
#include "common/ports/decks.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/groups.hpp"
#include "common/ports/ledger.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/personal_data.hpp"
#include "common/ports/presence.hpp"
#include "common/ports/progress.hpp"
#include "common/ports/rpc.hpp"
#include "common/ports/seasons.hpp"
#include "common/ports/social.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/gateway/call.hpp"
#include "daemons/gateway/notice.hpp"

#include <optional>
#include <span>

namespace harvest::gateway {

// What routes hand out to their handlers, and nobody else opens: each handler names the ports it uses.
struct Doors {
    Rpc& rpc;
    Cache& cache;
    Accounts& accounts;
    Decks& decks;
    Ledger& ledger;
    Matches& matches;
    Crafting& crafting;
    GameContents& contents;
    const Clock& clock;
    Entropy& entropy;
    Progress& progress;
    Seasons& seasons;
    Social& social;
    Groups& groups;
    PersonalData& personal;
    Presence& presence;
    std::string id; // of this slot, the source of its events

    Notice notice() { return {presence, rpc, clock, entropy, id}; }
};

enum class Access { open, bearer };
// Which limit a route has besides those of its address and account.
enum class Quota { none, write, registering, login, device, refresh, password, mail, exporting, reporting };

// Whether a request has a JSON body: POST, PUT and PATCH do as a rule.
enum class Body { usual, none, json };

struct Route {
    std::string_view method, pattern;
    Access access;
    Quota quota;
    Task<HttpResponse> (*handle)(Doors& doors, const Call& call);
    Body body = Body::usual;
};

bool has_body(const Route& route);
std::span<const Route> routes();

struct Found {
    const Route* route{};
    std::string_view id;
    std::string allow; // the methods of that path, if it exists with others: "GET, HEAD, OPTIONS"
};
// HEAD goes to GET.
Found find_route(std::string_view method, std::string_view path);

} // namespace harvest::gateway
