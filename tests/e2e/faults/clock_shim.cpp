// A wall clock that the test sets, preloaded into the real binary: the file SHIM_CLOCK holds the
// nanoseconds that it is ahead of the machine's. The steady clock stays what it is.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

constexpr std::int64_t second = 1'000'000'000;

const std::atomic<std::int64_t>* ahead()
{
    static const std::atomic<std::int64_t>* const seen = []() -> const std::atomic<std::int64_t>* {
        const char* const path = std::getenv("SHIM_CLOCK");
        const int file = path ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
        void* const memory = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
        return memory == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::int64_t>*>(memory);
    }();
    return seen;
}

int real(clockid_t clock, timespec* now)
{
    static auto* const call = reinterpret_cast<decltype(::clock_gettime)*>(::dlsym(RTLD_NEXT, "clock_gettime"));
    return call(clock, now);
}

} // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept
{
    const int done = real(clock, now);
    if (done != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) || !ahead()) return done;
    const std::int64_t at = now->tv_sec * second + now->tv_nsec + ahead()->load();
    now->tv_sec = at / second;
    now->tv_nsec = at % second;
    return done;
}

int gettimeofday(timeval* __restrict now, void* __restrict) noexcept
{
    timespec exact{};
    const int done = clock_gettime(CLOCK_REALTIME, &exact);
    *now = {exact.tv_sec, exact.tv_nsec / 1'000};
    return done;
}

time_t time(time_t* out) noexcept
{
    timespec exact{};
    clock_gettime(CLOCK_REALTIME, &exact);
    if (out) *out = exact.tv_sec;
    return exact.tv_sec;
}

} // extern "C"
