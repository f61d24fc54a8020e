// harvestctl: launches, administers and load-tests the backend of Harvest Battles.
#include "cli/run.hpp"

#include <csignal>
#include <string>
#include <vector>

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> words(argv + 1, argv + argc);
    return harvest::cli::run(words);
}
