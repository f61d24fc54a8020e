// ThreadSanitizer knows POSIX threads alone, and librdkafka's are those of C11: without these a thread of it has no
// state in the sanitizer, which then crashes. They stand before glibc's own, whose types are the POSIX ones underneath.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

#include <pthread.h>
#include <threads.h>

#include <cerrno>
#include <cstdint>
#include <memory>

namespace {

static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t) && sizeof(cnd_t) >= sizeof(pthread_cond_t));

pthread_mutex_t* posix(mtx_t* mutex)
{
    return reinterpret_cast<pthread_mutex_t*>(mutex);
}

pthread_cond_t* posix(cnd_t* condition)
{
    return reinterpret_cast<pthread_cond_t*>(condition);
}

int outcome(int error)
{
    if (error == 0) return thrd_success;
    if (error == ETIMEDOUT) return thrd_timedout;
    if (error == ENOMEM) return thrd_nomem;
    return error == EBUSY ? thrd_busy : thrd_error;
}

struct Start {
    thrd_start_t run;
    void* argument;
};

void* begin(void* given)
{
    const std::unique_ptr<Start> start(static_cast<Start*>(given));
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(start->run(start->argument)));
}

} // namespace

extern "C" {

// Its reference counts are atomics that the sanitizer does not see in a library that was built without it, and neither
// does it see the library's read-write locks: what these guard among its own mutexes looks like a race.
const char* __tsan_default_suppressions(); // NOLINT(bugprone-reserved-identifier): the sanitizer's own name
const char* __tsan_default_suppressions()
{
    return "called_from_lib:librdkafka.so\n"
           "race:^mtx_\n"
           "race:^cnd_\n";
}

int thrd_create(thrd_t* thread, thrd_start_t run, void* argument)
{
    auto start = std::make_unique<Start>(Start{run, argument});
    const int error = pthread_create(thread, nullptr, begin, start.get());
    if (error == 0) (void)start.release();
    return outcome(error);
}

int thrd_join(thrd_t thread, int* result)
{
    void* ended = nullptr;
    const int error = pthread_join(thread, &ended);
    if (result) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(ended));
    return outcome(error);
}

int mtx_init(mtx_t* mutex, int type)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if ((type & mtx_recursive) != 0) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    const int error = pthread_mutex_init(posix(mutex), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return outcome(error);
}

void mtx_destroy(mtx_t* mutex)
{
    pthread_mutex_destroy(posix(mutex));
}

int mtx_lock(mtx_t* mutex)
{
    return outcome(pthread_mutex_lock(posix(mutex)));
}

int mtx_unlock(mtx_t* mutex)
{
    return outcome(pthread_mutex_unlock(posix(mutex)));
}

int cnd_init(cnd_t* condition)
{
    return outcome(pthread_cond_init(posix(condition), nullptr));
}

void cnd_destroy(cnd_t* condition)
{
    pthread_cond_destroy(posix(condition));
}

int cnd_signal(cnd_t* condition)
{
    return outcome(pthread_cond_signal(posix(condition)));
}

int cnd_broadcast(cnd_t* condition)
{
    return outcome(pthread_cond_broadcast(posix(condition)));
}

int cnd_wait(cnd_t* condition, mtx_t* mutex)
{
    return outcome(pthread_cond_wait(posix(condition), posix(mutex)));
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until)
{
    return outcome(pthread_cond_timedwait(posix(condition), posix(mutex), until));
}

} // extern "C"

#endif
#endif
