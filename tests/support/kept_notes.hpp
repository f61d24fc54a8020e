// A security trail that keeps what it is told.
#pragma once

#include "common/ports/security_trail.hpp"

#include <string>
#include <vector>

namespace harvest::test {

class KeptNotes final : public SecurityTrail {
public:
    void note(SecurityNote note) override { notes.push_back(std::move(note)); }
    // "account.deleted p_… 192.0.2.1", the newest first; a '*' behind what comes at will.
    std::vector<std::string> told() const
    {
        std::vector<std::string> out;
        for (auto it = notes.rbegin(); it != notes.rend(); ++it)
            out.push_back(it->action + (it->at_will ? "* " : " ") + it->target + " " + it->source);
        return out;
    }
    std::vector<SecurityNote> notes;
};

} // namespace harvest::test
