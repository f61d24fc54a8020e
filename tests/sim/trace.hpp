// What a simulated evening leaves behind: everything that was seen, and counts of the rare paths.
#pragma once

#include <string>
#include <vector>

namespace harvest::test {

using Trace = std::vector<std::string>; // what all players saw, in order of virtual time, a line each

struct Sightings { // of the rare paths (I12)
    int resumed{}, not_resumed{}, found{}, cancelled{}, revoked{}, chat{}, bots{};
    int joined{}, seat_resumed{}, commands{}, refused{}, rewound{}, moved{}, ended{}, rated{};
    int entered{}, renewed{};
    int late_revocations{}, sequence_faults{}, doubled_chat{}, unfair{}, not_renewed{};
};

} // namespace harvest::test
