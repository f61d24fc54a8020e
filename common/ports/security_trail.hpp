// What touches the safety of accounts or of the system, on its way to the audit log of the process and to
// `harvest.system`.
#pragma once

#include <string>

namespace harvest {

struct SecurityNote {
    std::string action;      // "account.password_changed"
    std::string target = {}; // an id; empty: none is known
    std::string source = {}; // the address that it came from
    // Anybody can cause it as often as they like: those alike within a minute become one record with their number.
    bool at_will = false;
};

class SecurityTrail {
public:
    virtual ~SecurityTrail() = default;
    // Waits for nothing. For any thread.
    virtual void note(SecurityNote note) = 0;
};

} // namespace harvest
