// Plays an instance: good, late (ready after 300 ms), mute (never ready), crash, silent (no sign of life once ready),
// deaf (to SIGTERM).
#include "common/runtime/service_notify.hpp"

#include <unistd.h>

#include <csignal>
#include <string_view>

namespace {

volatile std::sig_atomic_t told = 0;

} // namespace

int main(int count, char** words)
{
    using namespace harvest;
    const std::string_view habit = count > 1 ? words[1] : "";
    if (habit == "crash") return 3;
    std::signal(SIGTERM, [](int) { told = 1; });
    if (habit == "late") ::usleep(300'000);
    if (habit != "mute") service_notify::ready("plays");
    while (!told || habit == "deaf") {
        const auto interval = service_notify::watchdog_interval();
        if (habit != "silent" && interval) service_notify::watchdog();
        ::usleep(20'000);
    }
    service_notify::stopping("drains");
    return 0;
}
