// H1: a request read in one piece and in many gives the same; what is accepted can be read in one way only.
#include "common/adapters/web/chunked_reader.hpp"
#include "common/adapters/web/http_head.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace {

using namespace harvest::web;

struct Outcome {
    int refused{};
    std::size_t head_size{};
    std::string path, query, body;
    bool operator==(const Outcome&) const = default;
};

void check(bool claim)
{
    if (!claim) std::abort();
}

void check_head(const Head& head)
{
    check(!(head.has_length && head.chunked) && !head.host.empty() && head.header_count <= 100);
    int lengths = 0;
    for (std::size_t i = 0; i < head.header_count; ++i) {
        const auto& [name, value] = head.headers[i];
        check(!name.empty() && name.find_first_of(" \t\r\n:") == std::string_view::npos);
        check(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
        lengths += same_ignoring_case(name, "content-length") || same_ignoring_case(name, "transfer-encoding");
    }
    check(lengths <= 1);
}

Outcome read(std::string_view bytes, std::size_t step)
{
    const HeadLimits limits{.bytes = 2048, .headers = 20, .target = 512};
    Outcome outcome;
    HeadScan scan;
    Refusal refusal;
    static Head head;
    for (std::size_t have = std::min(step, bytes.size());; have = std::min(have + step, bytes.size())) {
        outcome.head_size = find_head_end(bytes.substr(0, have), scan, limits, refusal);
        if (outcome.head_size > 0 || refusal || have == bytes.size()) break;
    }
    check(outcome.head_size <= limits.bytes);
    if (outcome.head_size > 0) refusal = parse_request_head(bytes.substr(0, outcome.head_size), limits, head);
    if (outcome.head_size == 0 || refusal) {
        // How much had come decides whether a limit or a later fault is seen first: both refuse.
        outcome.refused = refusal ? 1 : 0;
        outcome.head_size = 0;
        return outcome;
    }
    check_head(head);
    if (decode_target(head, outcome.path, outcome.query)) {
        outcome.refused = 2;
        return outcome;
    }
    check(outcome.path == "*" || outcome.path.front() == '/');
    check(outcome.path.find('\0') == std::string::npos && outcome.path.find("/../") == std::string::npos);
    if (!head.chunked) return outcome;
    ChunkedReader chunks;
    bytes.remove_prefix(outcome.head_size);
    while (!bytes.empty() && !chunks.done() && !refusal) {
        std::string_view part = bytes.substr(0, step);
        const std::size_t offered = part.size();
        refusal = chunks.take(part, outcome.body, 4096);
        bytes.remove_prefix(offered - part.size());
    }
    check(outcome.body.size() <= 4096);
    if (refusal) outcome.refused = 3;
    return outcome;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::size_t step = 1 + data[0] % 64;
    // One huge piece may meet a limit that the end of the head comes before: compare pieces with pieces.
    check(read(bytes, step) == read(bytes, 1));
    read(bytes, size);
    static Head head;
    if (!parse_response_head(bytes, head)) check(head.status >= 0 && head.status <= 999);
    return 0;
}
