#include "cli/admin/eventlog.hpp"

#include "common/base/suggest.hpp"
#include "common/base/time.hpp"
#include "common/config/values.hpp"
#include "common/protocol/events.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace harvest::cli {

std::optional<std::string> time_of(std::string text)
{
    if (text.starts_with('@')) text.erase(0, 1);
    if (parse_rfc3339(text)) return text;
    const auto now = std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
    if (text.starts_with('-')) {
        const Result<Millis> back = config::parse_duration(std::string_view(text).substr(1));
        if (!back) return std::nullopt;
        return to_rfc3339(now - *back);
    }
    std::int64_t epoch{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return to_rfc3339(Millis{epoch});
}

std::variant<std::string, Failure> since_of(const std::string& text)
{
    const bool plain = text.find_first_of("-@") != 0 && text.find('T') == std::string::npos;
    if (auto at = time_of(plain ? "-" + text : text)) return std::move(*at);
    return usage_failure(fmt::format("'{}' is no time", text), "like -10m, @1732320000000 or 2026-11-23T01:00:00Z",
                         "type: --since -10m");
}

std::string path_segment(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                           c == '-' || c == '_' || c == ':';
        out += plain ? c : '_';
    }
    return out.empty() ? "_" : out;
}

Answer named(Answer answer, std::string key)
{
    if (answer.document) answer.document->name_key = std::move(key);
    return answer;
}

Failure about_topic(Failure failed, const Invocation& invocation, const std::string& topic)
{
    if (failed.code != "not_found" || !failed.message.starts_with("no topic")) return failed;
    std::vector<std::string> known;
    for (const std::string_view each : {protocol::topic::user, protocol::topic::game, protocol::topic::chat,
                                        protocol::topic::battle, protocol::topic::system})
        known.emplace_back(each);
    failed.why = fmt::format("the topics are {}, and each with .parked", fmt::join(known, ", "));
    const std::optional<std::string> near = suggest(topic, known);
    failed.hint = near ? fmt::format("did you mean: harvestctl {} {}", invocation.command->path, *near)
                       : "type: harvestctl admin kafka topics";
    return failed;
}

} // namespace harvest::cli
