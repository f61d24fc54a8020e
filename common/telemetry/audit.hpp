// The audit log: JSON lines chained by SHA-256, each on disk before what it speaks of is done. A checkpoint under an
// HMAC key tells where the end is, so that a cut end is found too. For any thread.
#pragma once

#include "common/base/encoding.hpp"
#include "common/base/result.hpp"
#include "common/base/time.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace harvest::telemetry {

struct AuditRecord {
    std::int64_t seq{};
    std::string id; // "a_…": intent and outcome of one action share it
    Millis at{};
    std::string action; // "player.ban"
    std::string
        outcome; // "intent", "success", "failure", "unknown" (in doubt); "noted" of what nobody here was asked for
    std::string actor, target, reason, ticket, plan, detail, source;
    std::int64_t count = 1; // of what was noted
    std::string
        undo; // of a success, or what may be one: the inverse, as who asked has it carried out; empty: there is none
    std::string prev_hash, hash;
};

struct AuditVerdict {
    bool intact{};
    std::int64_t records{};
    std::int64_t first_bad{}; // line, from 1; 0 if there is none
    std::string reason;
};

class Audit {
public:
    using Key = std::array<std::uint8_t, 32>;
    // `path` of the log; the checkpoint is beside it (".checkpoint"). A log that does not hold what its
    // checkpoint tells takes no record until people have looked: healthy() says so. Throws boost::system::system_error
    // if the file cannot be opened.
    Audit(std::string path, Key key);
    ~Audit();

    // Appends and syncs; fills seq and hashes. Errors: unavailable (disk), in_doubt (on disk, but not their
    // checkpoint), data_loss (the log was cut or changed): the action must not be done then.
    Result<void> append(AuditRecord& record);
    // Several under one sync.
    Result<void> append(std::vector<AuditRecord>& records);
    // The newest first, from `before` (0: from the end).
    std::vector<AuditRecord> list(std::size_t limit, std::int64_t before = 0) const;
    AuditVerdict verify() const;
    // What follows on `place`, a number of bytes, which then is behind it.
    std::vector<AuditRecord> read(std::int64_t& place, std::size_t limit) const;
    std::int64_t size() const; // in bytes, of what is on disk

    bool healthy() const;
    std::string trouble() const; // why not
    const std::string& path() const { return path_; }

private:
    void recover();
    Result<void> write_all(int file, const std::string& text);
    Result<void> checkpoint();

    std::string path_;
    Key key_;
    mutable std::mutex mutex_;
    int file_ = -1, checkpoint_file_ = -1;
    std::int64_t next_seq_ = 1, size_ = 0;
    std::string last_hash_;
    std::string trouble_;
    bool broken_ = false; // not what the checkpoint tells: nothing is appended, so that the cut stays to be seen
};

// The records of a log that begin between `place` and `end`, at most `limit`; `place` is behind them then. A line that
// is no record is left out.
std::vector<AuditRecord> read_audit(const std::string& path, std::int64_t& place, std::int64_t end, std::size_t limit);

// Which records are asked for; what is not given narrows nothing.
struct AuditFilter {
    std::string actor;
    std::string target; // whole, or the short form of an id
    std::optional<Millis> since;

    bool wants(const AuditRecord& record) const;
};

// The newest `limit` records that are asked for first, from `before` (0: from the end). Reads the whole log: on no
// daemon's loop.
std::vector<AuditRecord> newest_records(const std::string& path, std::size_t limit, std::int64_t before,
                                        const AuditFilter& filter = {});

// Checks a log against its checkpoint: edits, deletions, reordering and cut ends are found.
AuditVerdict verify_audit(const std::string& path, const Audit::Key& key);

} // namespace harvest::telemetry
