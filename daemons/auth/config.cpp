#include "daemons/auth/config.hpp"

namespace harvest::auth {

void Config::describe(config::Section& section)
{
    section.field({.name = "access_life", .doc = "How long an access token is good.", .min = 60'000, .max = 3'600'000},
                  access_life);
    section.field({.name = "refresh_life", .doc = "How long a session lives without a new login.", .min = 3'600'000},
                  refresh_life);
    section.field({.name = "refresh_grace",
                   .doc = "How long the refresh token just replaced gets the same answer again.",
                   .max = 60'000},
                  refresh_grace);
    section.field({.name = "ticket_life", .doc = "How long a match ticket is good.", .min = 10'000, .max = 3'600'000},
                  ticket_life);
    section.field({.name = "rename_every", .doc = "How long a name stays before its player may take another."},
                  rename_every);
    section.field({.name = "confirm_link",
                   .doc = "Page that shows an e-mail address to be the player's; the token is put after it. Empty: "
                          "letters have the token alone."},
                  confirm_link);
    section.field({.name = "reset_link", .doc = "Page that sets another password; likewise."}, reset_link);
    section.field({.name = "hash_wait", .doc = "How long a login waits for its turn to be checked.", .min = 100},
                  hash_wait);
    section.field({.name = "hash_memory", .doc = "Memory of one Argon2id hash.", .min = 64 * 1024, .max = 1L << 30},
                  hash_memory);
    section.field({.name = "hash_passes", .doc = "Passes of one Argon2id hash.", .min = 1, .max = 64}, hash_passes);
    section.field({.name = "hash_threads", .doc = "Threads that hash passwords.", .min = 1, .max = 64}, hash_threads);
    section.field({.name = "hash_queue",
                   .doc = "Logins that may wait for a thread; more are told to come back.",
                   .min = 1,
                   .max = 10'000},
                  hash_queue);
    section.field({.name = "key_activation", .doc = "How long a new signing key is published before it signs."},
                  key_activation);
    section.field({.name = "key_overlap", .doc = "How long a replaced signing key stays published.", .min = 600'000},
                  key_overlap);
}

} // namespace harvest::auth
