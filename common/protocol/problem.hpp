// Errors over REST: RFC 9457 problem details with our stable `code` and the trace they belong to.
#pragma once

#include "common/protocol/events.hpp"
#include "common/protocol/json.hpp"

namespace harvest::protocol {

inline constexpr std::string_view problem_content_type = "application/problem+json";

struct ProblemFault {
    std::string kind, message;
    std::optional<std::string> card;
};
BOOST_DESCRIBE_STRUCT(ProblemFault, (), (kind, message, card))

struct Problem {
    std::string type{"about:blank"};
    std::string title;
    int status{};
    std::optional<std::string> detail;
    std::string code;
    std::string trace_id;
    std::optional<std::vector<ProblemFault>> faults; // of a deck
    std::optional<std::vector<AssetAmount>> missing; // ingredients
};
BOOST_DESCRIBE_STRUCT(Problem, (), (type, title, status, detail, code, trace_id, faults, missing))

} // namespace harvest::protocol
