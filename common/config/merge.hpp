// What a configuration that was read again may change while everything runs: the fields marked reloadable.
#pragma once

#include "common/config/section.hpp"

#include <string>
#include <vector>

namespace harvest::config {

struct Differences {
    std::vector<std::string> reloadable, other; // keys
};

// `now` and `fresh` are the fields of one kind of struct.
Differences differences(const std::vector<Field>& now, const std::vector<Field>& fresh);

// Gives the reloadable fields of `now` their values in `fresh`; all others keep theirs.
void take_reloadable(const std::vector<Field>& now, const std::vector<Field>& fresh);

} // namespace harvest::config
