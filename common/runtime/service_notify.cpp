#include "common/runtime/service_notify.hpp"

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <ctime>
#include <string>

namespace harvest::service_notify {
namespace {

void send(const std::string& text)
{
    (void)sd_notify(0, text.c_str()); // without a manager there is nobody to tell
}

std::string one_line(std::string_view text)
{
    std::string out(text.substr(0, 512));
    for (char& c : out)
        if (c == '\n') c = ' ';
    return out;
}

} // namespace

void ready(std::string_view status_text)
{
    send(fmt::format("READY=1\nSTATUS={}", one_line(status_text)));
}

void status(std::string_view text)
{
    send(fmt::format("STATUS={}", one_line(text)));
}

void reloading()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.tv_sec * 1'000'000 + now.tv_nsec / 1'000));
}

void stopping(std::string_view status_text)
{
    send(fmt::format("STOPPING=1\nSTATUS={}", one_line(status_text)));
}

void extend(Millis length)
{
    send(fmt::format("EXTEND_TIMEOUT_USEC={}", length.count() * 1'000));
}

void watchdog()
{
    send("WATCHDOG=1");
}

std::optional<Millis> watchdog_interval()
{
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return Millis{static_cast<std::int64_t>(microseconds / 1'000)};
}

} // namespace harvest::service_notify
