// The part of the composition root that keeps an audit log without a daemon.
#include "cli/admin/contexts.hpp"
#include "cli/command_audit.hpp"
#include "common/adapters/system/system_clock.hpp"
#include "common/adapters/system/system_entropy.hpp"
#include "common/crypto/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

namespace harvest::cli {
namespace {

namespace fs = std::filesystem;
using telemetry::Audit;

// One command at a time; it is let go with its descriptor.
class LogLock {
public:
    explicit LogLock(const fs::path& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600))
    {
        held_ = file_ >= 0 && ::flock(file_, LOCK_EX) == 0;
    }
    ~LogLock()
    {
        if (file_ >= 0) ::close(file_);
    }
    LogLock(const LogLock&) = delete;
    LogLock& operator=(const LogLock&) = delete;
    bool held() const { return held_; }

private:
    int file_;
    bool held_ = false;
};

fs::path key_beside(const fs::path& log)
{
    return log.parent_path() / "audit.key";
}

Result<Audit::Key> read_log_key(const fs::path& log)
{
    const Result<std::string> text = crypto::read_file(key_beside(log));
    if (!text) return text.error();
    Audit::Key key{};
    if (text->size() != key.size()) return Errc::data_loss;
    std::ranges::copy(*text, key.begin());
    return key;
}

Result<Audit::Key> open_log_key(const fs::path& log)
{
    Result<Audit::Key> kept = read_log_key(log);
    if (kept || kept.error() != Errc::not_found) return kept;
    Audit::Key key{};
    system::SystemEntropy().fill(key);
    const std::string_view bytes(reinterpret_cast<const char*>(key.data()), key.size());
    const Result<void> written = crypto::write_secret_file(key_beside(log), bytes);
    if (!written) return written.error();
    return key;
}

// A directory that is made here is ours alone.
void make_private(const fs::path& directory)
{
    std::error_code error;
    if (fs::exists(directory, error)) return;
    fs::create_directories(directory, error);
    if (!error) ::chmod(directory.c_str(), 0700);
}

// Says why there is no record.
std::optional<std::string> keep_record(const std::string& data_dir, telemetry::AuditRecord& record)
{
    const fs::path path = command_audit_path(data_dir);
    make_private(data_dir);
    make_private(path.parent_path());
    const LogLock lock(path.parent_path() / "lock");
    if (!lock.held()) return fmt::format("{} cannot be written", path.parent_path().string());
    const Result<Audit::Key> key = open_log_key(path);
    if (!key) return fmt::format("{} cannot be used: {}", key_beside(path).string(), key.error().message());
    try {
        Audit log(path.string(), *key);
        record.at = system::SystemClock().now();
        if (!log.append(record)) return log.trouble();
    }
    catch (const boost::system::system_error& e) {
        return message_of(e);
    }
    return std::nullopt;
}

} // namespace

std::string command_audit_path(const std::string& data_dir)
{
    return (fs::path(data_dir) / "commands" / "audit.log").string();
}

std::optional<telemetry::AuditVerdict> verify_command_audit(const std::string& path)
{
    std::error_code error;
    if (!fs::exists(path, error)) return std::nullopt;
    const Result<Audit::Key> key = read_log_key(path);
    if (key) return telemetry::verify_audit(path, *key);
    telemetry::AuditVerdict verdict;
    verdict.first_bad = 1;
    verdict.reason = fmt::format("{} cannot be used: {}", key_beside(path).string(), key.error().message());
    return verdict;
}

Answer audited(const Invocation& invocation, const std::string& data_dir, const std::string& action,
               const std::string& target, const std::function<Answer()>& act)
{
    const std::variant<Contexts, Failure> read = read_contexts();
    if (const Failure* failure = std::get_if<Failure>(&read)) return *failure;
    const std::string kept = read_only_context(invocation, std::get<Contexts>(read), data_dir);
    if (!kept.empty()) return read_only_failure(kept);
    const system::SystemClock clock;
    system::SystemEntropy entropy;
    telemetry::AuditRecord record;
    record.id = new_id<AuditId>(clock, entropy).value;
    record.action = action;
    record.outcome = "intent";
    record.actor = fmt::format("uid:{}", ::getuid());
    record.target = target;
    record.reason = invocation.value_or("reason", "");
    record.ticket = invocation.value_or("ticket", "");
    record.plan = invocation.value_or("plan", "");
    if (const auto why = keep_record(data_dir, record))
        return Failure{73,
                       "unavailable",
                       "nothing was done, for it could not be audited",
                       *why,
                       fmt::format("free or name a data directory that can be written: {}", data_dir),
                       true,
                       {}};
    Answer answer = act();
    record.outcome = answer.failure ? "failure" : "success";
    record.detail = answer.failure ? answer.failure->message : "";
    if (const auto why = keep_record(data_dir, record); why && !answer.failure)
        answer.failure =
            Failure{74, "unavailable", "it is done, but its outcome could not be audited", *why, "", false, {}};
    else if (answer.document)
        answer.document->object["audit"] = record.id;
    return answer;
}

} // namespace harvest::cli
