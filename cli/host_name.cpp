#include "cli/host_name.hpp"

#include <unistd.h>

namespace harvest::cli {

std::string host_name()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "localhost";
}

} // namespace harvest::cli
