#include "common/telemetry/audit.hpp"

#include "common/base/ids.hpp"

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <limits>

namespace harvest::telemetry {
namespace {

namespace json = boost::json;
constexpr std::string_view hash_member = ",\"hash\":\"";

std::string sha256_hex(std::string_view text)
{
    std::array<std::uint8_t, 32> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    return to_hex(digest);
}

std::string seal(const Audit::Key& key, std::int64_t seq, std::string_view hash)
{
    const std::string text = fmt::format("harvest-audit {} {}", seq, hash);
    std::array<std::uint8_t, 32> mac{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), mac.data(), nullptr);
    return to_hex(mac);
}

// As JSON that reads again: text that is not UTF-8 (of a command line, of a path) keeps its ASCII.
std::string quoted(std::string text)
{
    std::string out = json::serialize(json::value(text));
    boost::system::error_code bad;
    (void)json::parse(out, bad);
    if (!bad) return out;
    for (char& c : text)
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    return json::serialize(json::value(text));
}

// The line without its own hash; `hash` is over all of it.
std::string body_of(const AuditRecord& record)
{
    std::string out = fmt::format("{{\"seq\":{},\"@timestamp\":\"{}\"", record.seq, to_rfc3339(record.at));
    const auto put = [&out](std::string_view name, const std::string& value) {
        if (!value.empty()) out += fmt::format(",\"{}\":{}", name, quoted(value));
    };
    put("harvest.audit_id", record.id);
    put("event.action", record.action);
    put("event.outcome", record.outcome);
    put("event.reason", record.reason);
    put("user.name", record.actor);
    put("source.ip", record.source);
    put("harvest.target", record.target);
    put("harvest.ticket", record.ticket);
    put("harvest.plan_id", record.plan);
    put("harvest.change", record.detail);
    put("harvest.undo", record.undo);
    if (record.count != 1) out += fmt::format(",\"harvest.count\":{}", record.count);
    put("prev_hash", record.prev_hash);
    return out;
}

std::string line_of(const AuditRecord& record, const std::string& body)
{
    std::string out = body;
    out += hash_member;
    return out + record.hash + "\"}\n";
}

std::string text_at(const json::object& object, std::string_view name)
{
    const json::value* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : "";
}

std::optional<AuditRecord> read_line(const std::string& line)
{
    json::error_code error;
    const json::value value = json::parse(line, error);
    if (error || !value.is_object()) return std::nullopt;
    const json::object& object = value.get_object();
    const json::value* seq = object.if_contains("seq");
    const Result<Millis> at = parse_rfc3339(text_at(object, "@timestamp"));
    if (!seq || !seq->is_int64() || !at) return std::nullopt;
    AuditRecord record;
    record.seq = seq->get_int64();
    record.at = *at;
    record.id = text_at(object, "harvest.audit_id");
    record.action = text_at(object, "event.action");
    record.outcome = text_at(object, "event.outcome");
    record.reason = text_at(object, "event.reason");
    record.actor = text_at(object, "user.name");
    record.source = text_at(object, "source.ip");
    record.target = text_at(object, "harvest.target");
    record.ticket = text_at(object, "harvest.ticket");
    record.plan = text_at(object, "harvest.plan_id");
    record.detail = text_at(object, "harvest.change");
    record.undo = text_at(object, "harvest.undo");
    if (const json::value* count = object.if_contains("harvest.count"); count && count->is_int64())
        record.count = count->get_int64();
    record.prev_hash = text_at(object, "prev_hash");
    record.hash = text_at(object, "hash");
    return record;
}

struct Checkpoint {
    std::int64_t seq{};
    std::string hash;
};

// The one line of the checkpoint file. Errors: not_found, data_loss (forged or damaged).
Result<Checkpoint> read_checkpoint(const std::string& path, const Audit::Key& key)
{
    std::ifstream file(path);
    if (!file) return Errc::not_found;
    Checkpoint out;
    std::string mac;
    if (!(file >> out.seq >> out.hash >> mac)) return Errc::data_loss;
    if (seal(key, out.seq, out.hash) != mac) return Errc::data_loss;
    return out;
}

// Records may be on disk whose checkpoint is not yet, after a crash between the two; never the other way round.
bool agrees(const Result<Checkpoint>& end, std::int64_t records, const std::string& marked)
{
    if (!end || end->seq > records) return false;
    if (end->seq == 0) return true;
    const std::optional<AuditRecord> record = read_line(marked);
    return record && record->seq == end->seq && record->hash == end->hash;
}

// Of the first `bytes` of the log.
AuditVerdict check_chain(const std::string& path, const Result<Checkpoint>& end, std::int64_t bytes)
{
    AuditVerdict verdict;
    const auto bad = [&verdict](std::int64_t line, std::string reason) {
        verdict.first_bad = line;
        verdict.reason = std::move(reason);
        return verdict;
    };
    std::ifstream file(path, std::ios::binary);
    if (!file) return bad(1, "the log is missing");
    std::string line, previous, checkpoint_hash;
    std::int64_t number = 0, place = 0;
    while (place < bytes && std::getline(file, line)) {
        ++number;
        place += static_cast<std::int64_t>(line.size()) + 1;
        if (file.eof()) return bad(number, "the last line is cut");
        const std::size_t at = line.rfind(hash_member);
        if (at == std::string::npos || line.size() != at + hash_member.size() + 64 + 2 || !line.ends_with("\"}"))
            return bad(number, "the line is no record");
        const std::string_view hash = std::string_view(line).substr(at + hash_member.size(), 64);
        if (sha256_hex(std::string_view(line).substr(0, at)) != hash)
            return bad(number, "its hash is of other content");
        const std::string link = fmt::format("\"prev_hash\":\"{}\"", previous);
        if (!previous.empty() && !std::string_view(line).substr(0, at).ends_with(link))
            return bad(number, "it does not follow on the record before");
        if (!line.starts_with(fmt::format("{{\"seq\":{},", number)))
            return bad(number, "its number is not the next one");
        previous = hash;
        if (end && number == end->seq) checkpoint_hash = previous;
    }
    verdict.records = number;
    if (!end && number > 0) return bad(number, "the checkpoint is missing or forged");
    if (end && end->seq > number)
        return bad(number + 1, fmt::format("records {} to {} are missing", number + 1, end->seq));
    if (end && end->seq > 0 && checkpoint_hash != end->hash)
        return bad(end->seq, "it is not what the checkpoint tells");
    verdict.intact = true;
    return verdict;
}

constexpr std::int64_t all_of_it = std::numeric_limits<std::int64_t>::max();

} // namespace

