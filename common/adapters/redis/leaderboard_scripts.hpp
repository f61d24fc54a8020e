// The scripts of RedisLeaderboards. A board is a sorted set, player to score, beside a hash, player to name. Both
// expire; their age tells when somebody has to make them anew, and a lock who that is.
#pragma once

#include "common/adapters/redis/script.hpp"

namespace harvest::redis {

// KEYS: scores, names, lock. ARGV: "after" or "around", score, player, above, limit, keep, refresh and longest making
// in ms. Gives a token if the caller is to make the board anew, else "", and, if there is a board: its size, the place
// of the first entry (-1: the player has none), how many are better than it, and entries as player, score, name.
const Script& read_board_script();
// KEYS: scores, names, of a board in the making. ARGV: ttl, then score, player, name of each.
const Script& load_board_script();
// KEYS: scores, names of what was made; scores, names, lock of the board. ARGV: token, keep, how many entries there
// are. Gives 0 if it comes too late or is not whole.
const Script& publish_board_script();

} // namespace harvest::redis
