// What the instance does with the world, one flow a function; each waits for ports and gives a value back.
#pragma once

#include "common/ports/accounts.hpp"
#include "common/ports/entropy.hpp"
#include "common/ports/matches.hpp"
#include "common/ports/sealer.hpp"
#include "daemons/game_contents.hpp"
#include "daemons/instance/service.hpp"
#include "daemons/instance/tables.hpp"

namespace harvest::instance {

struct Store {
    Matches& matches;
    Accounts& accounts;
    Clock& clock;
    Millis timeout;
    Deadline by() const { return clock.after(timeout); }
};

// Claims the match's lease and prepares its table: seed committed, or the battle log played again.
// Errors: not_found, conflict (another instance holds it, or it is over), failed_precondition (unknown rules),
// data_loss (its log, seed or a deck is damaged), those of the stores.
AsyncResult<std::unique_ptr<Table>> handle_host(Store store, Sealer& sealer, Entropy& entropy, GameContents& contents,
                                                const Config& config, std::string instance, MatchId match);

// Ends a match that cannot be played on, under its epoch as given.
AsyncResult<void> abort_match(Store store, Entropy& entropy, std::string instance, Match match, std::string reason);

// What became of a write under a lease.
enum class Written {
    yes,
    fenced, // the lease is another's: the room must go
    failed, // not now: try again
};

// Puts the nonces on disk. Never gives up while the lease is ours and `failed` asks again.
Task<Written> store_nonces(Store store, MatchId match, std::int64_t epoch, std::array<std::string, 2> nonces);

// Appends to the battle log with its event, which carries `traceparent`; settles a doubt by reading the log back.
Task<Written> append_log(Store store, Entropy& entropy, std::string instance, MatchId match,
                         protocol::BattleLogChunk chunk, std::string traceparent);

// One try to settle. `settling` is what the first one makes and the others repeat, until ratings or days have moved on;
// its `ends` are what the seats are told if it is `yes`.
Task<Written> settle_once(Store store, Match match, MatchResult result, std::string server_seed, Rewards rewards,
                          SettlementIds ids, std::string instance, std::optional<Settling>& settling);

} // namespace harvest::instance
