// What `serve` says and leaves behind once all slots run, and when it ends well.
#pragma once

#include "cli/compose.hpp"
#include "cli/output.hpp"

#include <chrono>
#include <string>

namespace harvest::cli {

struct Ready {
    double seconds{};
    bool ephemeral{}, development{}, kept{};
    std::size_t bots{};
    std::string data, context, token_file;
    bool named{}; // the context could be written
};

// The ready lines, or their document for programs.
Document ready_document(const Composition& composition, const Ready& ready);
// Writes doors.json: where the doors are, for load tests.
void note_doors(const Composition& composition, const std::string& data_dir);
void say_goodbye(const Ready& ready, const OutputOptions& options, std::chrono::steady_clock::time_point begun);

} // namespace harvest::cli
