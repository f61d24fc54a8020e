#include "common/base/end_process.hpp"

#include <atomic>
#include <cstdlib>

namespace harvest {
namespace {

std::atomic<void (*)()> last_words{nullptr};

} // namespace

void end_process(std::string_view why, const log::Fields& fields)
{
    log::write(log::Level::error, why, fields);
    if (const auto write_queued = last_words.load()) write_queued();
    std::abort();
}

void before_end(void (*write_queued)())
{
    last_words = write_queued;
}

} // namespace harvest
