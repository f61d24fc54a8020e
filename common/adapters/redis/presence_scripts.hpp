// The scripts of RedisPresence. A player is a hash, device class to "<expiry in ms> <entry as JSON>"; a sorted set
// holds who is online by expiry; the daemons are one hash, id to the same form.
#pragma once

#include "common/adapters/redis/script.hpp"

namespace harvest::redis {

// KEYS of the first two: the player's hash, the sorted set.
const Script& put_script();      // ARGV: player, device class, ttl, entry, most players. Gives 0 if it is full.
const Script& remove_script();   // ARGV: player, session, connsrv.
const Script& entries_script();  // KEYS: a hash. Gives the entries that have not expired.
const Script& count_script();    // KEYS: the sorted set.
const Script& announce_script(); // KEYS: the daemons. ARGV: id, ttl, entry, most daemons. Gives 0 if it is full.

} // namespace harvest::redis
