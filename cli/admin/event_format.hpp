// How `consume --format` writes an event: %d time, %t topic, %p partition, %o offset, %k key, %y type, %i id, %s
// source, %v data, %% a percent sign; \n and \t.
#pragma once

#include "cli/output.hpp"

namespace harvest::cli {

class EventFormat {
public:
    // None if `text` has a letter after % that means nothing.
    static std::optional<EventFormat> parse(std::string_view text);
    // Of an event as the admin API gives it. Control characters of its texts are shown, never sent.
    std::string write(const json::object& event) const;

private:
    struct Piece {
        std::string_view member; // empty: `text` as it is
        std::string text;
    };
    std::vector<Piece> pieces_;
};

} // namespace harvest::cli
