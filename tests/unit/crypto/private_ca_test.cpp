#include "common/crypto/private_ca.hpp"
#include "common/crypto/secret_file.hpp"
#include "tests/contract/support/run.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace harvest;
using namespace harvest::crypto;

namespace {

namespace fs = std::filesystem;

constexpr Millis start{1'800'000'000'000};
constexpr Millis year = std::chrono::hours{24 * 365};
constexpr Millis quarter = std::chrono::hours{24 * 90};

struct Directory {
    Directory()
    {
        std::string name = (fs::temp_directory_path() / "harvest-ca-XXXXXX").string();
        path = fs::path(::mkdtemp(name.data())) / "tls";
    }
    ~Directory() { fs::remove_all(path.parent_path()); }
    PeerFiles files(const std::string& name) const
    {
        return {path / "ca.crt", path / (name + ".crt"), path / (name + ".key")};
    }
    fs::path path;
    std::string why;
};

mode_t mode_of(const fs::path& path)
{
    struct stat info{};
    ::stat(path.c_str(), &info);
    return info.st_mode & 0777U;
}

Result<CertificateInfo> issue(PrivateCa& ca, const std::string& file, Millis now = start, Millis life = quarter)
{
    std::string why;
    const std::vector<std::string> names{daemon_certificate_name(file), "10.0.0.7"};
    return ca.issue(file, names, now, life, why);
}

} // namespace

TEST_CASE("A private CA is made once, and nobody else reads its files", "[crypto][ca]")
{
    Directory dir;
    Result<PrivateCa> ca = PrivateCa::init(dir.path, start, 10 * year, dir.why);
    REQUIRE(ca);
    REQUIRE(issue(*ca, "auth"));
    CHECK(mode_of(dir.path) == 0700);
    for (const char* name : {"ca.crt", "ca.key", "auth.crt", "auth.key"}) CHECK(mode_of(dir.path / name) == 0600);
    CHECK(PrivateCa::init(dir.path, start, year, dir.why).error() == Errc::already_exists);
    CHECK(dir.why.find("ca.key: is there already") != std::string::npos);
    CHECK(PrivateCa::open(dir.path / "none", dir.why).error() == Errc::not_found);
    const Result<PrivateCa> again = PrivateCa::open(dir.path, dir.why);
    REQUIRE(again);
    CHECK(again->trusted() == ca->trusted());
    REQUIRE(write_secret_file(dir.path / "ca.key", PrivateKey::generate().to_pem()));
    CHECK(PrivateCa::open(dir.path, dir.why).error() == Errc::data_loss);
}

TEST_CASE("What the CA issues names its daemon and lives no longer than the CA", "[crypto][ca]")
{
    Directory dir;
    Result<PrivateCa> ca = PrivateCa::init(dir.path, start, year, dir.why);
    REQUIRE(ca);
    const Result<CertificateInfo> info = issue(*ca, "auth");
    REQUIRE(info);
    CHECK(info->names == std::vector<std::string>{"auth.harvest", "10.0.0.7"});
    CHECK(info->not_after == start + quarter);
    CHECK(issue(*ca, "chat", start, 5 * year)->not_after == start + year);
    CHECK(issue(*ca, "late", start + year).error() == Errc::failed_precondition);
    for (const char* file : {"ca", "", "../x", "Auth", ".x"}) CHECK(issue(*ca, file).error() == Errc::invalid_argument);

    const Result<PeerIdentity> identity = load_peer_identity(dir.files("auth"), start, dir.why);
    REQUIRE(identity);
    CHECK(identity->names.front() == "auth.harvest");
    CHECK(identity->not_after == start + quarter);
    CHECK(dir.why.empty());
}

