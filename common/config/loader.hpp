// Layers a configuration: defaults < file or directory < environment < flags. Strict: every fault at once, with its
// place; every value keeps its origin and what it shadowed.
#pragma once

#include "common/config/section.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harvest::config {

struct Fault {
    std::string file; // or "env HARVEST_…", "flag --set"
    int line{}, column{};
    std::string code; // unknown_key, repeated_key, bad_value, bad_yaml, unreadable, plain_secret
    std::string key, reason, suggestion;
    bool warning{};
    std::string text() const; // "harvest.yaml:18:3: unknown key 'kafka.brokerz' - did you mean 'kafka.brokers'?"
};

struct Layer {
    std::string kind;  // "default", "file", "env", "flag"
    std::string where; // "harvest.yaml:16:14", "HARVEST_KAFKA__LINGER", "--set"
    std::string value;
};

struct Sources {
    std::string path;                                             // a file, a directory of *.yaml, or empty
    std::vector<std::pair<std::string, std::string>> environment; // HARVEST_… only
    std::vector<std::pair<std::string, std::string>> flags;       // {"gateway.port=0", "--set"}: setting and its flag
};

struct Loaded {
    std::vector<Fault> faults;
    std::map<std::string, std::vector<Layer>, std::less<>> layers; // by key; the last one holds
    bool ok() const;
};

// Sets what `fields` point to. The fields must hold their defaults.
Loaded load(const std::vector<Field>& fields, const Sources& sources);

// The variables of this process that set config keys: HARVEST_A__B=v. HARVESTCTL_… presets flags and is not among them.
std::vector<std::pair<std::string, std::string>> process_environment();

} // namespace harvest::config