AuditVerdict verify_audit(const std::string& path, const Audit::Key& key)
{
    return check_chain(path, read_checkpoint(path + ".checkpoint", key), all_of_it);
}

Audit::Audit(std::string path, Key key) : path_(std::move(path)), key_(key)
{
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    checkpoint_file_ = ::open((path_ + ".checkpoint").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0 || checkpoint_file_ < 0)
        throw boost::system::system_error(
            make_error_code(Errc::unavailable),
            fmt::format("the audit log {} cannot be opened: {}", path_, std::strerror(errno)));
    recover();
}

Audit::~Audit()
{
    ::close(file_);
    ::close(checkpoint_file_);
}

// Takes up where the log ends. A line cut by a crash was never acknowledged and is taken away.
void Audit::recover()
{
    const Result<Checkpoint> end = read_checkpoint(path_ + ".checkpoint", key_);
    std::ifstream in(path_, std::ios::binary);
    std::string line, last, marked;
    std::int64_t whole = 0, number = 0;
    while (std::getline(in, line) && !in.eof()) {
        whole += static_cast<std::int64_t>(line.size()) + 1;
        last = line;
        if (++number == (end ? end->seq : 0)) marked = line;
    }
    if (!end && number == 0 && std::filesystem::is_empty(path_ + ".checkpoint")) {
        // A new log: from now on a log without a checkpoint is one that somebody took it from.
        if (!checkpoint()) trouble_ = "its checkpoint cannot be written";
    } else if (!agrees(end, number, marked)) {
        broken_ = true;
        trouble_ = "the log and its checkpoint do not agree: run `harvestctl admin audit verify`";
        return;
    }
    struct stat found{};
    const bool cut = ::fstat(file_, &found) == 0 && found.st_size > whole && !line.empty();
    if (cut && ::ftruncate(file_, whole) != 0) trouble_ = "a cut record could not be removed";
    size_ = whole;
    if (!last.empty()) {
        const std::optional<AuditRecord> record = read_line(last);
        if (record) {
            next_seq_ = record->seq + 1;
            last_hash_ = record->hash;
        } else {
            broken_ = true;
            trouble_ = "the last line is no record: run `harvestctl admin audit verify`";
        }
    }
}

