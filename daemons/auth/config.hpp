// Settings of the auth daemon; hash_* are for the threads that compose gives its PasswordHasher.
#pragma once

#include "common/config/section.hpp"

namespace harvest::auth {

struct Config {
    Millis access_life{10min};
    Millis refresh_life{std::chrono::days{30}};
    Millis refresh_grace{10s};
    Millis ticket_life{30min};
    Millis rename_every{std::chrono::days{30}};
    std::string confirm_link, reset_link;
    Millis hash_wait{2s};
    config::ByteSize hash_memory{19 * 1024 * 1024};
    std::int64_t hash_passes{2}, hash_threads{2}, hash_queue{48};
    Millis key_activation{120s}, key_overlap{1h};

    void describe(config::Section& section);
};

} // namespace harvest::auth
