#include "common/adapters/process/child.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

extern char** environ;

namespace harvest::process {
namespace {

// A datagram socket under an abstract name that the kernel chooses; it tells who sent what.
int notify_socket(std::string& name)
{
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -1;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const int on = 1;
    socklen_t size = sizeof address;
    const bool named = ::setsockopt(descriptor, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
                       ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(sa_family_t)) == 0 &&
                       ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
                       size > sizeof(sa_family_t) + 1;
    if (!named) {
        ::close(descriptor);
        return -1;
    }
    name.assign(address.sun_path + 1, size - sizeof(sa_family_t) - 1);
    return descriptor;
}

std::vector<std::string> environment_of_child(const std::string& socket, Millis watchdog)
{
    // What a manager of services told us is not for our children.
    constexpr std::array not_inherited{
        "NOTIFY_SOCKET=", "WATCHDOG_USEC=", "WATCHDOG_PID=", "LISTEN_FDS=", "LISTEN_PID=", "LISTEN_FDNAMES="};
    std::vector<std::string> out;
    for (char** each = environ; each && *each; ++each) {
        const std::string_view text(*each);
        bool ours = false;
        for (const char* name : not_inherited) ours = ours || text.starts_with(name);
        if (!ours) out.emplace_back(text);
    }
    out.push_back("NOTIFY_SOCKET=@" + socket);
    if (watchdog.count() > 0) out.push_back("WATCHDOG_USEC=" + std::to_string(watchdog.count() * 1'000));
    return out;
}

std::vector<char*> pointers(std::vector<std::string>& words)
{
    std::vector<char*> out;
    out.reserve(words.size() + 1);
    for (std::string& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

// Between fork and exec of a process with threads: system calls only.
[[noreturn]] void become(char* const* words, char* const* environment, ::pid_t parent)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    ::setpgid(0, 0); // a terminal's Ctrl-C is for us, and we tell our children
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(nothing, STDOUT_FILENO) < 0) ::_exit(127);
    // Until here all are blocked: a handler of ours must not run in the child, whatever it is told before exec.
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    ::execvpe(words[0], words, environment);
    ::_exit(127);
}

} // namespace

struct Child::State {
    State(const Executor& executor, ::pid_t process, int pidfd, int socket, std::function<void()> changed)
        : pid(process),
          exit(executor, pidfd),
          notify(executor, socket),
          on_change(std::move(changed))
    {
    }

    // The handlers may run after the child is gone: they own what they touch.
    void watch(asio::posix::stream_descriptor& descriptor, std::shared_ptr<bool> armed)
    {
        if (std::exchange(*armed, true)) return;
        descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                              [armed, changed = on_change](const boost::system::error_code& error) {
                                  *armed = false;
                                  if (!error) changed();
                              });
    }

    ::pid_t pid;
    bool reaped{};
    std::string how;
    asio::posix::stream_descriptor exit, notify;
    std::function<void()> on_change;
    std::shared_ptr<bool> exit_armed = std::make_shared<bool>(false), notify_armed = std::make_shared<bool>(false);
};

Result<std::unique_ptr<Child>> Child::spawn(const std::vector<std::string>& words, Millis watchdog,
                                            const Executor& executor, std::function<void()> on_change)
{
    if (words.empty()) return Errc::invalid_argument;
    std::string name;
    const int socket = notify_socket(name);
    if (socket < 0) return Errc::unavailable;
    std::vector<std::string> command = words, environment = environment_of_child(name, watchdog);
    const std::vector<char*> command_words = pointers(command), environment_words = pointers(environment);
    const ::pid_t parent = ::getpid();
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const ::pid_t pid = ::fork();
    if (pid == 0) become(command_words.data(), environment_words.data(), parent);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    const int pidfd = pid < 0 ? -1 : static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (pidfd < 0) {
        if (pid > 0) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
        ::close(socket);
        return Errc::unavailable;
    }
    auto state = std::make_unique<State>(executor, pid, pidfd, socket, std::move(on_change));
    state->watch(state->exit, state->exit_armed);
    state->watch(state->notify, state->notify_armed);
    return std::unique_ptr<Child>(new Child(std::move(state)));
}

Child::Child(std::unique_ptr<State> state) : state_(std::move(state)) {}

Child::~Child()
{
    signal(SIGKILL);
    // Death is near, unless the kernel holds the process: then it is left to whoever inherits it.
    for (int i = 0; i < 2'000 && !ended(); ++i) ::usleep(1'000);
}

::pid_t Child::pid() const
{
    return state_->pid;
}

void Child::signal(int number)
{
    // Not reaped yet, so the number still belongs to it.
    if (!state_->reaped) ::kill(state_->pid, number);
}

std::optional<std::string> Child::ended()
{
    if (state_->reaped) return state_->how;
    int status = 0;
    const ::pid_t got = ::waitpid(state_->pid, &status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) return std::nullopt;
    state_->reaped = true;
    if (got < 0)
        state_->how = "reaped by another"; // SIGCHLD is ignored in this process
    else if (WIFSIGNALED(status))
        state_->how = "signal " + std::to_string(WTERMSIG(status));
    else
        state_->how = "exit " + std::to_string(WEXITSTATUS(status));
    return state_->how;
}

std::vector<std::string> Child::said()
{
    std::vector<std::string> lines;
    std::array<char, 4096> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    for (int i = 0; i < 64; ++i) { // a child that talks without end does not keep us
        iovec part{text.data(), text.size()};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ::ssize_t size = ::recvmsg(state_->notify.native_handle(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (size < 0) break;
        const cmsghdr* const header = CMSG_FIRSTHDR(&message);
        ucred sender{};
        if (header && header->cmsg_type == SCM_CREDENTIALS) std::memcpy(&sender, CMSG_DATA(header), sizeof sender);
        if (sender.pid != state_->pid) continue; // anyone may know the name
        std::string_view rest(text.data(), static_cast<std::size_t>(size));
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            if (end > 0) lines.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    state_->watch(state_->notify, state_->notify_armed);
    return lines;
}

} // namespace harvest::process
