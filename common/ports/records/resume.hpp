// A live session as its resume buffer keeps it: its standing, and its last pushes by number.
#pragma once

#include "common/base/ids.hpp"
#include "common/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace harvest {

// What a session is besides its pushes.
struct ResumeStanding {
    std::string device_class, status;
    std::vector<std::string> channels; // of chat
    std::vector<PlayerId> watching;    // presence.subscribe
    friend bool operator==(const ResumeStanding&, const ResumeStanding&) = default;
};

// Names a session and who holds it. `secret` is the resume token's; no buffer keeps it.
struct ResumeKey {
    std::string secret;
    std::string fence; // chance, of this holding alone
};

// What has changed of a session since its last write. It stands on its own, and makes the buffer where there is none,
// if it has the standing and all pushes from first_seq on.
struct ResumeWrite {
    ResumeKey key;
    std::string holder; // "connsrv-0"
    PlayerId player;
    SessionId session;
    std::optional<ResumeStanding> standing; // if it has changed
    std::int64_t first_seq{1}, last_seq{};  // of what is kept from now on; last_seq is first_seq - 1 for nothing
    std::vector<std::string> pushes;        // in order; the last one has the number last_seq
    Millis ttl{};                           // from now
    std::int64_t from_seq() const { return last_seq + 1 - static_cast<std::int64_t>(pushes.size()); }
    bool whole() const { return standing && from_seq() <= first_seq; }
};

enum class ResumeWritten {
    kept,    // or there already, from a later write of the same holding
    fenced,  // another has taken the session: nothing was written
    missing, // what came before is not there: write the whole session
};

struct ResumeTake {
    ResumeKey key; // the fence is the new holding's
    std::string holder;
    PlayerId player;
    SessionId session;
    std::int64_t last_seq{}; // the last push that the client has
    Millis ttl{};
};

struct ResumeTaken {
    std::string holder, fence; // whose it was
    ResumeStanding standing;
    std::vector<std::string> pushes; // those after the client's last one
    std::int64_t last_seq{};         // of all that was pushed
};

} // namespace harvest
