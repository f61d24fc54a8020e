// Certificates for mutual TLS, made for a test in a directory that goes with it.
#pragma once

#include "common/adapters/system/system_clock.hpp"
#include "common/crypto/private_ca.hpp"

#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace harvest::test {

class TestCa {
public:
    TestCa()
    {
        std::string name = (std::filesystem::temp_directory_path() / "harvest-peers-XXXXXX").string();
        if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary directory");
        directory = name;
        std::string why;
        if (!crypto::PrivateCa::init(directory, clock.now(), std::chrono::hours{24}, why))
            throw std::runtime_error(why);
    }
    ~TestCa()
    {
        std::error_code ignored;
        std::filesystem::remove_all(directory, ignored);
    }
    TestCa(const TestCa&) = delete;
    TestCa& operator=(const TestCa&) = delete;

    // A process in which these daemons are.
    crypto::PeerFiles issue(const std::string& file, const std::vector<std::string>& daemons,
                            Millis life = std::chrono::hours{1}) const
    {
        std::string why;
        std::vector<std::string> names;
        for (const std::string& daemon : daemons) names.push_back(crypto::daemon_certificate_name(daemon));
        Result<crypto::PrivateCa> ca = crypto::PrivateCa::open(directory, why);
        if (!ca || !ca->issue(file, names, clock.now(), life, why)) throw std::runtime_error(why);
        return files(file);
    }
    crypto::PeerFiles files(const std::string& file) const
    {
        return {directory / "ca.crt", directory / (file + ".crt"), directory / (file + ".key")};
    }

    system::SystemClock clock;
    std::filesystem::path directory;
};

} // namespace harvest::test
