#include "cli/compose_journal.hpp"

#include <fmt/format.h>

namespace harvest::cli {

api::JournalOptions journal_options(const Settings& settings, const ComposeOptions& options)
{
    api::JournalOptions out;
    out.source = options.slot_of.empty() ? "admin-0" : fmt::format("{}-{}", options.slot_of, options.first_slot);
    out.sample_every = settings.telemetry.sample_every;
    out.loop_stall = settings.loop_stall;
    return out;
}

api::JournalSights journal_sights(Supervisor* const& supervisor)
{
    const auto slots = [&supervisor] { return supervisor ? supervisor->status() : std::vector<SlotStatus>(); };
    return {slots, api::resident_bytes};
}

} // namespace harvest::cli