TEST_CASE("A rotation trusts both CAs until every certificate is of the new one", "[crypto][ca]")
{
    Directory dir;
    Result<PrivateCa> ca = PrivateCa::init(dir.path, start, year, dir.why);
    REQUIRE(ca);
    REQUIRE(issue(*ca, "auth"));
    REQUIRE(issue(*ca, "chat"));
    REQUIRE(ca->rotate(start, year, dir.why));
    CHECK(ca->trusted().size() == 2);
    CHECK(load_peer_identity(dir.files("auth"), start, dir.why)); // of the old one, still good
    CHECK(ca->rotate(start, year, dir.why).error() == Errc::failed_precondition);

    ca = PrivateCa::open(dir.path, dir.why);
    REQUIRE(ca);
    REQUIRE(issue(*ca, "auth"));
    const std::vector<CaEntry> listed = ca->list();
    REQUIRE(listed.size() == 4);
    CHECK(listed[0].is_ca);
    CHECK(listed[1].is_ca);
    CHECK((listed[2].file == "auth.crt" && listed[2].generation == 1));
    CHECK((listed[3].file == "chat.crt" && listed[3].generation == 2));
    CHECK(ca->retire(dir.why).error() == Errc::failed_precondition);
    CHECK(dir.why.find("chat.crt: is still of the old CA") != std::string::npos);
    REQUIRE(issue(*ca, "chat"));
    REQUIRE(ca->retire(dir.why));
    CHECK(PrivateCa::open(dir.path, dir.why)->trusted().size() == 1);
    CHECK(load_peer_identity(dir.files("chat"), start, dir.why));
}

TEST_CASE("A rotation that was cut off between its files leaves the old CA signing", "[crypto][ca]")
{
    Directory dir;
    Result<PrivateCa> ca = PrivateCa::init(dir.path, start, year, dir.why);
    REQUIRE(ca);
    const std::string old_key = *read_file(dir.path / "ca.key");
    const std::string old_ca = ca->trusted().front();
    REQUIRE(ca->rotate(start, year, dir.why));
    REQUIRE(write_secret_file(dir.path / "ca.key", old_key));
    ca = PrivateCa::open(dir.path, dir.why);
    REQUIRE(ca);
    CHECK(ca->trusted().front() == old_ca);
    REQUIRE(issue(*ca, "auth"));
    CHECK(load_peer_identity(dir.files("auth"), start, dir.why));
    REQUIRE(ca->retire(dir.why));
    CHECK(load_peer_identity(dir.files("auth"), start, dir.why));
}

TEST_CASE("An identity that cannot be used says in one line what to type", "[crypto][ca]")
{
    Directory dir;
    const auto refused = [&dir](const std::string& name, Millis now) {
        const Error error = load_peer_identity(dir.files(name), now, dir.why).error();
        CHECK(dir.why.find('\n') == std::string::npos);
        CHECK(dir.why.find("; type: harvestctl admin key ca ") != std::string::npos);
        return error;
    };
    CHECK(refused("auth", start) == Errc::not_found);
    CHECK(dir.why.find("ca init --dir " + dir.path.string()) != std::string::npos);
    Result<PrivateCa> ca = PrivateCa::init(dir.path, start, year, dir.why);
    CHECK(refused("auth", start) == Errc::not_found);
    CHECK(dir.why.find("auth.crt: cannot be read; type: harvestctl admin key ca issue auth") != std::string::npos);
    REQUIRE(issue(*ca, "auth"));
    CHECK(refused("auth", start + quarter) == Errc::failed_precondition);
    CHECK(dir.why.find("expired at ") != std::string::npos);
    CHECK(refused("auth", start - year) == Errc::failed_precondition);
    REQUIRE(issue(*ca, "chat"));
    fs::copy_file(dir.path / "chat.key", dir.path / "auth.key", fs::copy_options::overwrite_existing);
    CHECK(refused("auth", start) == Errc::invalid_argument);
    fs::remove(dir.path / "ca.crt");
    fs::remove(dir.path / "ca.key");
    REQUIRE(PrivateCa::init(dir.path, start, year, dir.why)); // another CA
    CHECK(refused("chat", start) == Errc::invalid_argument);
    CHECK(dir.why.find("signed by no CA") != std::string::npos);
    std::ofstream(dir.path / "ca.crt") << "nonsense";
    CHECK(refused("chat", start) == Errc::invalid_argument);
}
