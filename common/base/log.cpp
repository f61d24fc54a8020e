#include "common/base/log.hpp"

#include <atomic>
#include <cstdio>

namespace harvest::log {
namespace {

void write_plain(Level, std::string_view message, const Fields&)
{
    std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
}

std::atomic<Sink> current_sink{&write_plain};
std::atomic<Level> current_threshold{Level::warn};

} // namespace

void set_sink(Sink sink, Level threshold)
{
    current_sink = sink;
    current_threshold = threshold;
}

bool enabled(Level level)
{
    return level >= current_threshold.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view message, const Fields& fields)
{
    if (enabled(level)) current_sink.load(std::memory_order_relaxed)(level, message, fields);
}

} // namespace harvest::log
