#include "common/telemetry/audit.hpp"
#include "common/telemetry/ecs_log.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

using namespace harvest;
using namespace harvest::telemetry;

namespace {

const Audit::Key key{1, 2, 3};

class Folder {
public:
    Folder()
    {
        char name[] = "/tmp/harvest-audit-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string log() const { return path_ + "/audit.log"; }

private:
    std::string path_;
};

AuditRecord record_of(int number)
{
    AuditRecord record;
    record.id = "a_" + std::to_string(number);
    record.at = Millis{1'700'000'000'000 + number};
    record.action = "player.ban";
    record.outcome = number % 2 ? "intent" : "success";
    record.actor = "uid:0";
    record.target = "p_" + std::to_string(number / 2);
    record.reason = "case \"5512\"\nwith a line";
    return record;
}

std::string slurp(const std::string& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void spill(const std::string& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

std::vector<std::string> lines_of(const std::string& text)
{
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        out.push_back(text.substr(at, end + 1 - at));
        at = end + 1;
    }
    return out;
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string out;
    for (const std::string& line : lines) out += line;
    return out;
}

} // namespace

TEST_CASE("T39: every edit, deletion, swap and cut of an audit log is found", "[audit]")
{
    const Folder folder;
    constexpr int count = 100'000;
    {
        Audit audit(folder.log(), key);
        std::vector<AuditRecord> batch;
        for (int i = 0; i < count; ++i) {
            batch.push_back(record_of(i));
            if (batch.size() < 1'000) continue;
            REQUIRE(audit.append(batch));
            batch.clear();
        }
    }
    const auto begun = std::chrono::steady_clock::now();
    const AuditVerdict sound = verify_audit(folder.log(), key);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    REQUIRE(sound.intact);
    CHECK(sound.records == count);
    WARN("verified " << static_cast<std::int64_t>(count / seconds) << " records a second");

    // On a smaller log, so that many mutants can be tried.
    const Folder small;
    {
        Audit audit(small.log(), key);
        for (int i = 0; i < 40; ++i) {
            AuditRecord record = record_of(i);
            REQUIRE(audit.append(record));
        }
    }
    const std::string whole = slurp(small.log());
    const std::vector<std::string> lines = lines_of(whole);
    REQUIRE(lines.size() == 40);
    std::mt19937 random(39);
    int undetected = 0;
    const auto try_mutant = [&](const std::string& mutant) {
        if (mutant == whole) return;
        spill(small.log(), mutant);
        const AuditVerdict verdict = verify_audit(small.log(), key);
        if (verdict.intact || verdict.first_bad == 0) ++undetected;
    };
    for (int i = 0; i < 2'000; ++i) { // a flipped bit anywhere
        std::string mutant = whole;
        mutant[random() % mutant.size()] ^= static_cast<char>(1 << random() % 8);
        try_mutant(mutant);
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::vector<std::string> mutant = lines;
        mutant.erase(mutant.begin() + static_cast<std::ptrdiff_t>(i));
        try_mutant(joined(mutant)); // deleted
        mutant = lines;
        std::swap(mutant[i], mutant[(i + 1) % lines.size()]);
        try_mutant(joined(mutant)); // swapped
        mutant = lines;
        mutant.insert(mutant.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
        try_mutant(joined(mutant)); // doubled
        mutant = lines;
        mutant.resize(i);
        try_mutant(joined(mutant)); // cut
    }
    CHECK(undetected == 0);
    spill(small.log(), whole);
    CHECK(verify_audit(small.log(), key).intact);
}

TEST_CASE("an audit log goes on after a restart, and a cut record is taken away", "[audit]")
{
    const Folder folder;
    {
        Audit audit(folder.log(), key);
        AuditRecord record = record_of(1);
        REQUIRE(audit.append(record));
        CHECK(record.seq == 1);
    }
    spill(folder.log(), slurp(folder.log()) + "{\"seq\":2,\"@timest"); // a crash in the middle of a write
    Audit audit(folder.log(), key);
    CHECK(audit.healthy());
    AuditRecord record = record_of(2);
    REQUIRE(audit.append(record));
    CHECK(record.seq == 2);
    CHECK(audit.verify().intact);
    const std::vector<AuditRecord> newest = audit.list(1);
    REQUIRE(newest.size() == 1);
    CHECK(newest[0].id == "a_2");
    CHECK(newest[0].reason == record_of(2).reason);
}

TEST_CASE("text of a command line that is no UTF-8 stops no audit log", "[audit]")
{
    const Folder folder;
    {
        Audit audit(folder.log(), key);
        AuditRecord record = record_of(1);
        record.target = "/srv/caf\xe9";
        REQUIRE(audit.append(record));
    }
    Audit audit(folder.log(), key);
    CHECK(audit.healthy());
    AuditRecord record = record_of(2);
    REQUIRE(audit.append(record));
    const std::vector<AuditRecord> kept = audit.list(10);
    REQUIRE(kept.size() == 2);
    CHECK(kept[1].target == "/srv/caf?");
    CHECK(audit.verify().intact);
}

TEST_CASE("T39: a cut audit log takes no record, so that the cut stays to be seen", "[audit]")
{
    for (std::size_t cut = 1; cut <= 5; ++cut) {
        const Folder folder;
        {
            Audit audit(folder.log(), key);
            for (int i = 1; i <= 5; ++i) {
                AuditRecord record = record_of(i);
                REQUIRE(audit.append(record));
            }
        }
        std::vector<std::string> lines = lines_of(slurp(folder.log()));
        lines.resize(lines.size() - cut);
        const std::string left = joined(lines), marked = slurp(folder.log() + ".checkpoint");
        spill(folder.log(), left);
        for (int start = 0; start < 2; ++start) { // a second start forgets nothing either
            Audit audit(folder.log(), key);
            CHECK_FALSE(audit.healthy());
            for (int i = 6; i < 8; ++i) {
                AuditRecord record = record_of(i);
                const Result<void> written = audit.append(record);
                REQUIRE_FALSE(written);
                CHECK(written.error() == Errc::data_loss);
            }
            CHECK_FALSE(audit.healthy());
            const AuditVerdict verdict = audit.verify();
            CHECK_FALSE(verdict.intact);
            CHECK(verdict.first_bad == static_cast<std::int64_t>(lines.size()) + 1);
            CHECK(verdict.reason == "records " + std::to_string(lines.size() + 1) + " to 5 are missing");
        }
        CHECK(slurp(folder.log()) == left);
        CHECK(slurp(folder.log() + ".checkpoint") == marked);
    }
}

TEST_CASE("a crash between records and their checkpoint does not stop an audit log", "[audit]")
{
    const Folder folder;
    std::string marked;
    for (int first = 1; first <= 7; first += 3) {
        {
            Audit audit(folder.log(), key);
            marked = slurp(folder.log() + ".checkpoint");
            std::vector<AuditRecord> batch{record_of(first), record_of(first + 1), record_of(first + 2)};
            REQUIRE(audit.append(batch));
        }
        spill(folder.log() + ".checkpoint", marked);
    }
    Audit audit(folder.log(), key);
    CHECK(audit.healthy());
    AuditRecord record = record_of(10);
    REQUIRE(audit.append(record));
    CHECK(record.seq == 10);
    CHECK(audit.verify().intact);
}

TEST_CASE("a foreign key does not forge a checkpoint", "[audit]")
{
    const Folder folder;
    {
        Audit audit(folder.log(), key);
        AuditRecord record = record_of(1);
        REQUIRE(audit.append(record));
    }
    CHECK(verify_audit(folder.log(), key).intact);
    CHECK_FALSE(verify_audit(folder.log(), Audit::Key{9}).intact);
}

TEST_CASE("a log line is valid JSON whatever it holds", "[log]")
{
    LogSetup setup;
    std::mt19937 random(7);
    for (int i = 0; i < 3'000; ++i) {
        std::string text;
        for (std::size_t length = random() % 40; length > 0; --length) text += static_cast<char>(random() % 256);
        const std::string line =
            ecs_line(setup, Millis{0}, log::Level::warn, text, {{"error.message", text}, {"n", 3}, {"x", 0.5}});
        CHECK(line.find('\n') == std::string::npos);
        boost::json::error_code error;
        const boost::json::value value = boost::json::parse(line, error);
        REQUIRE_FALSE(error);
        CHECK(value.at("log.level").as_string() == "warn");
        CHECK(value.at("labels.n").as_int64() == 3);
    }
    CHECK(ecs_line(setup, Millis{0}, log::Level::info, "up", {})
              .starts_with(
                  R"({"@timestamp":"1970-01-01T00:00:00.000Z","log.level":"info","message":"up","ecs.version":)"));
}

TEST_CASE("an audit log is verified while records are written, and holds nobody up", "[audit]")
{
    const Folder folder;
    Audit audit(folder.log(), key);
    std::atomic<bool> done{false};
    std::thread writer([&] {
        for (int i = 0; i < 300; ++i) {
            AuditRecord record;
            record.id = "a_" + std::to_string(i);
            if (!audit.append(record)) break;
        }
        done = true;
    });
    int looks = 0;
    for (bool last = false; !last; ++looks) {
        last = done;
        const AuditVerdict verdict = audit.verify();
        CHECK(verdict.intact);
        if (last) CHECK(verdict.records == 300);
    }
    writer.join();
    CHECK(looks > 1);
}
