// Settings of the connection server; the listeners' own are their adapters'.
#pragma once

#include "common/config/section.hpp"
#include "common/ports/rate_limit.hpp"

namespace harvest::connsrv {

struct Config {
    Millis hello_within{5s};
    Millis ping_every{20s};
    Millis resume_within{45s};
    std::int64_t resume_messages{56}; // with the reply they must fit into a link's queue of 64 and 256 KiB
    config::ByteSize resume_bytes{192 * 1024};
    config::ByteSize max_message{8 * 1024}; // a transport closes at 16 KiB, untold
    std::int64_t inbox{32};
    std::int64_t faults{8};
    Millis forgive_every{30s};
    Millis presence_ttl{60s}, presence_renew{25s};
    Millis recheck_every{60s};
    Millis call_timeout{4s};
    Millis drain_spread{10s};
    std::int64_t hello_burst{200};
    Millis hello_interval{10ms};
    std::int64_t op_burst_factor{1};
    RateRule reports{10, 60s}; // of one account: gateway.limits.report, one quota for both doors; a burst of 0 is none

    void describe(config::Section& section);
};

} // namespace harvest::connsrv
