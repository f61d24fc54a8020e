// Which daemon may call what of which other one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harvest::web {

struct RpcRule {
    std::string daemon, method;       // "auth", "sign_ticket"; a method may be "party.*" for all that begin so, or "*"
    std::vector<std::string> callers; // daemons; "*": each
};

// Of the rules for a daemon the first one whose method fits decides; what fits none is called by nobody.
using RpcRules = std::vector<RpcRule>;

// The daemon in what a certificate says, "auth" of "auth.harvest"; "" if it is of none.
std::string_view daemon_of(std::string_view certificate_name);

bool may_call(const RpcRules& rules, std::string_view caller, std::string_view daemon, std::string_view method);

} // namespace harvest::web
