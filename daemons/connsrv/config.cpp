#include "daemons/connsrv/config.hpp"

namespace harvest::connsrv {

void Config::describe(config::Section& section)
{
    section.field({.name = "hello_within",
                   .doc = "Time for a new connection to sign in.",
                   .min = 100,
                   .max = 60'000,
                   .reloadable = true},
                  hello_within);
    section.field({.name = "ping_every", .doc = "How often clients are told to ping.", .min = 1'000}, ping_every);
    section.field(
        {.name = "resume_within", .doc = "How long a dropped session can be resumed.", .min = 1'000, .max = 600'000},
        resume_within);
    section.field({.name = "resume_messages", .doc = "Pushes kept for a resume.", .min = 1, .max = 60},
                  resume_messages);
    section.field(
        {.name = "resume_bytes", .doc = "Bytes of pushes kept for a resume.", .min = 1'024, .max = 240 * 1'024},
        resume_bytes);
    section.field({.name = "max_message",
                   .doc = "Largest message taken from a client; beyond 16 KiB its link closes at once.",
                   .min = 256,
                   .max = 16'384,
                   .reloadable = true},
                  max_message);
    section.field({.name = "inbox",
                   .doc = "Requests of one connection that may wait for a reply.",
                   .min = 1,
                   .max = 1'000,
                   .reloadable = true},
                  inbox);
    section.field({.name = "faults",
                   .doc = "Bad messages of a connection before it is closed.",
                   .min = 1,
                   .max = 1'000,
                   .reloadable = true},
                  faults);
    section.field(
        {.name = "forgive_every", .doc = "One bad message is forgiven each so long.", .min = 100, .reloadable = true},
        forgive_every);
    section.field({.name = "presence_ttl", .doc = "How long a player counts as present without renewal.", .min = 1'000},
                  presence_ttl);
    section.field({.name = "presence_renew", .doc = "How often presence is renewed.", .min = 500}, presence_renew);
    section.field({.name = "recheck_every", .doc = "How often a live session is looked up again.", .min = 500},
                  recheck_every);
    section.field({.name = "call_timeout", .doc = "Deadline of one request's work.", .min = 100}, call_timeout);
    section.field({.name = "drain_spread", .doc = "Longest time over which a drain spreads its closes."}, drain_spread);
    section.field({.name = "hello_burst", .doc = "Sign-ins from one address at once.", .min = 1, .reloadable = true},
                  hello_burst);
    section.field({.name = "hello_interval",
                   .doc = "One sign-in an address (IPv6: a /64) each so long, beyond the burst.",
                   .min = 1,
                   .reloadable = true},
                  hello_interval);
    section.field({.name = "op_burst_factor",
                   .doc = "Each operation's burst is taken so many times; more than 1 is for measuring.",
                   .min = 1,
                   .max = 1'000'000,
                   .reloadable = true},
                  op_burst_factor);
}

} // namespace harvest::connsrv