Result<void> Audit::write_all(int file, const std::string& text)
{
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t count = ::write(file, rest.data(), rest.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
            trouble_ = fmt::format("cannot write {}: {}", path_, std::strerror(errno));
            return Errc::unavailable;
        }
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> Audit::checkpoint()
{
    const std::string hash = last_hash_.empty() ? "-" : last_hash_;
    const std::string text = fmt::format("{} {} {}\n", next_seq_ - 1, hash, seal(key_, next_seq_ - 1, hash));
    const ssize_t count = ::pwrite(checkpoint_file_, text.data(), text.size(), 0);
    if (count != static_cast<ssize_t>(text.size()) || ::ftruncate(checkpoint_file_, count) != 0 ||
        ::fdatasync(checkpoint_file_) != 0)
        return Errc::unavailable;
    return {};
}

Result<void> Audit::append(AuditRecord& record)
{
    std::vector<AuditRecord> one{record};
    const Result<void> done = append(one);
    if (done) record = one[0];
    return done;
}

Result<void> Audit::append(std::vector<AuditRecord>& records)
{
    const std::lock_guard lock(mutex_);
    if (broken_) return Errc::data_loss;
    std::string text;
    std::string last = last_hash_;
    std::int64_t seq = next_seq_;
    for (AuditRecord& record : records) {
        record.seq = seq++;
        record.prev_hash = last;
        const std::string body = body_of(record);
        record.hash = sha256_hex(body);
        last = record.hash;
        text += line_of(record, body);
    }
    const Result<void> written = write_all(file_, text);
    if (!written || ::fdatasync(file_) != 0) {
        if (::ftruncate(file_, size_) != 0) trouble_ += " (and a part of a record stays in it)";
        if (trouble_.empty()) trouble_ = fmt::format("cannot sync {}: {}", path_, std::strerror(errno));
        return Errc::unavailable;
    }
    size_ += static_cast<std::int64_t>(text.size());
    next_seq_ = seq;
    last_hash_ = last;
    const Result<void> marked = checkpoint();
    trouble_ = marked ? "" : "its checkpoint cannot be written";
    if (!marked) return Errc::in_doubt;
    return {};
}

bool AuditFilter::wants(const AuditRecord& record) const
{
    if (!actor.empty() && record.actor != actor) return false;
    if (!target.empty() && record.target != target && short_id(record.target) != target) return false;
    return !since || record.at >= *since;
}

std::vector<AuditRecord> newest_records(const std::string& path, std::size_t limit, std::int64_t before,
                                        const AuditFilter& filter)
{
    const auto wanted = [&filter](const std::string& line) {
        const std::optional<AuditRecord> record = read_line(line);
        return record && filter.wants(*record);
    };
    std::ifstream file(path, std::ios::binary);
    std::deque<std::string> lines;
    std::string line;
    for (std::int64_t number = 1; std::getline(file, line) && (before == 0 || number < before); ++number) {
        if (!wanted(line)) continue; // a damaged one is none
        lines.push_back(line);
        if (lines.size() > limit) lines.pop_front();
    }
    std::vector<AuditRecord> out;
    for (auto it = lines.rbegin(); it != lines.rend(); ++it)
        if (std::optional<AuditRecord> record = read_line(*it)) out.push_back(std::move(*record));
    return out;
}

std::vector<AuditRecord> Audit::list(std::size_t limit, std::int64_t before) const
{
    return newest_records(path_, limit, before);
}

std::vector<AuditRecord> read_audit(const std::string& path, std::int64_t& place, std::int64_t end, std::size_t limit)
{
    std::vector<AuditRecord> out;
    std::ifstream file(path, std::ios::binary);
    file.seekg(place);
    std::string line;
    while (out.size() < limit && place < end && std::getline(file, line) && !file.eof()) {
        place += static_cast<std::int64_t>(line.size()) + 1;
        if (std::optional<AuditRecord> record = read_line(line)) out.push_back(std::move(*record));
    }
    return out;
}

std::vector<AuditRecord> Audit::read(std::int64_t& place, std::size_t limit) const
{
    return read_audit(path_, place, size(), limit);
}

std::int64_t Audit::size() const
{
    const std::lock_guard lock(mutex_);
    return size_;
}

AuditVerdict Audit::verify() const
{
    std::unique_lock lock(mutex_);
    const Result<Checkpoint> end = read_checkpoint(path_ + ".checkpoint", key_);
    struct stat now{};
    const bool ours = !broken_ && ::fstat(file_, &now) == 0 && now.st_size == size_; // nobody else wrote to it
    const std::int64_t bytes = ours ? size_ : all_of_it;
    lock.unlock(); // what is appended meanwhile is not waited for
    return check_chain(path_, end, bytes);
}

bool Audit::healthy() const
{
    const std::lock_guard lock(mutex_);
    return trouble_.empty();
}

std::string Audit::trouble() const
{
    const std::lock_guard lock(mutex_);
    return trouble_;
}

} // namespace harvest::telemetry
