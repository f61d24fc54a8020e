#include "cli/terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>

namespace harvest::cli {
namespace {

bool write_all(int file, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

} // namespace

bool write_stdout(std::string_view text)
{
    if (write_all(STDOUT_FILENO, text)) return true;
    if (errno == EPIPE) std::_Exit(0); // the reader has seen enough
    write_stderr("error: stdout cannot be written\n");
    return false;
}

void write_if_read(std::string_view text)
{
    (void)write_all(STDOUT_FILENO, text);
}

void write_stderr(std::string_view text)
{
    (void)write_all(STDERR_FILENO, text);
}

bool asks_allowed()
{
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

bool stderr_is_screen()
{
    const char* term = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && !std::getenv("NO_COLOR") && term && std::string_view(term) != "dumb";
}

std::string ask(std::string_view question)
{
    write_stderr(question);
    std::string line;
    std::getline(std::cin, line);
    return line;
}

} // namespace harvest::cli
