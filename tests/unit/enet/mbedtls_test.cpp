// The stand-in for DTLS-capable Godot clients (tests/clients/enet_mbedtls) against the listener.
#include "tests/unit/enet/bed.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace harvest::enet::test {
namespace {

struct Outcome {
    int exit_code = -1;
    std::string output;
};

class Folder {
public:
    Folder()
    {
        std::string name = (std::filesystem::temp_directory_path() / "enet_mbedtls_XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    std::filesystem::path path_;
};

Outcome run_client(Bed& bed, const std::string& ca_pem, const std::string& framing, const std::string& input)
{
    const Folder folder;
    std::ofstream(folder.file("ca.pem")) << ca_pem;
    std::ofstream(folder.file("in")) << input;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, folder.file("in").c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, folder.file("out").c_str(), O_WRONLY | O_CREAT, 0600);
    std::array<std::string, 5> words{HARVEST_MBEDTLS_CLIENT, "127.0.0.1", std::to_string(bed.link->port()),
                                     folder.file("ca.pem"), framing};
    std::array<char*, 6> argv{words[0].data(), words[1].data(), words[2].data(),
                              words[3].data(), words[4].data(), nullptr};
    pid_t child = 0;
    REQUIRE(posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    CHECK(bed.run_until([&] { return waitpid(child, &status, WNOHANG) == child; }, Millis(20'000)));
    std::ifstream out(folder.file("out"));
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, {std::istreambuf_iterator<char>(out), {}}};
}

TEST_CASE("a stock client over mbedTLS gets its echoes, in Godot 3 and Godot 4 framing", "[enet][godot]")
{
    Bed bed;
    const std::string& ca = self_signed("harvest").certificate_pem;
    std::string input;
    for (int i = 0; i < 20; ++i) input += "{\"op\":\"session.ping\",\"id\":" + std::to_string(i) + "}\n";
    input += std::string(9'000, 'y') + "\n";
    for (const std::string framing : {"godot3", "godot4"}) {
        const Outcome outcome = run_client(bed, ca, framing, input);
        CHECK(outcome.exit_code == 0);
        CHECK(outcome.output == input);
    }
    CHECK(bed.metrics.guard_breaches == 0);
    CHECK(bed.events.messages.size() == 42);
    CHECK(bed.run_until([&] { return bed.events.ended.size() == 2; }));
}

TEST_CASE("a stock client over mbedTLS refuses another certificate", "[enet][godot]")
{
    Bed bed;
    CHECK(run_client(bed, self_signed("another").certificate_pem, "godot3", "{}\n").exit_code == 3);
    CHECK(bed.events.open.empty());
}

} // namespace
} // namespace harvest::enet::test
