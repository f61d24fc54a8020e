// The part of the composition root that says what a process tells of itself on `harvest.system`.
#pragma once

#include "cli/api/journal.hpp"
#include "cli/compose.hpp"

namespace harvest::cli {

api::JournalOptions journal_options(const Settings& settings, const ComposeOptions& options);
// Of the supervisor as it is set when they are asked for; null: no slot runs yet.
api::JournalSights journal_sights(Supervisor* const& supervisor);

} // namespace harvest::cli
