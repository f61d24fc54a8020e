// Settings of the instance daemon: rooms, clocks that are not the game's, limits, rewards.
#pragma once

#include "common/config/section.hpp"
#include "common/ports/rate_limit.hpp"

namespace harvest::instance {

struct Advertise {
    std::string host{"127.0.0.1"};
    std::uint16_t udp{}, tcp{};
    void describe(config::Section& section)
    {
        section.field({.name = "host", .doc = "Address or name that clients are told to connect to."}, host);
        section.field({.name = "udp", .doc = "UDP port that clients are told; 0 is the one listened on."}, udp);
        section.field({.name = "tcp", .doc = "TCP port that clients are told; 0 is the one listened on."}, tcp);
    }
};

struct Rewards {
    std::int64_t win{20}, loss{5}, draw{5};
    std::string win_crop{"wheat"};
    std::int64_t win_crops{3}, first_win{3}, paid_matches{30};
    std::int64_t early_turns{4};
    std::string account{"mint"}; // reward must be funded, or a settlement pays nothing
    void describe(config::Section& section)
    {
        section.field({.name = "win", .doc = "Coins for a ranked win.", .max = 1'000'000}, win);
        section.field({.name = "loss", .doc = "Coins for a ranked loss.", .max = 1'000'000}, loss);
        section.field({.name = "draw", .doc = "Coins for a ranked draw.", .max = 1'000'000}, draw);
        section.field({.name = "win_crop",
                       .doc = "Crop that a ranked win also pays.",
                       .choices = {"wheat", "carrot", "potato", "pumpkin", "sunflower", "moonberry"}},
                      win_crop);
        section.field({.name = "win_crops", .doc = "How many of it.", .max = 1'000}, win_crops);
        section.field({.name = "first_win",
                       .doc = "How many times over the first ranked win of a UTC day pays.",
                       .min = 1,
                       .max = 100},
                      first_win);
        section.field({.name = "paid_matches", .doc = "Ranked matches of a UTC day that pay.", .max = 10'000},
                      paid_matches);
        section.field({.name = "early_turns", .doc = "A match conceded before this turn pays nothing.", .max = 60},
                      early_turns);
        section.field(
            {.name = "account", .doc = "Ledger account that pays: mint or reward.", .choices = {"mint", "reward"}},
            account);
    }
};

struct Config {
    Advertise advertise;
    Rewards rewards;
    std::int64_t max_matches{5'000};
    Millis lease{15s}, renew_every{5s};
    Millis log_every{25ms}, log_tail{250ms};
    std::int64_t log_capacity{20'000};
    Millis join_within{5s}, gather{20s}, linger{15s}, call_every{3s};
    std::int64_t resume_messages{56}; // with the reply they must fit into a link's queue of 64 and 256 KiB
    std::int64_t held_commands{32};
    Millis bot_think{400ms};
    Millis store_timeout{3s}, drain{20s};
    std::int64_t spectators{50}, spectator_delay{3};
    config::ByteSize max_message{8 * 1024}; // a transport closes at 16 KiB, untold
    std::int64_t faults{10};
    Millis forgive_every{30s};
    std::int64_t command_burst{60}, emote_burst{4};
    Millis command_interval{20ms}, emote_interval{2s};
    std::int64_t address_burst{200};
    Millis address_interval{10ms};

    void describe(config::Section& section);
};

} // namespace harvest::instance
