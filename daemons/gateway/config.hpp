// Settings of the gateway; its listener's own are the web adapter's. A burst of 0 switches a limit off.
#pragma once

#include "common/config/section.hpp"

namespace harvest::gateway {

struct Limit {
    std::int64_t burst{};
    Millis interval{};
    void describe(config::Section& section)
    {
        section.field({.name = "burst",
                       .doc = "Requests admitted at once; 0 switches the limit off.",
                       .max = 10'000'000,
                       .reloadable = true},
                      burst);
        section.field(
            {.name = "interval", .doc = "Time after which one more is admitted.", .min = 1, .reloadable = true},
            interval);
    }
};

struct Limits {
    Limit address{1'000, 5ms}; // every request from one address (IPv6: from one /64)
    Limit account{200, 50ms};  // every request of one account
    Limit write{30, 1s};       // changes by one account
    Limit registering{20, 6s}; // new accounts with a password from one address
    Limit login{30, 1s};       // password logins from one address
    Limit device{1'000, 5ms};  // device logins from one address
    Limit refresh{300, 100ms}; // refresh and logout from one address
    Limit password{5, 60s};    // password changes and deletions of one account
    Limit mail{5, 60s};        // letters asked for by one account, or from one address
    Limit exporting{3, 10min}; // exports of one account
    Limit reporting{10, 60s};  // reports by one account
    void describe(config::Section& section)
    {
        section.section("address", address);
        section.section("account", account);
        section.section("write", write);
        section.section("register", registering);
        section.section("login", login);
        section.section("device", device);
        section.section("refresh", refresh);
        section.section("password", password);
        section.section("mail", mail);
        section.section("export", exporting);
        section.section("report", reporting);
    }
};

struct Config {
    Limits limits;
    std::vector<std::string> cors_origins;
    Millis request_timeout{10s};
    Millis keys_every{60s}, keys_at_least{30s};
    Millis token_life{10min};

    void describe(config::Section& section)
    {
        section.section("limits", limits);
        section.field({.name = "cors_origins",
                       .doc = "Origins of web clients that may call the API (\"https://play.example.org\").",
                       .reloadable = true},
                      cors_origins);
        section.field({.name = "request_timeout", .doc = "How long a request may take.", .min = 100}, request_timeout);
        section.field({.name = "keys_every", .doc = "How often auth is asked for its public keys.", .min = 1'000},
                      keys_every);
        section.field({.name = "keys_at_least",
                       .doc = "Shortest time between two fetches of keys, whatever tokens come.",
                       .min = 1'000},
                      keys_at_least);
        section.field({.name = "token_life",
                       .doc = "Longest life of an access token: so long a revocation is remembered.",
                       .min = 60'000},
                      token_life);
    }
};

} // namespace harvest::gateway
